package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
)

func signerFromSeed(seed []byte) (*statement.Signer, error) {
	return statement.NewSigner(ed25519.NewKeyFromSeed(seed))
}

func executeCommand() command {
	return command{
		name: "execute", args: "-as ACCOUNT [-dry] [-connectors DIR] [-secrets FILE] [-unpinned] [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "carry out what can be carried out now of an approved case; -dry asks the connectors what they would do; say it again when there is more, or after a crash",
		run:   executeCase,
	}
}

func executeCase(ctx context.Context, s streams, args []string) error {
	f := newRemedyFlags("execute")
	dry := f.Bool("dry", false, "")
	hands := f.hands()
	return f.desk(ctx, args, []string{"a case"}, func(p *playbook.Playbook, d *remedy.Desk, rest []string) error {
		return hands(ctx, p, func(h remedy.Hands) error {
			c, err := d.Case(ctx, rest[0])
			if err != nil {
				return err
			}
			if *dry {
				state, err := d.Rehearse(ctx, c, h, f.now)
				if err == nil {
					tellSteps(s, state)
				}
				return err
			}
			res, err := d.Execute(ctx, f.execution(c.Case, h))
			if err != nil {
				return err
			}
			tellSteps(s, res.State)
			if !res.Next.IsZero() {
				fmt.Fprintf(s.out, "go on at %s\n", res.Next.UTC().Format(time.RFC3339))
			}
			return tellTasks(ctx, s, d, c.Case)
		})
	})
}

// execution is by whom and with what a case is carried out. Time goes on from the instant
// given, so that the lease does too.
func (f *remedyFlags) execution(name string, h remedy.Hands) remedy.Execution {
	begun := time.Now()
	return remedy.Execution{Case: name, Executor: approval.AccountID(*f.as), Hands: h, Lease: time.Minute,
		Now: func() time.Time { return f.now.Add(time.Since(begun)) }}
}

// hands are the flags of commands that reach into sources; what they give lets one work
// with the connectors of a playbook.
func (f *remedyFlags) hands() func(context.Context, *playbook.Playbook, func(remedy.Hands) error) error {
	dir := f.String("connectors", "", "")
	secretFile := f.String("secrets", "", "")
	unpinned := f.Bool("unpinned", false, "")
	return func(ctx context.Context, p *playbook.Playbook, work func(remedy.Hands) error) (err error) {
		secrets, err := secretsOf(*secretFile)
		if err != nil {
			return err
		}
		if *dir == "" {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			*dir = filepath.Dir(self)
		}
		base, err := filepath.Abs(filepath.Dir(f.file))
		if err != nil {
			return err
		}
		now := func() time.Time { return f.now }
		h, err := host.Open(ctx, host.Config{AllowUnpinned: *unpinned, Now: now})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, h.Close(context.WithoutCancel(ctx))) }()
		return work(collect.Hands{Host: h, Playbook: p, Options: collect.Options{Dir: *dir, Base: base, Secrets: secrets}, Now: now})
	}
}

func confirmCommand() command {
	return command{
		name: "confirm", args: "-as ACCOUNT -reference TEXT [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE TASK",
		about: "say that a task of a case was done by a person, and where that is on record, such as an order",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("confirm")
			reference := f.String("reference", "", "")
			return f.desk(ctx, args, []string{"a case", "a task"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				err := d.Confirm(ctx, remedy.Confirmation{Case: rest[0], Key: rest[1], By: approval.AccountID(*f.as), Reference: *reference, At: f.now})
				if err == nil {
					fmt.Fprintln(s.out, "confirmed; execute the case again")
				}
				return err
			})
		},
	}
}

func signOffCommand() command {
	return command{
		name: "sign-off", args: "-as ACCOUNT -role ROLE [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "sign the report of a case that a later run has verified",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("sign-off")
			role := f.String("role", "", "")
			return f.desk(ctx, args, []string{"a case"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				err := d.SignOff(ctx, rest[0], approval.AccountID(*f.as), *role, f.now)
				if err == nil {
					fmt.Fprintf(s.out, "signed as %s\n", *role)
				}
				return err
			})
		},
	}
}

// lessonsDocument is the file of lessons that closing a case reads.
type lessonsDocument struct {
	Lessons []lessonDocument `yaml:"lessons,required"`
}

type lessonDocument struct {
	Cause     string   `yaml:"cause,required"`
	What      string   `yaml:"what,required"`
	Change    string   `yaml:"change,required"`
	Positions []string `yaml:"positions,required"`
	Path      string   `yaml:"path"`
	Value     string   `yaml:"value"`
}

func closeCommand() command {
	return command{
		name: "close", args: "-lessons FILE [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "close a case that a later run has verified and every role has signed; FILE is YAML: lessons with cause, what, change and positions, and with path and value where the change is to the playbook",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("close")
			file := f.String("lessons", "", "")
			return f.desk(ctx, args, []string{"a case"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				data, err := os.ReadFile(*file)
				if err != nil {
					return fmt.Errorf("-lessons: %w", err)
				}
				var doc lessonsDocument
				if err := document.Read(*file, data, &doc); err != nil {
					return err
				}
				var lessons []closure.Lesson
				for _, l := range doc.Lessons {
					lessons = append(lessons, closure.Lesson(l))
				}
				rec, err := d.Close(ctx, rest[0], lessons, f.now)
				if err == nil {
					fmt.Fprintf(s.out, "closed plan %s by report %s\n", rec.Plan, rec.Report)
				}
				return err
			})
		},
	}
}

// settle verifies by a run the cases that were carried out before it.
func settle(ctx context.Context, s streams, p *playbook.Playbook, log remedy.Log, rep *playbook.Report) error {
	if p.Remedy() == nil {
		return nil
	}
	d, err := remedy.Open(ctx, p, log, writer())
	if err != nil {
		return err
	}
	verified, err := d.Settle(ctx, rep)
	for _, v := range verified {
		word := "not verified"
		if v.Report.Verified {
			word = "verified"
		}
		fmt.Fprintf(s.err, "case %s: %s by run %s\n", v.Case, word, v.Run)
	}
	return err
}
