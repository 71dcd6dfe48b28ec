package compliance

import (
	"maps"

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
func (r *reconciler) silent(id SourceID) bool { return !r.heard[id] }

// voices are the sources that any fact of the estate comes from.
func voices(e *Estate) map[SourceID]bool {
	out := map[SourceID]bool{}
	for _, d := range e.devices {
		out[d.Source] = true
	}
	for _, u := range e.users {
		out[u.Source] = true
	}
	for id, n := range e.reportedBy() {
		if n > 0 {
			out[id] = true
		}
	}
	if e.tallied != nil {
		maps.Copy(out, e.tallied.heard)
	}
	for _, s := range e.seats {
		out[s.Source] = true
	}
	for _, u := range e.usage {
		out[u.Source] = true
	}
	return out
}
