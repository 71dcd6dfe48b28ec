package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/notice"
)

func listCasesCommand() command {
	return command{
		name: "escalation list", args: "[-all] [-log DIR] [-key FILE] PLAYBOOK",
		about: "list the cases of a log that are open, or all",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newCaseFlags("list")
			all := f.Bool("all", false, "")
			book, err := f.parse(args)
			if err != nil {
				return err
			}
			return f.open(ctx, book, func(c *cases) error { return listCases(ctx, s, c, *all) })
		},
	}
}

func listCases(ctx context.Context, s streams, c *cases, all bool) error {
	ids, err := c.journal.Cases(ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "CASE\tSEVERITY\tSTATE\tOWNER\tSTAGE\tREMEDY BY\tABOUT")
	for _, id := range ids {
		found, _, err := c.load(ctx, id)
		if err != nil {
			return err
		}
		if !all && !found.IsOpen() {
			continue
		}
		about := found.Subject
		if found.Drill != "" {
			about = "DRILL " + found.Drill
		}
		fmt.Fprintf(t, "%.17s\t%s\t%s\t%s\t%s\t%s\t%s\n", id, found.Grade.Severity, stateOf(found), found.Owner, found.Stage.Name, utc(found.Due.Remedy.At), about)
	}
	return t.Flush()
}

func stateOf(c escalation.Case) string {
	switch {
	case !c.IsOpen():
		return c.State.String() + " (" + c.Outcome.String() + ")"
	case c.IsPaused():
		return c.State.String() + ", paused"
	case c.Exhausted:
		return c.State.String() + ", exhausted"
	}
	return c.State.String()
}

func utc(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

func showCaseCommand() command {
	return command{
		name: "escalation show", args: "[-as WHO] [-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "print a case: where it stands, what is to be sent, and everything that happened, with who did it; with -as, what somebody who is on it may know of it",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newCaseFlags("show")
			book, err := f.parse(args, "a case")
			if err != nil {
				return err
			}
			return f.open(ctx, book, func(c *cases) error {
				found, events, err := c.named(ctx, f.Arg(1))
				if err != nil {
					return err
				}
				if *f.as != "" {
					return f.showTo(s, c, found)
				}
				return showCase(s.out, found, events)
			})
		},
	}
}

// showTo prints what somebody on the case may know of it.
func (f *caseFlags) showTo(s streams, c *cases, found escalation.Case) error {
	n := c.book.Notices()
	if n == nil {
		return errNobodyToTell
	}
	audience, ok := n.Audience(*f.as)
	switch {
	case !ok:
		return fmt.Errorf("the playbook has no contact %q", *f.as)
	case !f.on(c, found):
		return fmt.Errorf("%s may not see %s: %w", *f.as, found.ID, escalation.ErrNotTold)
	}
	w, err := notice.New(notice.Options{})
	if err != nil {
		return err
	}
	l, err := w.Status(found, nil, audience, f.now)
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.out, l.Text)
	return err
}

// on says whether somebody is on a case: its owner, one who follows it, or one whom the
// present stage told, as a person or for a team.
func (f *caseFlags) on(c *cases, found escalation.Case) bool {
	cal := c.engine.Directory().Calendar(found.Plan.Calendar)
	for _, name := range slices.Concat([]string{found.Owner}, found.Participants, found.Stage.People) {
		if name == *f.as || cal != nil && slices.Contains(c.engine.Directory().OnDuty(name, f.now, cal), *f.as) {
			return true
		}
	}
	return false
}

func showCase(w io.Writer, c escalation.Case, events []escalation.Event) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(t, name+"\t"+format+"\n", args...) }
	line("case", "%s", c.ID)
	if c.Drill != "" {
		line("drill", "%s", c.Drill)
	}
	line("state", "%s", stateOf(c))
	line("severity", "%s, %s, row %s of %s", c.Grade.Severity, c.Grade.Vector, c.Grade.Row, c.Grade.Rubric)
	line("rule", "%s", c.Rule)
	line("about", "%s", c.Subject)
	line("finding", "%s", c.Message)
	line("owner", "%s", c.Owner)
	line("participants", "%s", list(c.Participants))
	line("stage", "%s, told %s", c.Stage.Name, list(c.Stage.People))
	line("acknowledge by", "%s", utc(c.Due.Acknowledge.At))
	line("contain by", "%s", utc(c.Due.Contain.At))
	line("remedy by", "%s", utc(c.Due.Remedy.At))
	line("missed", "%s", list(c.MissedClocks))
	for _, r := range c.Receipts {
		line("receipt", "%s: %s", r.To, r.Text)
	}
	for i := range c.Inquiries {
		showInquiry(line, &c.Inquiries[i])
	}
	for _, m := range c.Outbox {
		line("to send", "%s to %s at %s, %d attempts failed", m.Reason, m.To, utc(m.Next), m.Attempts)
	}
	for _, m := range c.Dead {
		line("given up", "%s to %s", m.Reason, m.To)
	}
	fmt.Fprintln(t)
	for _, e := range events {
		fmt.Fprintf(t, "%s\t%s\t%s\n", utc(e.At), who(e), what(e))
	}
	return t.Flush()
}

func list(names []string) string {
	if len(names) == 0 {
		return "-"
	}
	return fmt.Sprint(names)
}

func who(e escalation.Event) string {
	if e.By == "" {
		return "-"
	}
	return e.By
}

// what says in a line what happened.
func what(e escalation.Event) string {
	out := string(e.Kind)
	switch e.Kind {
	case escalation.Stepped:
		out = e.Step.String()
		for _, more := range []string{e.Owner, e.Outcome.String()} {
			if more != "" {
				out += " " + more
			}
		}
	case escalation.Staged, escalation.Uncovered:
		out += fmt.Sprintf(" %s %s", e.Stage.Name, list(e.Stage.People))
	case escalation.Missed:
		out += " " + e.Clock
	case escalation.Sent, escalation.Failed:
		out += fmt.Sprintf(" %s, attempt %d", e.Delivery, e.Attempt)
		for _, more := range []string{string(e.Failure), e.Receipt} {
			if more != "" {
				out += ", " + more
			}
		}
	case escalation.Joined, escalation.Attached:
		out += " " + e.Name
	}
	if e.Text != "" {
		out += ": " + e.Text
	}
	return out
}

func explainCaseCommand() command {
	return command{
		name: "escalation explain", args: "[-log DIR] [-key FILE] [-now TIME] PLAYBOOK CASE",
		about: "say why a case is how severe, who acts by when, which days do not count, and what its clocks have in store",
		run: func(ctx context.Context, s streams, args []string) error {
			f := newCaseFlags("explain")
			book, err := f.parse(args, "a case")
			if err != nil {
				return err
			}
			return f.open(ctx, book, func(c *cases) error {
				found, _, err := c.named(ctx, f.Arg(1))
				if err != nil {
					return err
				}
				e, err := found.Explain(c.engine.Directory(), f.now)
				if err != nil {
					return err
				}
				_, err = io.WriteString(s.out, e.String())
				return err
			})
		},
	}
}
