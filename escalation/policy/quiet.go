package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// QuietDocument says when people do not want to be disturbed. A message that
// comes while the calendar is closed waits until it opens. A calendar that is
// open from 08:00 to 08:15 makes a daily letter.
type QuietDocument struct {
	Name document.Text `yaml:"name,required"`
	// People are those meant, by their own names, not by their teams'.
	People   []document.Text `yaml:"people,required"`
	Calendar document.Text   `yaml:"calendar,required"`
	// Unless is the severity, such as "high or more", whose messages break
	// through. It must be given: who writes quiet hours must say what is urgent.
	Unless document.Text `yaml:"unless,required"`
	// Urgent are reasons of messages that break through whatever the severity,
	// such as exhausted or missed.
	Urgent []document.Text `yaml:"urgent"`
	// Digest puts what was held back into one letter.
	Digest bool `yaml:"digest"`
}

type quiet struct {
	people   []string
	calendar *calendar.Calendar
	unless   levels.Set
	urgent   []string
	digest   bool
}

// reasons are those of messages.
var reasons = []string{"opened", "stage", "missed", "exhausted", "assigned", "closed", "reopened", "inquiry", "draft", "returned"}

// Hold says until when a message to somebody is held back, zero when it is not,
// and whether it may then leave in one letter with others.
func (p *Policy) Hold(person, reason string, rank int, at time.Time) (until time.Time, digest bool) {
	for i := range p.quiets {
		q := &p.quiets[i]
		if !slices.Contains(q.people, person) {
			continue
		}
		if q.calendar.Open(at) || q.unless.Has(rank) || slices.Contains(q.urgent, reason) {
			return time.Time{}, false
		}
		return q.calendar.NextOpen(at), q.digest
	}
	return time.Time{}, false
}

func (c *compiler) compileQuiet(d QuietDocument) {
	q := quiet{calendar: c.calendars[c.calendar(d.Calendar)], digest: d.Digest}
	for _, t := range d.People {
		if _, team := c.teams[t.Value]; team || t.Value == ownerWord || t.Value == "" {
			c.fail(t, "quiet hours %q are for people; list the members of %q", d.Name.Value, t.Value)
		}
		for i := range c.quiets {
			if slices.Contains(c.quiets[i].people, t.Value) {
				c.fail(t, "%s has quiet hours already", t.Value)
			}
		}
		q.people = append(q.people, t.Value)
	}
	for _, r := range d.Urgent {
		if !slices.Contains(reasons, r.Value) {
			c.fail(r, "no message has the reason %q; known are %s", r.Value, strings.Join(reasons, ", "))
		}
		q.urgent = append(q.urgent, r.Value)
	}
	if c.rubric != nil {
		set, p := levels.Parse(d.Unless, c.rubric.Severities())
		if p != nil {
			c.problems = append(c.problems, p)
		}
		q.unless = set
	}
	if q.calendar != nil {
		c.quiets = append(c.quiets, q)
	}
}
