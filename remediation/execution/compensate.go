package execution

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/remediation"
)

// Compensate takes back what a cancelled or finished run has done, last first. A
// step without a way back is reported as failed, not passed over; what a person has to
// take back is unknown until it is seen, and what was taken back before is left alone. So
// it may be called again at any time. The actuator must be an [Undoer], and the grant that
// of the run.
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
	if err := r.mayGoOn(s); err != nil {
		return s, err
	}
	for i, step := range slices.Backward(r.plan.Steps) {
		for j, a := range slices.Backward(step.Actions) {
			state := s.Steps[i].Actions[j]
			if state.Outcome != Done && state.Outcome != Unknown && !state.Pending || state.Undone == Done {
				continue
			}
			if err := r.hold(ctx, &s); err != nil {
				return s, err
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
	e := Event{Kind: Undone, Step: step.ID, Action: j, Key: key(r.digest, step.ID, j), Outcome: Done, By: string(r.grant.Executor())}
	if step.Undo == "" {
		e.Outcome, e.Detail = Failed, "cannot be undone"
	} else if err := r.takeBack(ctx, u, s, e.Key, a); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("execution: %w", ctx.Err())
		}
		e.Outcome, e.Detail = Unknown, err.Error()
		if errors.Is(err, ErrRefused) {
			e.Outcome = Failed
		}
	}
	before := s.Steps[i].Actions[j]
	if before.Undone == e.Outcome && before.Detail == e.Detail {
		return nil // nothing new to say
	}
	e.At = r.o.Now()
	return r.append(ctx, s, e)
}

// takeBack undoes an action whose effect is there, and looks whether it is gone then.
func (r *Run) takeBack(ctx context.Context, u Undoer, s *State, key string, a remediation.Action) error {
	return r.beat(ctx, s, func() error {
		if gone, err := u.Undone(ctx, key, a); err == nil && gone {
			return nil
		}
		failed := u.Undo(ctx, key, a)
		if errors.Is(failed, ErrRefused) {
			return failed
		}
		switch gone, err := u.Undone(ctx, key, a); {
		case err != nil:
			return errors.Join(failed, err)
		case !gone && failed != nil:
			return failed
		case !gone:
			return errors.New("it does not show yet")
		}
		return nil
	})
}
