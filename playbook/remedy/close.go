package remedy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Settle verifies by a run every case that was carried out and is not closed, and
// appends the reports. Give it each report of the engine.
func (d *Desk) Settle(ctx context.Context, rep *playbook.Report) ([]Verification, error) {
	cases, err := d.Cases(ctx)
	if err != nil {
		return nil, err
	}
	var out []Verification
	for _, c := range cases {
		state, err := d.State(ctx, c.Case)
		if err != nil {
			return nil, err
		}
		if c.Closed != nil || state.Status == execution.NotStarted || !rep.Now.After(state.Started) {
			continue
		}
		report, err := closure.Verify(ctx, closure.Evidence{Plan: c.Planned.Plan, Run: state, Result: rep.Result, Rule: d.rules(c, rep), Now: rep.Now})
		if err != nil {
			return nil, err
		}
		v := Verification{Case: c.Case, Run: rep.Run, Report: report}
		if err := d.append(ctx, KindVerified, c.Case+"/"+string(rep.Run), v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// fired judges a position by the rules that had fired on it when the plan was made, as
// the later run evaluated them.
type fired struct {
	before []found
	after  []playbook.Judged
}

func (d *Desk) rules(c Case, rep *playbook.Report) closure.Rule {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fired{d.book.findings[c.Planned.Run], rep.Findings}
}

// Judge implements [closure.Rule].
func (f fired) Judge(_ context.Context, p compliance.Position) (compliance.Verdict, []string, error) {
	subject := "position " + p.Key()
	for _, j := range f.after {
		again := j.Subject == subject && slices.Contains(f.before, found{string(j.Rule), j.Subject})
		if again {
			return j.Verdict, j.Missing, nil
		}
	}
	return compliance.Pass, nil, nil
}

// SignOff signs the last report of a case in a role.
func (d *Desk) SignOff(ctx context.Context, name string, by approval.AccountID, role string, now time.Time) error {
	c, err := d.Case(ctx, name)
	if err != nil {
		return err
	}
	if c.Report == nil || !c.Report.Report.Verified {
		return fmt.Errorf("%w: no run has shown that case %s is done", closure.ErrNotVerified, c.Case)
	}
	who, err := d.remedy.People.Principal(ctx, by, now)
	if err != nil {
		return err
	}
	if !slices.Contains(d.remedy.SignOff, role) || !slices.Contains(who.Roles, role) {
		return fmt.Errorf("%w: %s may not sign as %q; asked are %q", closure.ErrNotSigned, by, role, d.remedy.SignOff)
	}
	digest, err := c.Report.Report.Digest()
	if err != nil {
		return err
	}
	return d.append(ctx, KindSignOff, c.Case+"/"+digest+"/"+role, SignOff{c.Case, closure.SignOff{Account: by, Role: role, Report: digest, At: now.UTC()}})
}

// Close ends a case that a run has shown to be done and that every role has signed,
// with what was learned.
func (d *Desk) Close(ctx context.Context, name string, lessons []closure.Lesson, now time.Time) (closure.Record, error) {
	c, err := d.Case(ctx, name)
	if err != nil {
		return closure.Record{}, err
	}
	if c.Report == nil {
		return closure.Record{}, fmt.Errorf("%w: no run came after case %s was carried out", closure.ErrNotVerified, c.Case)
	}
	state, err := d.State(ctx, c.Case)
	if err != nil {
		return closure.Record{}, err
	}
	rec, err := closure.Close(ctx, d.remedy.People, closure.Closing{
		Report: c.Report.Report, Roles: d.remedy.SignOff, SignOffs: c.SignOffs, Lessons: lessons,
		Executor: approval.AccountID(state.Executor), Now: now,
	})
	if err != nil {
		return closure.Record{}, err
	}
	return rec, d.append(ctx, KindClosed, c.Case, Closed{c.Case, rec})
}
