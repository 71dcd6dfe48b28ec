package hold

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/evidence"
)

// About is what an entry is about, as far as holds and retention go.
type About struct {
	At       time.Time   // what its facts are of; zero is unknown
	Subjects []Pseudonym // whose data is in it and not erased
}

// Describe says what an entry is about. Whoever defines the payloads supplies it. An
// entry that it cannot read is an error: it may be about anyone.
type Describe func(evidence.Record) (About, error)

// Holds is what is held at some point of a log. The zero Holds is that of an empty
// one.
type Holds struct {
	matters map[string]*matter
}

type matter struct {
	placed   []Hold // as they were placed
	subjects map[Pseudonym]bool
	scopes   []Scope
	index    evidence.Index // of the first placement that is not released
}

// Apply goes on by one entry; those of other kinds change nothing. Releasing what is
// not held changes nothing either.
func (h *Holds) Apply(rec evidence.Record) error {
	switch rec.Kind {
	case KindPlaced:
		p, err := ParseHold(rec.Entry)
		if err != nil {
			return fmt.Errorf("entry %d: %w", rec.Index, err)
		}
		h.place(p, rec.Index)
	case KindReleased:
		r, err := ParseRelease(rec.Entry)
		if err != nil {
			return fmt.Errorf("entry %d: %w", rec.Index, err)
		}
		h.release(r)
	}
	return nil
}

func (h *Holds) place(p Hold, at evidence.Index) {
	if h.matters == nil {
		h.matters = map[string]*matter{}
	}
	m := h.matters[p.Matter]
	if m == nil {
		m = &matter{subjects: map[Pseudonym]bool{}, index: at}
		h.matters[p.Matter] = m
	}
	m.placed = append(m.placed, p)
	m.scopes = append(m.scopes, p.Scopes...)
	for _, s := range p.Subjects {
		m.subjects[s] = true
	}
}

func (h *Holds) release(r Release) {
	m := h.matters[r.Matter]
	if m == nil {
		return
	}
	for _, s := range r.Subjects {
		delete(m.subjects, s)
	}
	if len(r.Subjects) == 0 || len(m.subjects) == 0 && len(m.scopes) == 0 {
		delete(h.matters, r.Matter)
	}
}

// Active are the holds that stand, one for each matter, by matter: what it holds now,
// and who placed it first, when and why.
func (h *Holds) Active() []Hold {
	var out []Hold
	for _, name := range slices.Sorted(maps.Keys(h.matters)) {
		m := h.matters[name]
		a := m.placed[0]
		a.Subjects, a.Scopes = slices.Sorted(maps.Keys(m.subjects)), slices.Clone(m.scopes)
		out = append(out, a)
	}
	return out
}

// On are the matters that an entry must be kept for, sorted: those that hold it, and
// the one whose hold begins with it.
func (h *Holds) On(rec evidence.Record, a About) []string {
	var out []string
	for name, m := range h.matters {
		if rec.Index == m.index || m.covers(&rec.Entry, a.At) || slices.ContainsFunc(a.Subjects, m.names) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (m *matter) names(s Pseudonym) bool { return m.subjects[s] }

func (m *matter) covers(e *evidence.Entry, at time.Time) bool {
	return slices.ContainsFunc(m.scopes, func(s Scope) bool { return s.covers(e, at) })
}
