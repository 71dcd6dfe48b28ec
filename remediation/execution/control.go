package execution

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/remediation"
)

// Control is a run in the hands of someone who does not carry it out: it can be looked
// at, paused, resumed, cancelled and objected to. It needs no grant, since nothing that
// it does makes anything happen that was not approved. A [Run] has one.
type Control struct {
	name    string
	plan    remediation.Plan
	journal Journal
	now     func() time.Time
}

// NewControl makes the control of the run of a plan that a journal keeps under a name.
func NewControl(run string, plan remediation.Plan, j Journal, now func() time.Time) *Control {
	return &Control{run, plan, j, now}
}

// State is where the run stands.
func (c *Control) State(ctx context.Context) (State, error) { return c.load(ctx) }

// Object records that a user wants to keep what a step would take. It holds for what is
// not done yet; of a step that has come to its end the error wraps [ErrTransition].
func (c *Control) Object(ctx context.Context, step, by, why string) error {
	at := slices.IndexFunc(c.plan.Steps, func(s remediation.Step) bool { return s.ID == step })
	if at < 0 {
		return fmt.Errorf("%w: the plan has no step %q", ErrTransition, step)
	}
	s, err := c.load(ctx)
	if err != nil {
		return err
	}
	if out := s.Steps[at].Outcome(); s.Status != NotStarted && out != OutcomeOpen && out != Unknown {
		return fmt.Errorf("%w: step %q is %s already", ErrTransition, step, out)
	}
	return c.record(ctx, Event{Kind: Objected, Step: step, By: by, Detail: why})
}

// Pause keeps the run from going on until it is resumed. An action that is under
// way comes to its end.
func (c *Control) Pause(ctx context.Context, by, why string) error {
	return c.record(ctx, Event{Kind: Paused, By: by, Detail: why})
}

// Resume lets a paused run go on.
func (c *Control) Resume(ctx context.Context, by, why string) error {
	return c.record(ctx, Event{Kind: Resumed, By: by, Detail: why})
}

// Cancel ends the run. What was done stays done; [Run.Compensate] takes it back.
func (c *Control) Cancel(ctx context.Context, by, why string) error {
	return c.record(ctx, Event{Kind: Cancelled, By: by, Detail: why})
}

// record appends an event whoever holds the lease: the process that goes on with
// the run meets a conflict, reads it and obeys.
func (c *Control) record(ctx context.Context, e Event) error {
	s, err := c.load(ctx)
	if err != nil {
		return err
	}
	probe := s
	probe.Steps = slices.Clone(s.Steps)
	if err := probe.apply(e); err != nil {
		return fmt.Errorf("%w: %w", ErrTransition, err)
	}
	e.At = c.now()
	return c.append(ctx, &s, e)
}

func (c *Control) load(ctx context.Context) (State, error) {
	events, err := c.journal.Load(ctx, c.name)
	if err != nil {
		return State{}, fmt.Errorf("execution: journal: %w", err)
	}
	return Fold(c.plan, events)
}

// append writes an event and then counts it in.
func (c *Control) append(ctx context.Context, s *State, e Event) error {
	e.At = e.At.UTC()
	if err := c.journal.Append(ctx, c.name, s.Events, e); err != nil {
		return fmt.Errorf("execution: journal: %w", err)
	}
	if err := s.apply(e); err != nil {
		return fmt.Errorf("%w: %w", ErrHistory, err)
	}
	s.Events++
	return nil
}
