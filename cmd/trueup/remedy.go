package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/cacao"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// remedyFlags are those of every command that works on plans.
type remedyFlags struct {
	*flag.FlagSet
	logDir, keyFile, as, at *string
	now                     time.Time
	// file is the playbook.
	file string
}

func newRemedyFlags(name string) *remedyFlags {
	f := &remedyFlags{FlagSet: flags(name)}
	f.logDir = f.String("log", "evidence-log", "")
	f.keyFile = f.String("key", "", "")
	f.as = f.String("as", "", "")
	f.at = f.String("now", "", "")
	return f
}

// desk parses the arguments, of which the first is a playbook and the rest are as many
// as are named, and works at the desk of the playbook's log.
func (f *remedyFlags) desk(ctx context.Context, args []string, rest []string, work func(*playbook.Playbook, *remedy.Desk, []string) error) (err error) {
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if f.NArg() != 1+len(rest) {
		return fmt.Errorf("%w: needed are a playbook%s", errUsage, strings.Join(append([]string{""}, rest...), ", "))
	}
	if f.now, err = instant(*f.at); err != nil {
		return err
	}
	f.file = f.Arg(0)
	p, err := playbook.Load(f.file)
	if err != nil {
		return err
	}
	log, _, err := openStore(ctx, *f.logDir, *f.keyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	d, err := remedy.Open(ctx, p, log, writer())
	if err != nil {
		return err
	}
	if err := work(p, d, f.Args()[1:]); err != nil {
		return err
	}
	_, err = log.Checkpoint(ctx)
	return err
}

// writer names this process among those that append to logs.
func writer() string {
	name, err := os.Hostname()
	if err != nil {
		name = "unnamed"
	}
	return fmt.Sprintf("%s/%d/%d", name, os.Getpid(), time.Now().UnixNano())
}

func planCommand() command {
	return command{
		name: "plan", args: "[-log DIR] [-key FILE] [-form text|html|json|cacao] PLAYBOOK [PLAN]",
		about: "list the plans of a log, or print one; a plan is named by the beginning of its digest",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("plan")
			form := f.String("form", "text", "")
			var named []string
			if err := f.Parse(args); err == nil && f.NArg() == 2 {
				named = []string{"a plan"}
			}
			return f.desk(ctx, args, named, func(book *playbook.Playbook, d *remedy.Desk, rest []string) error {
				plans, err := d.Plans(ctx)
				if err != nil {
					return err
				}
				if len(rest) == 0 {
					return listPlans(ctx, s, d, plans)
				}
				for _, p := range plans {
					if strings.HasPrefix(p.Digest, rest[0]) {
						return printPlan(s, p, *form, book.Name())
					}
				}
				return fmt.Errorf("%w: plan %s", remedy.ErrUnknown, rest[0])
			})
		},
	}
}

func listPlans(ctx context.Context, s streams, d *remedy.Desk, plans []remedy.Planned) error {
	for _, p := range plans {
		fmt.Fprintf(s.out, "plan %.12s  %-16s %d steps, %s, made %s in run %s\n", p.Digest, p.Plan.Strategy, len(p.Plan.Steps), p.Plan.Cost, p.Plan.Created.Format(time.DateOnly), p.Run)
	}
	cases, err := d.Cases(ctx)
	if err != nil {
		return err
	}
	for _, c := range cases {
		state, err := d.State(ctx, c.Case)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "case %s  asked by %s on %s, %d votes, execution %s%s\n", c.Case, c.Requester, c.At.Format(time.DateOnly), len(c.Votes), state.Status, ending(c))
	}
	return nil
}

func ending(c remedy.Case) string {
	switch {
	case c.Closed != nil:
		return ", closed on " + c.Closed.At.Format(time.DateOnly)
	case c.Report != nil && c.Report.Report.Verified:
		return ", verified by run " + string(c.Report.Run)
	case c.Report != nil:
		return ", not verified by run " + string(c.Report.Run)
	}
	return ""
}

func printPlan(s streams, p remedy.Planned, form, author string) error {
	switch form {
	case "text":
		return p.Plan.WriteText(s.out)
	case "html":
		return p.Plan.WriteHTML(s.out)
	case "json":
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(p.Plan)
	case "cacao":
		b, err := cacao.Write(p.Plan, cacao.Options{Author: author})
		if err != nil {
			return err
		}
		_, err = s.out.Write(b)
		return err
	}
	return fmt.Errorf("%w: -form is text, html, json or cacao", errUsage)
}

func requestCommand() command {
	return command{
		name: "request", args: "-as ACCOUNT [-log DIR] [-key FILE] [-now TIME] PLAYBOOK PLAN",
		about: "ask for the approval of a plan, which makes it a case",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("request")
			return f.desk(ctx, args, []string{"a plan"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				c, err := d.Request(ctx, rest[0], approval.AccountID(*f.as), f.now)
				if err != nil {
					return err
				}
				return tellMissing(ctx, s, d, c.Case)
			})
		},
	}
}

func tellMissing(ctx context.Context, s streams, d *remedy.Desk, name string) error {
	missing, err := d.Missing(ctx, name)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "case %s", name)
	if len(missing) == 0 {
		fmt.Fprintln(s.out, " is approved")
		return nil
	}
	fmt.Fprintf(s.out, " lacks approvals by the rules %s\n", strings.Join(missing, ", "))
	return nil
}

func approveCommand() command {
	return command{
		name: "approve", args: "-as ACCOUNT [-for ACCOUNT] [-reject] [-reason TEXT] [-sign FILE] [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "approve or reject a case; -sign names a file with the Ed25519 seed in hexadecimal of an account that votes by signature",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newRemedyFlags("approve")
			behalf := f.String("for", "", "")
			reject := f.Bool("reject", false, "")
			reason := f.String("reason", "", "")
			seed := f.String("sign", "", "")
			return f.desk(ctx, args, []string{"a case"}, func(_ *playbook.Playbook, d *remedy.Desk, rest []string) error {
				signer, err := voteSigner(*seed)
				if err != nil {
					return err
				}
				c, err := d.Case(ctx, rest[0])
				if err != nil {
					return err
				}
				v := approval.Vote{Case: c.Case, Account: approval.AccountID(*f.as), OnBehalfOf: approval.AccountID(*behalf), Approve: !*reject, Reason: *reason, At: f.now}
				if err := d.Vote(ctx, v, signer); err != nil {
					return err
				}
				return tellMissing(ctx, s, d, c.Case)
			})
		},
	}
}

// voteSigner reads the key that an account signs its votes with; nil without a file.
func voteSigner(file string) (*statement.Signer, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != 32 {
		return nil, fmt.Errorf("%s does not hold 32 bytes in hexadecimal", filepath.Base(file))
	}
	return signerFromSeed(seed)
}

// tellSteps says what became of every step.
func tellSteps(s streams, state execution.State) {
	fmt.Fprintf(s.out, "%s\n", state.Status)
	for _, st := range state.Steps {
		fmt.Fprintf(s.out, "  %-8s %s", st.Outcome(), st.ID)
		for _, a := range st.Actions {
			if a.Detail != "" {
				fmt.Fprintf(s.out, ": %s", a.Detail)
				break
			}
		}
		fmt.Fprintln(s.out)
	}
}
