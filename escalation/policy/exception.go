package policy

import (
	"slices"
	"sort"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/route"
)

// ExceptionDocument lets a deviation stand for a time: a waiver. It has an
// approver, a reason and an end, or it does not load.
type ExceptionDocument struct {
	Name     document.Text `yaml:"name,required"`
	Approver document.Text `yaml:"approver,required"`
	Reason   document.Text `yaml:"reason,required"`
	// Match gives fields of a finding and the values that they must have. It
	// must name one at least: an exception for everything is none.
	Match map[string]document.Text `yaml:"match,required"`
	// From and Until are days, both included, in the zone of the calendar.
	From     document.Text `yaml:"from,required"`
	Until    document.Text `yaml:"until,required"`
	Calendar document.Text `yaml:"calendar,required"`
	// Warn is how long before the end somebody is told; left out, 30 days.
	Warn calendar.Span `yaml:"warn"`
}

// Exception is a waiver.
type Exception struct {
	Name, Approver, Reason string
	// From and Until bound it, Until exclusive. Warn is when to tell that the
	// end is near.
	From, Until, Warn time.Time
	match             route.Matcher
}

// Status is where an exception stands at an instant.
type Status string

// The states of exceptions.
const (
	Pending Status = "pending" // it has not begun
	Active  Status = "active"
	Ending  Status = "ending"  // it is active, and somebody must look at it
	Expired Status = "expired" // what it covered is a deviation again
)

// StatusAt is where the exception stands at an instant.
func (e *Exception) StatusAt(at time.Time) Status {
	switch {
	case at.Before(e.From):
		return Pending
	case !at.Before(e.Until):
		return Expired
	case !at.Before(e.Warn):
		return Ending
	}
	return Active
}

// Excepted is the exception that covers a finding at an instant, nil when there
// is none. Where several do it is the one that lasts longest, so that the end of
// a shorter one raises no alarm.
func (p *Policy) Excepted(s *route.Subject, at time.Time) *Exception {
	var best *Exception
	for i := range p.exceptions {
		e := &p.exceptions[i]
		if at.Before(e.From) || !at.Before(e.Until) || !e.match.Matches(s) {
			continue
		}
		if best == nil || e.Until.After(best.Until) {
			best = e
		}
	}
	return best
}

// Exceptions are all exceptions in the order of the document.
func (p *Policy) Exceptions() []Exception { return slices.Clone(p.exceptions) }

// maxException is how many days an exception may last. What is to stand for
// longer belongs into the rules or the contract.
const maxException = 366

func (c *compiler) compileException(d ExceptionDocument) {
	e := Exception{Name: d.Name.Value, Approver: d.Approver.Value, Reason: d.Reason.Value}
	if slices.ContainsFunc(c.exceptions, func(o Exception) bool { return o.Name == e.Name }) {
		c.fail(d.Name, "exception %q is listed twice", e.Name)
	}
	for _, must := range []struct {
		text document.Text
		what string
	}{{d.Approver, "an approver"}, {d.Reason, "a reason"}} {
		if must.text.Value == "" {
			c.fail(must.text, "exception %q needs %s", e.Name, must.what)
		}
	}
	e.match = c.matcher(d.Name, d.Match)
	from, err := calendar.ParseDate(d.From.Value)
	if err != nil {
		c.fail(d.From, "%v", err)
		return
	}
	until, err := calendar.ParseDate(d.Until.Value)
	if err != nil {
		c.fail(d.Until, "%v", err)
		return
	}
	switch days := from.DaysUntil(until); {
	case days < 0:
		c.fail(d.Until, "exception %q ends on %s, before it begins on %s", e.Name, until, from)
	case days > maxException:
		c.fail(d.Until, "exception %q lasts %d days; at most %d are allowed, then it must be approved anew", e.Name, days, maxException)
	}
	cal := c.calendars[c.calendar(d.Calendar)]
	if cal == nil {
		return
	}
	e.From, e.Until = cal.Midnight(from), cal.Midnight(until.AddDays(1))
	warn := d.Warn
	if warn.IsZero() {
		warn = calendar.Span{Count: 30, Unit: calendar.Days}
	}
	e.Warn = cal.Back(e.Until, warn)
	c.exceptions = append(c.exceptions, e)
}

// matcher compiles equalities of fields.
func (c *compiler) matcher(at document.Text, match map[string]document.Text) route.Matcher {
	if len(match) == 0 {
		c.fail(at, "%q must name a field that it is about", at.Value)
	}
	fields := make([]string, 0, len(match))
	for f := range match {
		fields = append(fields, f)
	}
	sort.Strings(fields)
	var m route.Matcher
	for _, f := range fields {
		if err := m.Add(f, match[f].Value); err != nil {
			c.fail(match[f], "%v", err)
		}
	}
	return m
}
