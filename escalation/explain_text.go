package escalation

import (
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// String is the explanation for people, with times in the calendar's zone. It has
// names, reasons and sums: it is for those on the case.
func (e Explanation) String() string {
	w := &pageWriter{zone: e.Zone}
	w.line("%s is %s: %s (%s, row %s of %s)", e.Case, e.Grade.Severity, e.Grade.Reason, e.Grade.Vector, e.Grade.Row, e.Grade.Rubric)
	if e.Drill != "" {
		w.line("this is the drill %s", e.Drill)
	}
	w.line("%s, owned by %s%s", e.State, e.Owner, list(", followed by ", e.Participants))
	w.line("route %s%s, chain %s", e.Route, list(" (also ", e.Also)+closing(e.Also), e.Chain)
	if e.Group != "" {
		w.line("messages are put together with those of %s", e.Group)
	}
	w.line("stage %s%s%s", e.Stage, nth(e.Round), list(" has told ", e.People))
	if e.Open {
		w.line("calendar %s is open", e.Calendar)
	} else {
		w.line("calendar %s is closed until %s", e.Calendar, w.at(e.NextOpen))
	}
	if e.Unlisted > 0 {
		w.line("calendar %s lists no holidays from %d on: days of that year count by the week alone", e.Calendar, e.Unlisted)
	}
	if e.Paused {
		w.line("the clocks stand still")
	}
	for _, c := range e.Clocks {
		w.clock(c)
	}
	if !e.Limit.IsZero() {
		w.line("the contract's period ends %s, which is when the remedy is due", w.at(e.Limit))
	}
	for _, m := range e.Waiting {
		w.message(m)
	}
	for _, m := range e.Dead {
		w.line("message %s to %s was given up after %d attempts", m.Reason, m.To, m.Attempts+1)
	}
	if len(e.Ahead) > 0 {
		w.line("if nobody acts:")
	}
	for _, ev := range e.Ahead {
		w.line("  %s %s", w.at(ev.At), ev.ahead())
	}
	return w.b.String()
}

// pageWriter writes lines with times in a zone.
type pageWriter struct {
	b    strings.Builder
	zone *time.Location
}

func (w *pageWriter) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteByte('\n')
}

func (w *pageWriter) at(t time.Time) string { return t.In(w.zone).Format("Mon 2006-01-02 15:04") }

func (w *pageWriter) clock(c ClockAt) {
	w.line("%s within %s of %s: due %s, %s", c.Name, c.Span, w.at(c.From), w.at(c.At), c.State)
	reasons, days := c.skipped()
	for _, why := range reasons {
		w.line("  %s: %s", why, strings.Join(days[why], ", "))
	}
}

func (w *pageWriter) message(m Message) {
	var how string
	switch {
	case m.Attempts > 0:
		how = fmt.Sprintf("failed %d times and is tried again", m.Attempts)
	case !m.Hold.IsZero() && m.Digest:
		how = "is held back by quiet hours and leaves in one letter with others"
	case !m.Hold.IsZero():
		how = "is held back by quiet hours and leaves"
	default:
		how = "leaves"
	}
	w.line("message %s to %s %s: %s", m.Reason, m.To, how, w.at(m.Next))
}

// ahead says what an event that is to come will be.
func (e Event) ahead() string {
	var to []string
	for _, d := range e.Tell {
		to = append(to, d.To)
	}
	told := list(", telling ", to)
	switch e.Kind {
	case Staged:
		return "stage " + e.Stage.Name + nth(e.Stage.Round) + " begins" + told
	case Uncovered:
		return "stage " + e.Stage.Name + nth(e.Stage.Round) + " is passed over: nobody is on duty"
	case Exhausted:
		return "all stages have passed" + told
	case Missed:
		return "the due time to " + e.Clock + " passes" + told
	case Stepped:
		if e.Step == lifecycle.Lapse {
			return "the lease lapses" + told
		}
	}
	return string(e.Kind) + told
}

// nth says which round it is, where it is not the first.
func nth(round int) string {
	if round == 0 {
		return ""
	}
	return fmt.Sprintf(" of round %d", round+1)
}

// list is a list with what leads to it, empty where there is none.
func list(lead string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return lead + strings.Join(names, ", ")
}

func closing(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ")"
}
