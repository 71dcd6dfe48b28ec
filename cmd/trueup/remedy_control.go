package main

import (
	"context"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// wordCommand is a command that says one word about a case and why.
func wordCommand(name, about, done string, say func(*remedy.Desk) func(context.Context, remedy.Intervention) error) command {
	return command{
		name: name, args: "-as ACCOUNT -reason TEXT [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE", about: about,
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags(name)
			reason := f.String("reason", "", "")
			return f.desk(ctx, args, []string{"a case"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				err := say(d)(ctx, remedy.Intervention{Case: rest[0], By: approval.AccountID(*f.as), Why: *reason, At: f.now})
				if err == nil {
					fmt.Fprintln(s.out, done)
				}
				return err
			})
		},
	}
}

func pauseCommand() command {
	return wordCommand("pause", "keep a case from being carried out any further until it is resumed; every account of the playbook may", "paused",
		func(d *remedy.Desk) func(context.Context, remedy.Intervention) error { return d.Pause })
}

func resumeCommand() command {
	return wordCommand("resume", "let a paused case go on; who paused it may, or who approved it", "resumed; execute the case again",
		func(d *remedy.Desk) func(context.Context, remedy.Intervention) error { return d.Resume })
}

func cancelCommand() command {
	return wordCommand("cancel", "end the carrying out of a case for good; compensate takes back what was done", "cancelled",
		func(d *remedy.Desk) func(context.Context, remedy.Intervention) error { return d.Cancel })
}

func objectCommand() command {
	return command{
		name: "object", args: "-as WHO -reason TEXT [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE STEP",
		about: "record that a user wants to keep what a step of a case would take; it holds until the step is carried out",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("object")
			reason := f.String("reason", "", "")
			return f.desk(ctx, args, []string{"a case", "a step"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				err := d.Object(ctx, rest[1], remedy.Intervention{Case: rest[0], By: approval.AccountID(*f.as), Why: *reason, At: f.now})
				if err == nil {
					fmt.Fprintln(s.out, "the objection is recorded; the step is left alone")
				}
				return err
			})
		},
	}
}

func compensateCommand() command {
	return command{
		name: "compensate", args: "-as ACCOUNT [-connectors DIR] [-secrets FILE] [-unpinned] [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "take back what the execution of a cancelled or finished case did, by who did it; say it again when tasks are confirmed",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("compensate")
			hands := f.hands()
			return f.desk(ctx, args, []string{"a case"}, func(p *playbook.Playbook, d *remedy.Desk, rest []string) error {
				return hands(ctx, p, func(h remedy.Hands) error {
					state, err := d.Compensate(ctx, f.execution(rest[0], h))
					if err != nil {
						return err
					}
					for _, st := range state.Steps {
						for _, a := range st.Actions {
							fmt.Fprintf(s.out, "  taken back: %-8s %s\n", a.Undone, st.ID)
						}
					}
					return tellTasks(ctx, s, d, rest[0])
				})
			})
		},
	}
}

func delegateCommand() command {
	return command{
		name: "delegate", args: "-as ACCOUNT -to ACCOUNT -reason TEXT [-from TIME] [-until TIME | -revoke] [-sign FILE] [-log DIR] [-key FILE] [-now TIME] PLAYBOOK",
		about: "let another account vote for yours for a time, or end that; -sign names the key of an account that votes by signature",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("delegate")
			to, reason := f.String("to", "", ""), f.String("reason", "", "")
			from, until := f.String("from", "", ""), f.String("until", "", "")
			revoke, seed := f.Bool("revoke", false, ""), f.String("sign", "", "")
			return f.desk(ctx, args, nil, func(_ *playbook.Playbook, d *remedy.Desk, _ []string) error {
				g := remedy.Delegation{By: approval.AccountID(*f.as), To: approval.AccountID(*to), From: f.now, Until: f.now, Revoke: *revoke, Reason: *reason, At: f.now}
				for text, at := range map[*string]*time.Time{from: &g.From, until: &g.Until} {
					if *text == "" {
						continue
					}
					t, err := instant(*text)
					if err != nil {
						return err
					}
					*at = t
				}
				signer, err := voteSigner(*seed)
				if err != nil {
					return err
				}
				if err := d.Delegate(ctx, g, signer); err != nil {
					return err
				}
				tellDelegation(s, g)
				return nil
			})
		},
	}
}

func tellDelegation(s streams, g remedy.Delegation) {
	if g.Revoke {
		fmt.Fprintf(s.out, "%s no longer votes for %s as of %s: %s\n", g.To, g.By, g.At.UTC().Format(time.RFC3339), g.Reason)
		return
	}
	fmt.Fprintf(s.out, "%s votes for %s from %s until %s: %s\n", g.To, g.By, g.From.UTC().Format(time.RFC3339), g.Until.UTC().Format(time.RFC3339), g.Reason)
}
