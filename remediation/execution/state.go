package execution

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/remediation"
)

// Status is the state of a run.
type Status uint8

// The states of a run.
const (
	NotStarted Status = iota
	Running
	// OnHold: someone paused it.
	OnHold
	// Stopped: someone cancelled it; what was not done will not be.
	Stopped
	// Over: every step has its outcome.
	Over
)

var statuses = []string{"not started", "running", "on hold", "stopped", "over"}

// String is the status in lower case.
func (s Status) String() string { return word(statuses, int(s)) }

// State is a run as its events tell it.
type State struct {
	Status   Status
	Digest   string
	Executor string
	Started  time.Time
	// Holder has the lease until Until.
	Holder string
	Until  time.Time
	// Steps are those of the plan, in its order.
	Steps []StepState
	// Events is how many events the state was folded from.
	Events int
}

// StepState is what became of a step.
type StepState struct {
	ID      string
	Noticed bool
	// Objection is who objected and why; empty when nobody did.
	Objection string
	// Drift is which preconditions had changed; empty when none had.
	Drift   string
	Actions []ActionState
}

// ActionState is what became of an action.
type ActionState struct {
	Outcome  Outcome
	Attempts int
	// Pending says that the last attempt has no outcome yet.
	Pending bool
	// Last is the instant of the last attempt.
	Last   time.Time
	Detail string
	// Undone is the outcome of taking it back, open when that was not tried.
	Undone Outcome
}

// Outcome is the worst of the actions': a step is done when all of it is.
func (s StepState) Outcome() Outcome {
	out := Done
	for _, a := range s.Actions {
		switch {
		case a.Outcome == OutcomeOpen:
			return OutcomeOpen
		case a.Outcome == Unknown || out == Unknown:
			out = Unknown
		case a.Outcome == Failed || out == Failed:
			out = Failed
		case a.Outcome == Skipped:
			out = Skipped
		}
	}
	return out
}

// Fold tells the state of a run from its events. The error wraps [ErrHistory] and
// names the event that cannot be.
func Fold(plan remediation.Plan, events []Event) (State, error) {
	var s State
	for _, st := range plan.Steps {
		s.Steps = append(s.Steps, StepState{ID: st.ID, Actions: make([]ActionState, len(st.Actions))})
	}
	for i, e := range events {
		if err := s.apply(e); err != nil {
			return s, fmt.Errorf("%w: event %d, %s: %w", ErrHistory, i, e.Kind, err)
		}
		s.Events++
	}
	return s, nil
}

// apply is the transition table: what each kind of event does, and in which
// status it may come.
func (s *State) apply(e Event) error {
	if (e.Kind == Started) != (s.Status == NotStarted) {
		return fmt.Errorf("the run is %s", s.Status)
	}
	switch e.Kind {
	case Started:
		s.Status, s.Digest, s.Executor, s.Started = Running, e.Digest, e.Executor, e.At
		return nil
	case Leased:
		s.Holder, s.Until = e.Holder, e.Until
		return nil
	case Paused:
		return s.move(OnHold, Running)
	case Resumed:
		return s.move(Running, OnHold)
	case Cancelled:
		return s.move(Stopped, Running, OnHold)
	case Finished:
		return s.move(Over, Running)
	}
	return s.applyStep(e)
}

func (s *State) move(to Status, from ...Status) error {
	if !slices.Contains(from, s.Status) {
		return fmt.Errorf("the run is %s", s.Status)
	}
	s.Status = to
	return nil
}

func (s *State) applyStep(e Event) error {
	at := slices.IndexFunc(s.Steps, func(st StepState) bool { return st.ID == e.Step })
	if at < 0 {
		return fmt.Errorf("the plan has no step %q", e.Step)
	}
	st := &s.Steps[at]
	switch e.Kind {
	case Noticed:
		st.Noticed = true
		return nil
	case Objected:
		st.Objection = e.By + ": " + e.Detail
		return nil
	case Refused:
		st.Drift = e.Detail
		return nil
	}
	if e.Action < 0 || e.Action >= len(st.Actions) {
		return fmt.Errorf("step %q has no action %d", e.Step, e.Action)
	}
	return st.Actions[e.Action].apply(e)
}

func (a *ActionState) apply(e Event) error {
	switch e.Kind {
	case Attempted:
		if a.Outcome != OutcomeOpen || a.Pending {
			return fmt.Errorf("action is %s already", a.Outcome)
		}
		a.Pending, a.Last = true, e.At
		a.Attempts++
	case Concluded:
		if a.Outcome != OutcomeOpen && a.Outcome != Unknown {
			return fmt.Errorf("action is %s already", a.Outcome)
		}
		if e.Outcome == OutcomeOpen && !a.Pending && a.Outcome != Unknown {
			return errors.New("nothing was attempted")
		}
		a.Outcome, a.Detail, a.Pending = e.Outcome, e.Detail, false
	case Undone:
		if a.Outcome == OutcomeOpen || a.Undone == Done {
			return errors.New("there is nothing to take back")
		}
		a.Undone, a.Detail = e.Outcome, e.Detail
	default:
		return errors.New("there is no such kind")
	}
	return nil
}
