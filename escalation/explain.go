package escalation

import (
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// Explanation says where a case stands, why, and what its clocks have in store.
type Explanation struct {
	Case CaseID
	// State, Owner and Participants say where it is and who is on it.
	State        lifecycle.State
	Owner        string
	Participants []string
	Drill        string
	// Grade says how severe the case is and by which row of which rubric.
	Grade Grade
	// Route and Chain decided who acts, Also are further routes that matched, Group
	// is what its notices are put together by.
	Route, Chain, Group string
	Also                []string
	// Stage is the present one and whom it told, Round how often the stages have
	// been gone through before.
	Stage  string
	Round  int
	People []string
	// Calendar is what the case counts in, Open whether it is working time now,
	// and NextOpen when it is again.
	Calendar string
	Open     bool
	NextOpen time.Time
	Zone     *time.Location
	// Unlisted is the first year of which the calendar lists no holidays although a
	// clock runs into it, 0 where there is none: holidays of that year were counted as
	// working days.
	Unlisted int
	// Clocks are all that run or ran: acknowledge, contain, remedy, the lease, the
	// stage, and answers to suppliers.
	Clocks []ClockAt
	// Limit is when the contract's period ends, where that is the remedy's due time.
	Limit time.Time
	// Waiting are the messages that have not left, with until when quiet hours hold
	// them back, whether they wait for a digest, and how often they were tried. Dead
	// are those that were given up.
	Waiting, Dead []Message
	// Next are the clocks' actions in order, unless the clocks stand still.
	Next   []Action
	Paused bool
	// Ahead is what the clocks will decide if nobody acts: stages, those that nobody
	// is on duty for, missed due times, a lease that lapses, the fallback.
	Ahead []Event
}

// ClockState says what became of a clock.
type ClockState string

// The states of clocks.
const (
	Running ClockState = "running"
	Still   ClockState = "standing still" // the case is paused
	Kept    ClockState = "kept"
	Late    ClockState = "late" // kept, after the due time
	Over    ClockState = "missed"
	Void    ClockState = "void" // nobody waits for it any more
)

// ClockAt is a clock of a case at an instant.
type ClockAt struct {
	Name string
	Timer
	State ClockState
	// Days are the days from the clock's start to its due time, each with the reason
	// why it counts or does not.
	Days []calendar.Day
}

// maxAhead bounds how far an explanation looks ahead, in events.
const maxAhead = 40

// AsOf folds the events of one case up to an instant: the case as it stood then.
func AsOf(events []Event, at time.Time) (Case, error) {
	n := slices.IndexFunc(events, func(e Event) bool { return e.At.After(at) })
	if n < 0 {
		n = len(events)
	}
	return Replay(events[:n])
}

// Explain explains the case at an instant. For an instant that has passed explain the
// case as it stood then (see [AsOf]). The error is that of a policy that has lost the
// calendar.
func (c Case) Explain(d Directory, at time.Time) (Explanation, error) {
	s := c.session(d, at)
	cal, err := s.calendar(c.Plan.Calendar)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{
		Case: c.ID, State: c.State, Owner: c.Owner, Participants: c.Participants, Drill: c.Drill, Grade: c.Grade,
		Route: c.Plan.Route, Also: c.Plan.Also, Chain: c.Plan.Chain, Group: c.Plan.Group,
		Stage: c.Stage.Name, Round: c.Stage.Round, People: c.Stage.People,
		Calendar: cal.Name(), Open: cal.Open(at), NextOpen: cal.NextOpen(at), Zone: cal.Zone(),
		Clocks: c.clocks(cal, at), Waiting: c.Outbox, Dead: c.Dead,
		Next: c.Actions(), Paused: c.IsPaused(), Ahead: c.ahead(d),
	}
	for _, k := range e.Clocks {
		year := calendar.DateOf(k.At.In(e.Zone)).Year
		if listed := cal.HolidaysUntil(); listed > 0 && year > listed && (k.State == Running || k.State == Still) {
			e.Unlisted = listed + 1
		}
	}
	if c.Due.Remedy.At.Equal(c.Limit) {
		e.Limit = c.Limit
	}
	return e, nil
}

// clocks are those of the case and of what suppliers ask.
func (c Case) clocks(cal *calendar.Calendar, at time.Time) []ClockAt {
	var out []ClockAt
	add := func(name string, t Timer, state ClockState, pauses ...calendar.Pause) {
		if !t.IsZero() {
			days := cal.Explain(t.From, t.Span, pauses...)
			last := calendar.DateOf(t.At.In(cal.Zone())) // a contract's period may cut a span short
			days = slices.DeleteFunc(days, func(d calendar.Day) bool { return d.Date.DaysUntil(last) < 0 })
			out = append(out, ClockAt{Name: name, Timer: t, State: state, Days: days})
		}
	}
	add("acknowledge", c.Due.Acknowledge, c.clockState("acknowledge", c.Due.Acknowledge, c.Acknowledged, at), c.Pauses...)
	add("contain", c.Due.Contain, c.clockState("contain", c.Due.Contain, c.Contained, at), c.Pauses...)
	add("remedy", c.Due.Remedy, c.clockState("remedy", c.Due.Remedy, c.remedied(), at), c.Pauses...)
	if c.IsOpen() {
		add("lease", c.Lease, c.clockState("lease", c.Lease, time.Time{}, at), c.Pauses...)
		if c.escalating() || c.State == lifecycle.Assigned && c.IsPaused() {
			add("stage "+c.Stage.Name, c.Stage.Until, c.clockState("stage", c.Stage.Until, time.Time{}, at), c.Pauses...)
		}
	}
	for _, t := range c.Inquiries {
		timer := Timer{From: t.Received, Span: t.Within, At: t.Due}
		state := Running
		switch {
		case t.State == inquiry.Withdrawn:
			state = Void
		case !t.Sent.IsZero() && t.Sent.After(t.Due):
			state = Late
		case !t.Sent.IsZero():
			state = Kept
		case t.Late || !at.Before(t.Due):
			state = Over
		}
		add(answerClock+t.Reference, timer, state)
	}
	return out
}

// remedied is when the case was closed as remedied.
func (c Case) remedied() time.Time {
	if c.Outcome == lifecycle.Remedied {
		return c.Closed
	}
	return time.Time{}
}

func (c Case) clockState(name string, t Timer, done, at time.Time) ClockState {
	switch {
	case !done.IsZero() && done.After(t.At):
		return Late
	case !done.IsZero():
		return Kept
	case slices.Contains(c.MissedClocks, name):
		return Over
	case !c.IsOpen():
		return Void
	case c.IsPaused():
		return Still
	case !at.Before(t.At):
		return Over
	}
	return Running
}

// ahead lets the clocks decide what they will decide, one after the other, as if every
// message left and nobody did anything.
func (c Case) ahead(d Directory) []Event {
	var out []Event
	for len(out) < maxAhead {
		as := slices.DeleteFunc(c.Actions(), func(a Action) bool { return a.Kind == Deliver })
		if len(as) == 0 {
			break
		}
		events, err := c.Perform(d, as[0], later(c.Updated, as[0].Due))
		if err != nil || len(events) == 0 {
			break
		}
		for _, e := range events {
			if c, err = c.Apply(e); err != nil {
				return out
			}
			if e.Kind != Stepped || e.Step == lifecycle.Lapse {
				out = append(out, e)
			}
		}
	}
	return out
}

// skipped are the days of a clock that did not move it on, by the reason why, in the
// order in which the reasons first come.
func (c ClockAt) skipped() (reasons []string, days map[string][]string) {
	days = map[string][]string{}
	for _, d := range c.Days {
		if d.Counts {
			continue
		}
		if days[d.Why] == nil {
			reasons = append(reasons, d.Why)
		}
		days[d.Why] = append(days[d.Why], d.Date.String()+" "+d.Date.Weekday().String()[:3])
	}
	return reasons, days
}
