package remedy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Execution says who carries a case out and with what.
type Execution struct {
	Case     string
	Executor approval.AccountID
	Hands    Hands
	// Notifier tells users; nil leaves that they are told in the log.
	Notifier execution.Notifier
	// Now reads the clock.
	Now func() time.Time
	// Lease is how long this process holds the case without a sign of life; zero
	// means a minute.
	Lease time.Duration
}

// Execute carries out what can be carried out now of a case that is approved, and says
// when there is more. It may be called again at any time by the same executor, also
// after a crash.
func (d *Desk) Execute(ctx context.Context, x Execution) (execution.Result, error) {
	run, err := d.run(ctx, x)
	if err != nil {
		return execution.Result{}, err
	}
	res, err := run.Go(ctx)
	return res, released(ctx, run, err)
}

// released gives back what the process held, so that nobody has to wait for it.
func released(ctx context.Context, run *execution.Run, err error) error {
	return errors.Join(err, run.Release(context.WithoutCancel(ctx)))
}

func (d *Desk) run(ctx context.Context, x Execution) (*execution.Run, error) {
	c, err := d.Case(ctx, x.Case)
	if err != nil {
		return nil, err
	}
	if c.Closed != nil {
		return nil, fmt.Errorf("%w: case %s is closed", execution.ErrTransition, c.Case)
	}
	at := x.Now()
	events, err := d.journal.Load(ctx, c.Case)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		// What was permitted when it started goes on.
		at = events[0].At
	}
	open, err := d.approval(ctx, c)
	if err != nil {
		return nil, err
	}
	grant, err := open.Authorise(ctx, x.Executor, at)
	if err != nil {
		return nil, err
	}
	a := &actuator{desk: d, name: c.Case, hands: x.Hands, now: x.Now}
	o := execution.Options{Journal: d.journal, Actuator: a, Notifier: x.Notifier, Now: x.Now, Holder: d.journal.writer, Lease: x.Lease, Caps: d.remedy.Caps}
	if o.Notifier == nil {
		o.Notifier = a
	}
	return execution.New(c.Planned.Plan, grant, o)
}

// State is where the execution of a case stands.
func (d *Desk) State(ctx context.Context, name string) (execution.State, error) {
	c, err := d.Case(ctx, name)
	if err != nil {
		return execution.State{}, err
	}
	events, err := d.journal.Load(ctx, c.Case)
	if err != nil {
		return execution.State{}, err
	}
	return execution.Fold(c.Planned.Plan, events)
}

// History are the events of the execution of a case, in order: what was done, and who
// paused, resumed, cancelled and objected.
func (d *Desk) History(ctx context.Context, name string) ([]execution.Event, error) {
	c, err := d.Case(ctx, name)
	if err != nil {
		return nil, err
	}
	return d.journal.Load(ctx, c.Case)
}

// Rehearse goes through a plan with dry actions of the same connectors, on the same path
// as a real execution. It needs no approval and changes nothing but the log, which gets
// what the connectors said they would do.
func (d *Desk) Rehearse(ctx context.Context, c Case, h Hands, now time.Time) (execution.State, error) {
	a := &dry{actuator{desk: d, name: c.Case, hands: h, now: func() time.Time { return now }, dry: true}}
	return execution.Rehearse(ctx, c.Planned.Plan, a, d.remedy.Caps, now)
}

// dry lets connectors say what they would do.
type dry struct{ actuator }

// Try implements [execution.Trier].
func (d *dry) Try(ctx context.Context, key string, a remediation.Action) error {
	return d.actuator.Act(ctx, key, a)
}

// Confirm says that a task was done. Who confirms has carried it out, and so is none of
// those who asked for the plan or approved it; the error then wraps
// [approval.ErrSeparation].
func (d *Desk) Confirm(ctx context.Context, c Confirmation) error {
	open, err := d.Case(ctx, c.Case)
	if err != nil {
		return err
	}
	if c.Reference == "" {
		return fmt.Errorf("%w: a confirmation names where it is on record, such as an order", approval.ErrOther)
	}
	if err := d.mayCarryOut(ctx, open, c.By); err != nil {
		return err
	}
	for _, t := range open.Tasks {
		if t.Key == c.Key {
			c.Case, c.At = open.Case, c.At.UTC()
			return d.append(ctx, KindConfirmed, open.Case+"/"+c.Key, c)
		}
	}
	return fmt.Errorf("%w: task %q of case %s", ErrUnknown, c.Key, open.Case)
}

// mayCarryOut says whether the approval of a case lets an account do a part of it.
func (d *Desk) mayCarryOut(ctx context.Context, c Case, who approval.AccountID) error {
	events, err := d.journal.Load(ctx, c.Case)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("%w: case %s has not begun", execution.ErrTransition, c.Case)
	}
	open, err := d.approval(ctx, c)
	if err != nil {
		return err
	}
	_, err = open.Authorise(ctx, who, events[0].At)
	return err
}

// confirmed says whether a task is confirmed by someone who may have carried it out. What
// others put into the log does not count.
func (d *Desk) confirmed(ctx context.Context, c Case, key string) bool {
	by, ok := c.Confirmed[key]
	return ok && d.mayCarryOut(ctx, c, by.By) == nil
}
