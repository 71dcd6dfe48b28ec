package policy

import (
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
)

// DrillDocument asks for an exercise from time to time: a case that is opened,
// told and taken like any other and is marked as a drill wherever it shows. An
// escalation that nobody tries has been broken for longer than anybody knows.
type DrillDocument struct {
	Name document.Text `yaml:"name,required"`
	// Every is how long after one drill the next is due, counted in Calendar.
	Every    calendar.Span `yaml:"every,required"`
	Calendar document.Text `yaml:"calendar,required"`
	// Since is the day from which the first is counted.
	Since document.Text `yaml:"since,required"`
}

// Drill is an exercise that is due from time to time.
type Drill struct {
	Name  string
	Since time.Time
	every calendar.Span
	cal   *calendar.Calendar
}

// Due is when the drill must have been held again, given when it last was; the
// zero time means never.
func (d *Drill) Due(last time.Time) time.Time {
	if last.Before(d.Since) {
		last = d.Since
	}
	return d.cal.Add(last, d.every)
}

// Drills are all drills in the order of the document.
func (p *Policy) Drills() []Drill { return p.drills }

func (c *compiler) compileDrill(d DrillDocument) {
	cal := c.calendars[c.calendar(d.Calendar)]
	since, err := calendar.ParseDate(d.Since.Value)
	if err != nil {
		c.fail(d.Since, "%v", err)
	}
	if d.Every.Count == 0 {
		c.fail(d.Name, "drill %q needs a time between two of it", d.Name.Value)
	}
	for _, o := range c.drills {
		if o.Name == d.Name.Value {
			c.fail(d.Name, "drill %q is listed twice", d.Name.Value)
		}
	}
	if cal != nil && err == nil {
		c.drills = append(c.drills, Drill{Name: d.Name.Value, Since: cal.Midnight(since), every: d.Every, cal: cal})
	}
}
