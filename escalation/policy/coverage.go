package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/escalation/calendar"
)

// Gap is a stretch of days on which a stage would find nobody on duty. Both days
// are included.
type Gap struct {
	Chain, Stage string
	// Tell are the names that nobody stands for on these days.
	Tell        []string
	From, Until calendar.Date
}

// Fallback is what a gap calls the fallback of a chain.
const Fallback = "fallback"

// Gaps are the stretches within some days, both included, on which a stage of a
// chain, as the routes use it, would find nobody on duty: what a case would leave
// an Uncovered event for. They are sorted by chain, stage and day.
func (p *Policy) Gaps(from, until calendar.Date) []Gap {
	var out []Gap
	seen := map[string]bool{}
	for _, r := range p.routes.All() {
		c := p.chains[r.Chain]
		for _, st := range c.stages {
			out = p.gaps(out, seen, Gap{Chain: c.name, Stage: st.name, Tell: st.resolve(r.Owner).Tell}, from, until)
		}
		out = p.gaps(out, seen, Gap{Chain: c.name, Stage: Fallback, Tell: c.fallback}, from, until)
	}
	slices.SortStableFunc(out, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Chain, b.Chain), cmp.Compare(a.Stage, b.Stage), slices.Compare(a.Tell, b.Tell), b.From.DaysUntil(a.From))
	})
	return out
}

func (p *Policy) gaps(out []Gap, seen map[string]bool, g Gap, from, until calendar.Date) []Gap {
	key := g.Chain + "\x00" + g.Stage + "\x00" + strings.Join(g.Tell, "\x00")
	if seen[key] {
		return out
	}
	seen[key] = true
	open := false
	for day := from; day.DaysUntil(until) >= 0; day = day.AddDays(1) {
		if slices.ContainsFunc(g.Tell, func(name string) bool { return p.onDay(name, day) }) {
			open = false
			continue
		}
		if !open {
			g.From, open = day, true
			out = append(out, g)
		}
		out[len(out)-1].Until = day
	}
	return out
}

// onDay says whether anybody stands for a name on a day.
func (p *Policy) onDay(name string, day calendar.Date) bool {
	t, team := p.teams[name]
	return !team || slices.ContainsFunc(t.members, func(m member) bool { return !m.isAway(day) })
}

// Calendars are the names of the calendars, sorted.
func (p *Policy) Calendars() []string { return slices.Sorted(maps.Keys(p.calendars)) }
