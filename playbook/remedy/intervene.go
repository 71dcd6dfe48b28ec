package remedy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Intervention is a word that somebody says while a case is carried out. It is recorded
// with who said it, why, and when.
type Intervention struct {
	Case string
	// By is an account of the playbook; of an objection also a user of the estate.
	By  approval.AccountID
	Why string
	At  time.Time
}

// Pause keeps a case from being carried out any further until it is resumed. Every
// account of the playbook may: it only stops.
func (d *Desk) Pause(ctx context.Context, i Intervention) error {
	c, run, err := d.attend(ctx, i)
	if err == nil {
		err = d.known(ctx, c, i)
	}
	if err != nil {
		return err
	}
	return run.Pause(ctx, string(i.By), i.Why)
}

// Cancel ends the carrying out of a case for good; [Desk.Compensate] takes back what was
// done. Every account of the playbook may.
func (d *Desk) Cancel(ctx context.Context, i Intervention) error {
	c, run, err := d.attend(ctx, i)
	if err == nil {
		err = d.known(ctx, c, i)
	}
	if err != nil {
		return err
	}
	return run.Cancel(ctx, string(i.By), i.Why)
}

// Resume lets a paused case go on. Only who paused it may, or who approved it: whoever
// carries it out does not wave a halt aside.
func (d *Desk) Resume(ctx context.Context, i Intervention) error {
	c, run, err := d.attend(ctx, i)
	if err == nil {
		err = d.known(ctx, c, i)
	}
	if err != nil {
		return err
	}
	events, err := d.journal.Load(ctx, c.Case)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if e.Kind != execution.Paused {
			continue
		}
		if e.By != string(i.By) && !c.approvedBy(i.By) {
			return fmt.Errorf("%w: %s paused the case, and %s neither did nor approved it", approval.ErrNotEntitled, e.By, i.By)
		}
		break
	}
	return run.Resume(ctx, string(i.By), i.Why)
}

func (c Case) approvedBy(a approval.AccountID) bool {
	return slices.ContainsFunc(c.Votes, func(v Cast) bool { return v.Vote.Approve && v.Vote.Account == a })
}

// Object records that a user wants to keep what a step would take, until the step is
// carried out. Whoever speaks up is heard; who calls has made sure who it is.
func (d *Desk) Object(ctx context.Context, step string, i Intervention) error {
	_, run, err := d.attend(ctx, i)
	if err != nil {
		return err
	}
	return run.Object(ctx, step, string(i.By), i.Why)
}

// attend is the control of a case's execution.
func (d *Desk) attend(ctx context.Context, i Intervention) (Case, *execution.Control, error) {
	c, err := d.Case(ctx, i.Case)
	if err != nil {
		return c, nil, err
	}
	if strings.TrimSpace(string(i.By)) == "" || strings.TrimSpace(i.Why) == "" {
		return c, nil, fmt.Errorf("%w: case %s: say who speaks and why", approval.ErrOther, c.Case)
	}
	if c.Closed != nil {
		return c, nil, fmt.Errorf("%w: case %s is closed", execution.ErrTransition, c.Case)
	}
	return c, execution.NewControl(c.Case, c.Planned.Plan, d.journal, func() time.Time { return i.At }), nil
}

// known says whether the account is one of the playbook's.
func (d *Desk) known(ctx context.Context, c Case, i Intervention) error {
	if _, err := d.remedy.People.Principal(ctx, i.By, i.At); err != nil {
		return fmt.Errorf("remedy: case %s: %q: %w", c.Case, i.By, err)
	}
	return nil
}

// Compensate takes back what the execution of a cancelled or finished case has done, last
// first, by the executor who did it. What no connector takes back becomes a task; call
// again when it is confirmed, or shown by the sources.
func (d *Desk) Compensate(ctx context.Context, x Execution) (execution.State, error) {
	run, err := d.run(ctx, x)
	if err != nil {
		return execution.State{}, err
	}
	s, err := run.Compensate(ctx)
	return s, released(ctx, run, err)
}
