package execution

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/remediation"
)

// Object records that a user wants to keep what a step would take. It holds for
// what is not done yet.
func (r *Run) Object(ctx context.Context, step, by, why string) error {
	if !slices.ContainsFunc(r.plan.Steps, func(s remediation.Step) bool { return s.ID == step }) {
		return fmt.Errorf("%w: the plan has no step %q", ErrTransition, step)
	}
	return r.record(ctx, Event{Kind: Objected, Step: step, By: by, Detail: why})
}

// Pause keeps the run from going on until it is resumed. An action that is under
// way comes to its end.
func (r *Run) Pause(ctx context.Context, by, why string) error {
	return r.record(ctx, Event{Kind: Paused, By: by, Detail: why})
}

// Resume lets a paused run go on.
func (r *Run) Resume(ctx context.Context, by, why string) error {
	return r.record(ctx, Event{Kind: Resumed, By: by, Detail: why})
}

// Cancel ends the run. What was done stays done; [Run.Compensate] takes it back.
func (r *Run) Cancel(ctx context.Context, by, why string) error {
	return r.record(ctx, Event{Kind: Cancelled, By: by, Detail: why})
}

// record appends an event whoever holds the lease: the process that goes on with
// the run meets a conflict, reads it and obeys.
func (r *Run) record(ctx context.Context, e Event) error {
	s, err := r.load(ctx)
	if err != nil {
		return err
	}
	probe := s
	probe.Steps = slices.Clone(s.Steps)
	if err := probe.apply(e); err != nil {
		return fmt.Errorf("%w: %w", ErrTransition, err)
	}
	e.At = r.o.Now()
	return r.append(ctx, &s, e)
}

// Compensate takes back what a cancelled or finished run has done, last first. A
// step without a way back is reported as failed, not passed over. The actuator
// must be an [Undoer].
func (r *Run) Compensate(ctx context.Context) (State, error) {
	u, ok := r.o.Actuator.(Undoer)
	if !ok {
		return State{}, fmt.Errorf("%w: the actuator cannot take actions back", ErrTransition)
	}
	s, err := r.load(ctx)
	if err != nil {
		return s, err
	}
	if s.Status != Stopped && s.Status != Over {
		return s, fmt.Errorf("%w: the run is %s; cancel it first", ErrTransition, s.Status)
	}
	for i, step := range slices.Backward(r.plan.Steps) {
		for j, a := range slices.Backward(step.Actions) {
			state := s.Steps[i].Actions[j]
			if state.Outcome != Done && state.Outcome != Unknown && !state.Pending || state.Undone == Done {
				continue
			}
			if err := r.undo(ctx, u, &s, i, j, a); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

func (r *Run) undo(ctx context.Context, u Undoer, s *State, i, j int, a remediation.Action) error {
	step := r.plan.Steps[i]
	if s.Steps[i].Actions[j].Pending {
		if err := r.settle(ctx, s, Event{At: r.o.Now(), Step: step.ID, Action: j}, task{step: i, action: j}, ""); err != nil {
			return err
		}
		if s.Steps[i].Actions[j].Outcome != Done && s.Steps[i].Actions[j].Outcome != Unknown {
			return nil
		}
	}
	e := Event{Kind: Undone, Step: step.ID, Action: j, Key: key(r.digest, step.ID, j), Outcome: Done}
	if step.Undo == "" {
		e.Outcome, e.Detail = Failed, "cannot be undone"
	} else if err := u.Undo(ctx, e.Key, a); err != nil {
		e.Outcome, e.Detail = Failed, err.Error()
	}
	e.At = r.o.Now()
	return r.append(ctx, s, e)
}
