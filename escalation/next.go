package escalation

import (
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// ActionKind says what a clock does.
type ActionKind uint8

// The kinds of actions.
const (
	ActionInvalid ActionKind = iota
	Deliver                  // a message is to be sent
	Lapse                    // the lease of an acknowledgement has ended
	Advance                  // the next stage begins
	Miss                     // a due time has passed
)

var actionNames = [...]string{"invalid", "deliver", "lapse", "advance", "miss"}

// String is the action in explanations.
func (k ActionKind) String() string {
	if int(k) < len(actionNames) {
		return actionNames[k]
	}
	return actionNames[ActionInvalid]
}

// Action is something that a clock does to a case at an instant.
type Action struct {
	Kind ActionKind
	Due  time.Time
	// Message is set for Deliver, Clock for Miss: acknowledge, contain, remedy, or
	// answer and the reference of a supplier's inquiry.
	Message Message
	Clock   string
}

// Actions are all that the clocks have in store for the case as it stands, in
// the order in which it happens. It is a pure function of the case.
func (c Case) Actions() []Action {
	var as []Action
	c.each(func(a Action) { as = append(as, a) })
	slices.SortStableFunc(as, func(a, b Action) int { return a.Due.Compare(b.Due) })
	return as
}

// each gives the actions one by one; of those that are due at the same instant the
// one that is given first comes first.
func (c *Case) each(f func(Action)) {
	for i := range c.Outbox {
		f(Action{Kind: Deliver, Due: c.Outbox[i].Next, Message: c.Outbox[i]})
	}
	c.answers(f)
	if !c.IsOpen() || c.IsPaused() {
		return
	}
	if !c.Lease.IsZero() {
		f(Action{Kind: Lapse, Due: c.Lease.At})
	}
	if c.escalating() {
		f(Action{Kind: Advance, Due: c.Stage.Until.At})
	}
	c.misses(f)
}

// misses gives the due times that are still to be kept.
func (c *Case) misses(f func(Action)) {
	for _, clock := range [...]struct {
		name string
		due  time.Time
		done bool
	}{
		{"acknowledge", c.Due.Acknowledge.At, !c.Acknowledged.IsZero()},
		{"contain", c.Due.Contain.At, !c.Contained.IsZero()},
		{"remedy", c.Due.Remedy.At, false},
	} {
		if !clock.done && !slices.Contains(c.MissedClocks, clock.name) {
			f(Action{Kind: Miss, Due: clock.due, Clock: clock.name})
		}
	}
}

// Next is what is due at an instant and comes first, and when to ask again if
// nothing is: the zero time means never, until something else happens.
func (c Case) Next(at time.Time) (due *Action, wake time.Time) {
	var first Action
	c.each(func(a Action) {
		if first.Kind == ActionInvalid || a.Due.Before(first.Due) {
			first = a
		}
	})
	if first.Kind == ActionInvalid || first.Due.After(at) {
		return nil, first.Due
	}
	now := first // so that only what is due is put on the heap
	return &now, now.Due
}

// Perform turns an action that is due into events. It does nothing when the case
// has moved on meanwhile. Deliver is not performed here, since it needs the
// world: send the message, then use [Case.Record].
func (c Case) Perform(d Directory, a Action, now time.Time) ([]Event, error) {
	if a.Kind == Deliver || a.Due.After(now) || !slices.ContainsFunc(c.Actions(), func(b Action) bool {
		return a.Kind == b.Kind && a.Clock == b.Clock && a.Due.Equal(b.Due)
	}) {
		return nil, nil
	}
	s := session{c: c, dir: d, now: now.UTC()}
	switch a.Kind {
	case Lapse:
		s.emit(Event{Kind: Stepped, Step: lifecycle.Lapse})
		s.begin(max(0, min(c.Stage.Index, len(c.Plan.Stages)-1)), c.Stage.Round) // a plan may have no stages for this case
	case Advance:
		s.advance()
	case Miss:
		s.miss(a.Clock)
	}
	return s.result()
}

// miss tells everyone on the case that a due time has passed. While nobody has
// taken the case its stages go on by themselves; once somebody has, a missed due
// time tells one stage more, and after the last of them the fallback.
func (s *session) miss(clock string) {
	names := append([]string{s.c.Owner}, s.c.Participants...)
	up := clock != "acknowledge" && !s.c.escalating()
	last := s.c.Stage.Index+1 >= len(s.c.Plan.Stages) || !s.c.IsOpen() // a supplier waits on, closed case or not
	if up && last {
		names = append(names, s.c.Plan.Fallback...)
	}
	s.emit(Event{Kind: Missed, Clock: clock, Tell: s.tell("missed", names...)})
	if up && !last {
		s.begin(s.c.Stage.Index+1, s.c.Stage.Round)
	}
}
