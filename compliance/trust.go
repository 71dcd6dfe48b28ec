package compliance

import (
	"slices"

	"github.com/shopspring/decimal"
)

// trust notes which sources feed the position and which of them are doubtful. It
// says whether facts of one may be missing altogether, so that the requirement is
// a lower bound.
func (r *reconciler) trust(p *Position, consumers []consumer) (open bool) {
	fed := map[SourceID]bool{}
	for _, c := range consumers {
		for _, u := range c.uses {
			fed[u.source] = true
		}
		if c.device >= 0 {
			fed[r.Estate.devices[c.device].Source] = true
		}
	}
	for _, s := range r.sources {
		if fed[s.ID] {
			p.Sources = append(p.Sources, s.ID)
		}
		// A source that gave nothing may have had something for any position.
		concerns := fed[s.ID] || s.incomplete() && r.silent(s.ID)
		if s.Doubt == "" || !concerns {
			continue
		}
		p.Doubtful = append(p.Doubtful, s.ID)
		if s.incomplete() {
			open = true
			p.Missing = union(p.Missing, []string{"source " + string(s.ID)})
		}
	}
	if open {
		p.Required.High = decimal.NullDecimal{}
	}
	return open
}

// silent says whether no fact of the estate comes from the source.
func (r *reconciler) silent(id SourceID) bool {
	e := r.Estate
	return !slices.ContainsFunc(e.devices, func(d Device) bool { return d.Source == id }) &&
		!slices.ContainsFunc(e.users, func(u User) bool { return u.Source == id }) &&
		!slices.ContainsFunc(e.source, func(s uint16) bool { return e.sourceName[s] == id }) &&
		!slices.ContainsFunc(e.seats, func(s Seat) bool { return s.Source == id }) &&
		!slices.ContainsFunc(e.usage, func(u Usage) bool { return u.Source == id })
}
