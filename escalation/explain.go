package escalation

import (
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/escalation/calendar"
)

// Explanation says where a case stands, why, and what its clocks have in store.
type Explanation struct {
	Case CaseID
	// Grade says how severe the case is and by which row of which rubric.
	Grade Grade
	// Route and Chain decided who acts; Stage is the present one and whom it told.
	Route, Chain, Stage string
	People              []string
	// Calendar is what the case counts in, Open whether it is working time now,
	// and NextOpen when it is again.
	Calendar string
	Open     bool
	NextOpen time.Time
	Zone     *time.Location
	// Remedy are the days from the start of the clock to the due time, each with
	// the reason why it counts or does not. Where the contract's period is
	// shorter, Limit is when that ends.
	Remedy []calendar.Day
	Limit  time.Time
	// Next are the clocks' actions in order, unless the clocks stand still.
	Next   []Action
	Paused bool
}

// Explain explains the case as of an instant. The error is that of a policy that
// has lost the calendar.
func (c Case) Explain(d Directory, at time.Time) (Explanation, error) {
	s := c.session(d, at)
	cal, err := s.calendar(c.Plan.Calendar)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{
		Case: c.ID, Grade: c.Grade, Route: c.Plan.Route, Chain: c.Plan.Chain,
		Stage: c.Stage.Name, People: c.Stage.People,
		Calendar: cal.Name(), Open: cal.Open(at), NextOpen: cal.NextOpen(at), Zone: cal.Zone(),
		Remedy: cal.Explain(c.Due.Remedy.From, c.Due.Remedy.Span, c.Pauses...),
		Next:   c.Actions(), Paused: c.IsPaused(),
	}
	if c.Due.Remedy.At.Equal(c.Limit) {
		e.Limit = c.Limit
	}
	return e, nil
}

// String is the explanation for people, with times in the calendar's zone.
func (e Explanation) String() string {
	local := func(t time.Time) string { return t.In(e.Zone).Format("Mon 2006-01-02 15:04") }
	var b strings.Builder
	fmt.Fprintf(&b, "%s is %s: %s (%s, row %s of %s)\n", e.Case, e.Grade.Severity, e.Grade.Reason, e.Grade.Vector, e.Grade.Row, e.Grade.Rubric)
	fmt.Fprintf(&b, "route %s, chain %s, stage %s %v\n", e.Route, e.Chain, e.Stage, e.People)
	if e.Open {
		fmt.Fprintf(&b, "calendar %s is open\n", e.Calendar)
	} else {
		fmt.Fprintf(&b, "calendar %s is closed until %s\n", e.Calendar, local(e.NextOpen))
	}
	for _, d := range e.Remedy {
		if !d.Counts {
			fmt.Fprintf(&b, "  %s %s does not count: %s\n", d.Date, d.Date.Weekday(), d.Why)
		}
	}
	if !e.Limit.IsZero() {
		fmt.Fprintf(&b, "the contract's period ends %s\n", local(e.Limit))
	}
	if e.Paused {
		b.WriteString("the clocks stand still\n")
	}
	for _, a := range e.Next {
		fmt.Fprintf(&b, "%s %s\n", local(a.Due), strings.TrimSpace(a.Kind.String()+" "+a.Clock))
	}
	return b.String()
}
