package execution

import (
	"time"

	"github.com/trueup-dev/trueup/remediation"
)

// Caps bound how much a run takes away. Zero means no bound.
type Caps struct {
	// PerDay and PerRun count installs and seats for which an attempt was made.
	PerDay, PerRun int
	// Attempts is how often an action is tried; 0 means 3.
	Attempts int
}

const defaultAttempts = 3

// task is what there is to do next.
type task struct {
	kind         taskKind
	step, action int
	detail       string
	until        time.Time
}

type taskKind uint8

const (
	finish taskKind = iota
	wait
	notice
	act
	readBack
	conclude // with outcome skipped, for the reason in detail
)

// next decides what to do at an instant. settled are the unknown actions that
// were read back in this run already, by step and action.
func next(plan remediation.Plan, s State, caps Caps, settled map[[2]int]bool, now time.Time) task {
	var waiting time.Time
	later := func(t time.Time) {
		if waiting.IsZero() || t.Before(waiting) {
			waiting = t
		}
	}
	for i, st := range plan.Steps {
		state := s.Steps[i]
		for j, a := range state.Actions {
			if a.Pending || a.Outcome == Unknown && !settled[[2]int{i, j}] {
				return task{kind: readBack, step: i, action: j}
			}
		}
		j := openAction(state)
		if j < 0 {
			continue
		}
		if why := state.stopped(); why != "" {
			return task{kind: conclude, step: i, action: j, detail: why}
		}
		if state.unsure() {
			continue // it goes on once that is read back, or a person confirms it
		}
		if st.Earliest.After(st.Start) && !state.Noticed {
			return task{kind: notice, step: i}
		}
		if now.Before(st.Earliest) {
			later(st.Earliest)
			continue
		}
		if takesAway(st.Actions[j]) {
			total, today, free := taken(plan, s, now)
			if caps.PerRun > 0 && total >= caps.PerRun {
				return task{kind: conclude, step: i, action: j, detail: "the cap of the run is reached"}
			}
			if caps.PerDay > 0 && today >= caps.PerDay {
				later(free)
				continue
			}
		}
		return task{kind: act, step: i, action: j}
	}
	if !waiting.IsZero() {
		return task{kind: wait, until: waiting}
	}
	return task{kind: finish}
}

// openAction is the first action of a step that has no outcome; -1 when all have.
func openAction(s StepState) int {
	for j, a := range s.Actions {
		if a.Outcome == OutcomeOpen {
			return j
		}
	}
	return -1
}

// stopped says why the rest of a step is not to be done; empty when it is.
func (s StepState) stopped() string {
	switch {
	case s.Drift != "":
		return "changed since the plan was approved: " + s.Drift
	case s.Objection != "":
		return "objection of " + s.Objection
	}
	for _, a := range s.Actions {
		if a.Outcome == Failed {
			return "an earlier action of the step is " + a.Outcome.String()
		}
	}
	return ""
}

// unsure says whether it is not known if an earlier action of the step was carried out.
func (s StepState) unsure() bool {
	for _, a := range s.Actions {
		if a.Outcome == Unknown {
			return true
		}
	}
	return false
}

func takesAway(a remediation.Action) bool {
	return a.Verb == remediation.Uninstall || a.Verb == remediation.Unassign
}

// taken counts the actions that take away and were tried, in all and within the
// last day, and says when the first of the latter is a day old.
func taken(plan remediation.Plan, s State, now time.Time) (total, today int, free time.Time) {
	for i, st := range plan.Steps {
		for j, a := range st.Actions {
			state := s.Steps[i].Actions[j]
			if !takesAway(a) || state.Attempts == 0 {
				continue
			}
			total++
			if over := state.Last.Add(24 * time.Hour); over.After(now) {
				today++
				if free.IsZero() || over.Before(free) {
					free = over
				}
			}
		}
	}
	return total, today, free
}
