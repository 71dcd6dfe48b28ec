package policy

import (
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation/calendar"
)

// team is a name that stands for its members.
type team struct{ members []member }

type member struct {
	name string
	away []away
}

type away struct{ from, until calendar.Date }

func (c *compiler) compileTeam(d TeamDocument) {
	if _, twice := c.teams[d.Name.Value]; twice || d.Name.Value == ownerWord {
		c.fail(d.Name, "%q stands for somebody already", d.Name.Value)
	}
	var t team
	for _, m := range d.Members {
		t.members = append(t.members, c.compileMember(m))
	}
	if len(t.members) == 0 {
		c.fail(d.Name, "team %q has no members", d.Name.Value)
	}
	c.teams[d.Name.Value] = t
}

func (c *compiler) compileMember(d MemberDocument) member {
	m := member{name: d.Name.Value}
	for _, a := range d.Away {
		from, err := calendar.ParseDate(a.From.Value)
		if err != nil {
			c.fail(a.From, "%v", err)
		}
		until, err := calendar.ParseDate(a.Until.Value)
		if err != nil {
			c.fail(a.Until, "%v", err)
		}
		if until.DaysUntil(from) > 0 {
			c.fail(a.Until, "%s is away until %s, before it begins on %s", m.name, until, from)
		}
		m.away = append(m.away, away{from, until})
	}
	return m
}

// OnDuty are the people that a name stands for on the day of an instant, sorted:
// the members of a team who are not away, or the person of that name. The day is
// that of the calendar's zone.
func (p *Policy) OnDuty(name string, at time.Time, cal *calendar.Calendar) []string {
	t, ok := p.teams[name]
	if !ok {
		return []string{name}
	}
	day := calendar.DateOf(at.In(cal.Zone()))
	var on []string
	for _, m := range t.members {
		if !m.isAway(day) && !slices.Contains(on, m.name) {
			on = append(on, m.name)
		}
	}
	slices.Sort(on)
	return on
}

func (m *member) isAway(day calendar.Date) bool {
	for _, a := range m.away {
		if a.from.DaysUntil(day) >= 0 && day.DaysUntil(a.until) >= 0 {
			return true
		}
	}
	return false
}
