package calendar

import (
	"strings"
	"time"
	_ "time/tzdata" // a calendar must not depend on what the machine has installed

	"github.com/trueup-dev/trueup/compliance/document"
)

// Calendar is a checked calendar, immutable and safe for concurrent use.
type Calendar struct {
	name       string
	zone       *time.Location
	week       [7][]stretch
	holidays   map[Date]string
	exceptions map[Date]exception
}

type exception struct {
	hours  []stretch
	reason string
}

// minWeek is the least working time of a week, in minutes. It keeps a span from
// ending in another century.
const minWeek = 60

// New checks a calendar and compiles it. The error is of type [document.Problems]
// and holds every mistake with its place.
func New(d Document, o Options) (*Calendar, error) {
	c := &Calendar{name: d.Name.Value, holidays: map[Date]string{}, exceptions: map[Date]exception{}}
	var ps document.Problems
	fail := func(t document.Text, format string, args ...any) {
		ps = append(ps, t.Problem(1, 1, format, args...))
	}
	zone, err := time.LoadLocation(d.Zone.Value)
	if err != nil || d.Zone.Value == "" || d.Zone.Value == "Local" {
		fail(d.Zone, "%q is no zone of the IANA database, such as Europe/Zurich or UTC", d.Zone.Value)
	}
	c.zone = zone
	ps = append(ps, c.compileWeek(d)...)
	for _, f := range d.HolidaysFrom {
		feed, ok := o.Feeds[f.Value]
		if !ok {
			fail(f, "no feed of holidays %q was given", f.Value)
		}
		for _, h := range feed {
			c.holidays[h.Date] = h.Name
		}
	}
	for _, h := range d.Holidays {
		date, err := ParseDate(h.Date.Value)
		if err != nil {
			fail(h.Date, "%v", err)
		}
		c.holidays[date] = h.Name.Value
	}
	ps = append(ps, c.compileExceptions(d)...)
	if len(ps) > 0 {
		return nil, ps
	}
	return c, nil
}

func (c *Calendar) compileWeek(d Document) document.Problems {
	days := [7][]document.Text{
		d.Week.Sunday, d.Week.Monday, d.Week.Tuesday, d.Week.Wednesday, d.Week.Thursday, d.Week.Friday, d.Week.Saturday,
	}
	var ps document.Problems
	minutes := 0
	for i, texts := range days {
		day, problems := parseDay(texts)
		ps = append(ps, problems...)
		c.week[i] = day
		for _, s := range day {
			minutes += s.end - s.start
		}
	}
	for i, day := range c.week {
		next := c.week[(i+1)%7]
		if len(day) > 0 && len(next) > 0 && day[len(day)-1].end-dayMinutes > next[0].start {
			ps = append(ps, days[i][0].Problem(1, 1, "%s goes past midnight into a stretch of %s", time.Weekday(i), time.Weekday((i+1)%7)))
		}
	}
	if len(ps) == 0 && minutes < minWeek {
		ps = append(ps, d.Name.Problem(1, 1, "calendar %q has %d minutes of working time a week; it must have %d at least", c.name, minutes, minWeek))
	}
	return ps
}

func (c *Calendar) compileExceptions(d Document) document.Problems {
	var ps document.Problems
	for _, e := range d.Exceptions {
		date, err := ParseDate(strings.TrimSpace(e.Date.Value))
		if err != nil {
			ps = append(ps, e.Date.Problem(1, 1, "%v", err))
			continue
		}
		if _, twice := c.exceptions[date]; twice {
			ps = append(ps, e.Date.Problem(1, 1, "%s has two exceptions", date))
		}
		hours, problems := parseDay(e.Hours)
		ps = append(ps, problems...)
		c.exceptions[date] = exception{hours, e.Reason.Value}
	}
	return ps
}

// Name is the calendar's name.
func (c *Calendar) Name() string { return c.name }

// Zone is the calendar's time zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

// HolidaysUntil is the last year of which a holiday is listed, 0 when none is. What
// falls into later years is counted by the week alone, which takes holidays for
// working days: list them in time.
func (c *Calendar) HolidaysUntil() int {
	last := 0
	for d := range c.holidays {
		last = max(last, d.Year)
	}
	return last
}

// hours are the stretches of a day, and why they are not those of the week,
// empty when they are.
func (c *Calendar) hours(d Date) ([]stretch, string) {
	if e, ok := c.exceptions[d]; ok {
		return e.hours, e.reason
	}
	if name, ok := c.holidays[d]; ok {
		return nil, name
	}
	return c.week[d.Weekday()], ""
}
