package escalation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// ErrNotTold is wrapped when somebody takes a case that they are not on. Let
// them join it first.
var ErrNotTold = errors.New("not on the case")

func (c Case) session(d Directory, now time.Time) *session {
	return &session{c: c, dir: d, now: now.UTC()}
}

// refuse is the error of a command that the state does not allow.
func (c Case) refuse(what string) error {
	return fmt.Errorf("%s is %s, so it cannot %s: %w", c.ID, c.State, what, ErrRefused)
}

// Acknowledge takes a case, or renews the lease on it. It must be one of those
// whom the present stage told, the owner or a participant. Where the stage wants
// several people, all but the last leave the case as it is.
func (c Case) Acknowledge(d Directory, by string, now time.Time) ([]Event, error) {
	if !slices.Contains(c.Stage.People, by) && by != c.Owner && !slices.Contains(c.Participants, by) {
		return nil, fmt.Errorf("%s cannot take %s: %w", by, c.ID, ErrNotTold)
	}
	if _, ok := lifecycle.After(c.State, lifecycle.Acknowledge); !ok {
		return nil, c.refuse("be acknowledged")
	}
	s := c.session(d, now)
	if c.State == lifecycle.Assigned {
		taken := c.Taken
		if !slices.Contains(taken, by) {
			taken = append(slices.Clip(taken), by)
		}
		if !c.enough(taken) {
			if len(taken) > len(c.Taken) {
				s.emit(Event{Kind: Took, By: by})
			}
			return s.result()
		}
	}
	s.leased(lifecycle.Acknowledge, by)
	return s.result()
}

// enough says whether those who took the case suffice for the present stage. Where
// it wants all, those whom it told must; a number may be made up of anyone on the
// case.
func (c Case) enough(taken []string) bool {
	if c.Stage.Index >= len(c.Plan.Stages) || len(c.Stage.People) == 0 {
		return len(taken) > 0
	}
	want := c.Plan.Stages[c.Stage.Index].Acknowledgement
	if want != policy.All {
		return want.Enough(len(taken), len(c.Stage.People))
	}
	for _, p := range c.Stage.People {
		if !slices.Contains(taken, p) {
			return false
		}
	}
	return true
}

// leased takes a step that holds for as long as the lease lasts.
func (s *session) leased(step lifecycle.Step, by string) {
	cal, err := s.calendar(s.c.Plan.Calendar)
	if err != nil {
		s.err = err
		return
	}
	s.emit(Event{Kind: Stepped, Step: step, By: by, Lease: s.start(cal, s.c.Plan.Clock.Lease)})
}

// Move takes a step that needs nothing but the state's leave: investigate, plan,
// submit, approve, reject, remediate, verify or refute. The others have commands
// of their own.
func (c Case) Move(d Directory, step lifecycle.Step, by, reason string, now time.Time) ([]Event, error) {
	switch step {
	case lifecycle.Plan, lifecycle.Submit, lifecycle.Approve, lifecycle.Reject,
		lifecycle.Remediate, lifecycle.Verify, lifecycle.Refute, lifecycle.Investigate:
	default:
		return nil, fmt.Errorf("step %s has a command of its own: %w", step, ErrRefused)
	}
	if _, ok := lifecycle.After(c.State, step); !ok {
		return nil, c.refuse(step.String())
	}
	s := c.session(d, now)
	if step == lifecycle.Investigate {
		s.leased(step, by)
		return s.result()
	}
	s.emit(Event{Kind: Stepped, Step: step, By: by, Text: reason})
	return s.result()
}

// Assign gives the case to another owner. While nobody has taken it the stages
// begin again with them.
func (c Case) Assign(d Directory, owner, by string, now time.Time) ([]Event, error) {
	if _, ok := lifecycle.After(c.State, lifecycle.Assign); !ok || owner == "" {
		return nil, c.refuse("be assigned to " + fmt.Sprintf("%q", owner))
	}
	s := c.session(d, now)
	e := Event{Kind: Stepped, Step: lifecycle.Assign, Owner: owner, By: by}
	if next, _ := lifecycle.After(c.State, lifecycle.Assign); next != lifecycle.Assigned {
		e.Tell = s.tell("assigned", owner)
		s.emit(e)
		return s.result()
	}
	s.emit(e)
	s.begin(0, 0)
	return s.result()
}

// Close ends the case. The outcome must be one that the state allows: what no
// snapshot shows is not remedied.
func (c Case) Close(d Directory, o lifecycle.Outcome, by, reason string, now time.Time) ([]Event, error) {
	if !lifecycle.MayClose(c.State, o) {
		return nil, c.refuse("be closed as " + fmt.Sprintf("%q", o))
	}
	s := c.session(d, now)
	s.emit(Event{
		Kind: Stepped, Step: lifecycle.Close, Outcome: o, By: by, Text: reason,
		Tell: s.tell("closed", append([]string{c.Owner}, c.Participants...)...),
	})
	return s.result()
}

// Reopen begins a closed case anew, with the plan that it was opened with and
// fresh clocks, because a run found the deviation again.
func (c Case) Reopen(d Directory, reason string, now time.Time) ([]Event, error) {
	if _, ok := lifecycle.After(c.State, lifecycle.Reopen); !ok {
		return nil, c.refuse("be reopened")
	}
	s := c.session(d, now)
	s.emit(Event{Kind: Stepped, Step: lifecycle.Reopen, Text: reason, Tell: s.tell("reopened", c.Participants...)})
	due, err := s.due(c.Opening)
	if err != nil {
		return nil, err
	}
	s.emit(Event{Kind: Stepped, Step: lifecycle.Triage, Due: &due})
	s.emit(Event{Kind: Stepped, Step: lifecycle.Assign, Owner: c.Plan.Owner})
	s.begin(0, 0)
	return s.result()
}

// Rate gives an open case another severity and the plan that goes with it. A due
// time moves only to an earlier instant, since time that has run is gone.
func (c Case) Rate(d Directory, o Opening, by string, now time.Time) ([]Event, error) {
	if !c.IsOpen() {
		return nil, c.refuse("be rated")
	}
	s := c.session(d, now)
	o.Finding = c.Finding
	due, err := s.due(o)
	if err != nil {
		return nil, err
	}
	due.Acknowledge = sooner(due.Acknowledge, c.Due.Acknowledge)
	due.Contain = sooner(due.Contain, c.Due.Contain)
	due.Remedy = sooner(due.Remedy, c.Due.Remedy)
	s.emit(Event{Kind: Rated, Opened: &o, Due: &due, By: by})
	if s.c.State == lifecycle.Assigned && o.Grade.Rank > c.Grade.Rank {
		s.begin(0, 0)
	}
	return s.result()
}

func sooner(a, b Timer) Timer {
	if !b.IsZero() && b.At.Before(a.At) {
		return b
	}
	return a
}

// Pause stops the clocks, for instance while a supplier owes an answer. The
// contract's own period does not stop.
func (c Case) Pause(by, reason string, now time.Time) ([]Event, error) {
	if !c.IsOpen() || c.IsPaused() {
		return nil, c.refuse("be paused")
	}
	s := c.session(nil, now)
	s.emit(Event{Kind: Paused, By: by, Text: reason})
	return s.result()
}

// Resume lets the clocks run on: what was left of each when they stopped is left
// now.
func (c Case) Resume(d Directory, by string, now time.Time) ([]Event, error) {
	if !c.IsPaused() || !c.IsOpen() {
		return nil, c.refuse("be resumed")
	}
	s := c.session(d, now)
	cal, err := s.calendar(c.Plan.Calendar)
	if err != nil {
		return nil, err
	}
	pauses := slices.Clone(c.Pauses)
	pauses[len(pauses)-1].End = s.now
	again := func(t Timer) Timer {
		if !t.IsZero() {
			t.At = cal.Add(t.From, t.Span, pauses...)
		}
		return t
	}
	due := Due{again(c.Due.Acknowledge), again(c.Due.Contain), again(c.Due.Remedy)}.within(c.Limit)
	run := c.Stage
	run.Until = again(run.Until)
	s.emit(Event{Kind: Resumed, By: by, Due: &due, Lease: again(c.Lease), Stage: &run})
	return s.result()
}
