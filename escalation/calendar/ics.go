package calendar

import (
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
)

// ReadICS reads holidays from a calendar in the iCalendar format of RFC 5545, as
// offices publish them: events of whole days, single or recurring every year on
// the same date. What it does not read it refuses with the line: a timed event is
// no holiday, and a recurrence that is passed over would be a working day too
// many. Events that were cancelled are left out. Recurring ones are given for the
// years from and to, both included.
func ReadICS(name string, data []byte, from, to int) ([]Holiday, error) {
	r := icsReader{name: name, from: from, to: to}
	for _, l := range unfold(string(data)) {
		r.line(l)
	}
	if r.event != nil {
		r.fail(r.event.line, "the event has no END:VEVENT; the file is cut off")
	}
	if !r.calendar && len(r.problems) == 0 {
		r.fail(1, "no BEGIN:VCALENDAR; this is no calendar in the iCalendar format")
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.holidays, nil
}

// contentLine is a line of the format: a name, parameters and a value.
type contentLine struct {
	number      int
	name, value string
	params      string
}

// unfold joins lines that were folded: one that begins with a space or a tab goes
// on with the line before it.
func unfold(data string) []contentLine {
	var out []contentLine
	for i, raw := range strings.Split(data, "\n") {
		raw = strings.TrimSuffix(raw, "\r")
		if len(out) > 0 && (strings.HasPrefix(raw, " ") || strings.HasPrefix(raw, "\t")) {
			out[len(out)-1].value += raw[1:]
			continue
		}
		head, value, _ := strings.Cut(raw, ":")
		property, params, _ := strings.Cut(head, ";")
		out = append(out, contentLine{i + 1, strings.ToUpper(property), value, strings.ToUpper(params)})
	}
	return out
}

type icsReader struct {
	name     string
	from, to int
	calendar bool
	event    *icsEvent
	holidays []Holiday
	problems document.Problems
}

type icsEvent struct {
	line       int
	start, end Date
	summary    string
	yearly     bool
	until      Date
	cancelled  bool
}

func (r *icsReader) fail(line int, format string, args ...any) {
	r.problems = append(r.problems, &document.Problem{
		At:      document.Position{File: r.name, Line: line, Column: 1},
		Message: fmt.Sprintf(format, args...),
	})
}

func (r *icsReader) line(l contentLine) {
	switch {
	case l.name == "BEGIN" && l.value == "VCALENDAR":
		r.calendar = true
	case l.name == "BEGIN" && l.value == "VEVENT":
		if r.event != nil {
			r.fail(l.number, "an event begins within the event of line %d", r.event.line)
		}
		r.event = &icsEvent{line: l.number}
	case l.name == "END" && l.value == "VEVENT":
		r.finish(l)
	case r.event != nil:
		r.property(l)
	}
}

func (r *icsReader) property(l contentLine) {
	e := r.event
	switch l.name {
	case "DTSTART":
		e.start = r.date(l)
	case "DTEND":
		e.end = r.date(l)
	case "SUMMARY":
		e.summary = plain.Replace(l.value)
	case "STATUS":
		e.cancelled = l.value == "CANCELLED"
	case "RRULE":
		r.recurrence(l)
	case "DURATION", "RDATE", "EXDATE", "EXRULE":
		r.fail(l.number, "%s is not read; list the days one by one", l.name)
	}
}

// plain undoes the escapes of texts.
var plain = strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, `\`)

func (r *icsReader) date(l contentLine) Date {
	v := strings.TrimSpace(l.value)
	if len(v) == 8 {
		if d, err := ParseDate(v[:4] + "-" + v[4:6] + "-" + v[6:]); err == nil {
			return d
		}
	}
	if strings.Contains(v, "T") {
		r.fail(l.number, "%s has a time of day, so the event is no holiday; write a date such as 20261225", l.name)
	} else {
		r.fail(l.number, "%s %q is no date such as 20261225", l.name, v)
	}
	return Date{}
}

// recurrence reads FREQ=YEARLY, with an end or without.
func (r *icsReader) recurrence(l contentLine) {
	for part := range strings.SplitSeq(strings.TrimSpace(l.value), ";") {
		key, value, _ := strings.Cut(strings.ToUpper(part), "=")
		switch {
		case key == "FREQ" && value == "YEARLY":
			r.event.yearly = true
		case key == "INTERVAL" && value == "1", key == "WKST":
		case key == "UNTIL" && len(value) >= 8:
			r.event.until = r.date(contentLine{number: l.number, name: "UNTIL", value: value[:8]})
		default:
			r.fail(l.number, "the recurrence %s is not read, only every year on the same date; list the days one by one", part)
		}
	}
}

// finish takes the event's days over. The end is not included, as the format has
// it; an event without one is a single day.
func (r *icsReader) finish(l contentLine) {
	e := r.event
	r.event = nil
	switch {
	case e == nil:
		r.fail(l.number, "END:VEVENT without a beginning")
		return
	case e.start == Date{}:
		if len(r.problems) == 0 {
			r.fail(e.line, "the event has no DTSTART")
		}
		return
	case e.cancelled:
		return
	}
	days := 1
	if e.end != (Date{}) {
		days = e.start.DaysUntil(e.end)
	}
	if days < 1 || days > 366 {
		r.fail(e.line, "the event lasts %d days; a holiday lasts between 1 and 366", days)
		return
	}
	for _, start := range e.starts(r.from, r.to) {
		for i := range days {
			r.holidays = append(r.holidays, Holiday{start.AddDays(i), e.summary})
		}
	}
}

// starts are the days on which the event begins. One on 29 February recurs in
// leap years only.
func (e *icsEvent) starts(from, to int) []Date {
	if !e.yearly {
		return []Date{e.start}
	}
	var out []Date
	for year := max(from, e.start.Year); year <= to; year++ {
		d := Date{year, e.start.Month, e.start.Day}
		if DateOf(d.utc()) != d {
			continue
		}
		if e.until != (Date{}) && e.until.DaysUntil(d) > 0 {
			break
		}
		out = append(out, d)
	}
	return out
}
