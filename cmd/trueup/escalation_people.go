package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// caseCommand is a command by which somebody does something to a case. Do is called
// when the flags that set adds have been read.
func caseCommand(name, args, about string, set func(*caseFlags) (do func(*cases, escalation.Case) ([]escalation.Event, error))) command {
	return command{
		name: "escalation " + name, args: "-as WHO " + args + "[-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE", about: about,
		run: func(ctx context.Context, s streams, given []string) error {
			f := newCaseFlags(name)
			do := set(f)
			book, err := f.parse(given, "a case")
			if err != nil {
				return err
			}
			if *f.as == "" {
				return fmt.Errorf("%w: -as is needed, who does it", errUsage)
			}
			return f.open(ctx, book, func(c *cases) error {
				after, err := f.change(ctx, c, f.Arg(1), func(was escalation.Case) ([]escalation.Event, error) { return do(c, was) })
				if err != nil {
					return err
				}
				return tellState(s, after)
			})
		},
	}
}

func tellState(s streams, c escalation.Case) error {
	_, err := fmt.Fprintf(s.out, "%s is %s", c.ID, c.State)
	switch {
	case err != nil:
	case !c.IsOpen():
		_, err = fmt.Fprintf(s.out, " as %s by %s\n", c.Outcome, c.Closed.Format(time.RFC3339))
	case !c.Lease.IsZero():
		_, err = fmt.Fprintf(s.out, " until %s\n", c.Lease.At.Format(time.RFC3339))
	default:
		_, err = fmt.Fprintln(s.out)
	}
	return err
}

// peopleCommands are what people do to cases.
func peopleCommands() []command {
	return []command{
		caseCommand("ack", "", "take a case, or renew the lease on it", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Acknowledge(c.engine.Directory(), *f.as, f.now)
			}
		}),
		caseCommand("note", "-text TEXT ", "write a line into a case", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			text := f.String("text", "", "")
			return func(_ *cases, was escalation.Case) ([]escalation.Event, error) {
				if *text == "" {
					return nil, fmt.Errorf("%w: -text is needed", errUsage)
				}
				return was.Note(*f.as, *text, f.now)
			}
		}),
		caseCommand("attach", "-file FILE [-text TEXT] ", "name a file in a case, with the SHA-256 of what it is now", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			file := f.String("file", "", "")
			text := f.String("text", "", "")
			return func(_ *cases, was escalation.Case) ([]escalation.Event, error) {
				data, err := os.ReadFile(*file)
				if err != nil {
					return nil, fmt.Errorf("-file: %w", err)
				}
				sum := sha256.Sum256(data)
				return was.Attach(*f.as, filepath.Base(*file), "sha256:"+hex.EncodeToString(sum[:]), *text, f.now)
			}
		}),
		caseCommand("join", "-name NAME ", "let somebody follow a case", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			name := f.String("name", "", "")
			return func(_ *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Join(*name, *f.as, f.now)
			}
		}),
		caseCommand("assign", "-to NAME ", "give a case to another owner", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			to := f.String("to", "", "")
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Assign(c.engine.Directory(), *to, *f.as, f.now)
			}
		}),
		caseCommand("move", "-step STEP [-reason TEXT] ", "take a step: investigate, plan, submit, approve, reject, remediate, verify or refute", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			var step lifecycle.Step
			f.TextVar(&step, "step", lifecycle.Step(0), "")
			reason := f.String("reason", "", "")
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Move(c.engine.Directory(), step, *f.as, *reason, f.now)
			}
		}),
		caseCommand("contain", "-reason TEXT ", "say that the damage of a case does not grow any more", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			reason := f.String("reason", "", "")
			return func(_ *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Contain(*f.as, *reason, f.now)
			}
		}),
		caseCommand("pause", "-reason TEXT ", "let the clocks of a case stand still, such as while a supplier owes an answer", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			reason := f.String("reason", "", "")
			return func(_ *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Pause(*f.as, *reason, f.now)
			}
		}),
		caseCommand("resume", "", "let the clocks of a case run on", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				return was.Resume(c.engine.Directory(), *f.as, f.now)
			}
		}),
		caseCommand("close", "-outcome accepted|false|remedied -reason TEXT ", "end a case; what a run shows to be gone it closes by itself", func(f *caseFlags) func(*cases, escalation.Case) ([]escalation.Event, error) {
			var outcome lifecycle.Outcome
			f.TextVar(&outcome, "outcome", lifecycle.OutcomeNone, "")
			reason := f.String("reason", "", "")
			return func(c *cases, was escalation.Case) ([]escalation.Event, error) {
				if outcome == lifecycle.OutcomeNone || *reason == "" {
					return nil, fmt.Errorf("%w: -outcome and -reason are needed", errUsage)
				}
				return was.Close(c.engine.Directory(), outcome, *f.as, *reason, f.now)
			}
		}),
	}
}

func mergeCasesCommand() command {
	return command{
		name: "escalation merge", args: "-as WHO -into CASE -reason TEXT [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "end a case because another one goes on with it",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newCaseFlags("merge")
			into := f.String("into", "", "")
			reason := f.String("reason", "", "")
			book, err := f.parse(args, "a case")
			if err != nil {
				return err
			}
			if *f.as == "" || *into == "" || *reason == "" {
				return fmt.Errorf("%w: -as, -into and -reason are needed", errUsage)
			}
			return f.open(ctx, book, func(c *cases) error {
				other, _, err := c.named(ctx, *into)
				if err != nil {
					return err
				}
				after, err := f.change(ctx, c, f.Arg(1), func(was escalation.Case) ([]escalation.Event, error) {
					ended, goesOn, err := was.Merge(c.engine.Directory(), other, *f.as, *reason, f.now)
					if err != nil {
						return nil, err
					}
					// The other first: what is said twice after a crash does no harm.
					return ended, c.journal.Append(ctx, goesOn)
				})
				if err != nil {
					return err
				}
				return tellState(s, after)
			})
		},
	}
}

func drillCommand() command {
	return command{
		name: "escalation drill", args: "[-log DIR] [-key FILE] [-now TIME] PLAYBOOK DRILL",
		about: "begin an exercise that the playbook names: a case like any other, marked as a drill",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newCaseFlags("drill")
			book, err := f.parse(args, "a drill")
			if err != nil {
				return err
			}
			return f.open(ctx, book, func(c *cases) error {
				begun, err := c.engine.Drill(ctx, f.Arg(1), f.now)
				if err != nil {
					return err
				}
				return tellState(s, begun)
			})
		},
	}
}
