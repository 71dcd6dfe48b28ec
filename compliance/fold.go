package compliance

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// state is what the last reconciliation of a tally came to, so that the next need
// only compute what was touched.
type state struct {
	// stale is set when facts changed that any position may look at.
	stale     bool
	touched   []bool     // by product; nil when nothing was computed
	positions []Position // likewise
	sources   []SourceState
	heard     map[SourceID]bool
	places    []uint32 // of titles
}

// touch notes that a product's position must be computed again.
func (s *state) touch(product int32) {
	if s.touched != nil {
		s.touched[product] = true
	}
}

// Reconcile computes the positions of all that was counted. Those of products that
// no change has touched since the last call are the same as then, and share their
// memory with them. The error is as for the function [Reconcile].
//
// The digest of the result is that of the counts and of what was kept; an
// [Estate] of the same facts has another.
func (t *Tally) Reconcile(ctx context.Context) (*Result, error) {
	in := t.in
	in.Estate = t.estate()
	sources := sourceStates(in.Estate, cmp.Or(in.StaleAfter, defaultStaleAfter))
	heard := voices(in.Estate)
	all := t.last.stale || t.last.touched == nil || !slices.Equal(sources, t.last.sources) || !maps.Equal(heard, t.last.heard)
	due := t.due(all)
	in.Licensing = slices.DeleteFunc(slices.Clone(in.Licensing), func(l Licensing) bool { return !due[t.product[l.Product]] })
	in.Entitlements = slices.DeleteFunc(slices.Clone(in.Entitlements), func(e Entitlement) bool { return !due[t.product[e.Product]] })
	res, err := Reconcile(ctx, in)
	if err != nil {
		return nil, err
	}
	positions := make([]Position, t.managed)
	copy(positions, t.last.positions)
	for _, p := range res.Positions {
		positions[t.product[p.Product]] = p
	}
	t.last = state{touched: make([]bool, len(t.products)), positions: positions, sources: sources, heard: heard, places: t.last.places}
	res.Positions = slices.Clone(positions)
	res.Unmanaged = slices.DeleteFunc(res.Unmanaged, func(u Unmanaged) bool {
		n, known := t.product[u.Product]
		return known && int(n) < t.managed
	})
	return res, nil
}

// due are the products to compute. Those that cannot be counted may look at one
// another.
func (t *Tally) due(all bool) []bool {
	due := make([]bool, len(t.products))
	together := false
	for i, l := range t.products {
		due[i] = all || t.last.touched[i]
		together = together || due[i] && !l.counted
	}
	for i, l := range t.products {
		due[i] = due[i] || together && !l.counted
	}
	return due
}

// estate is what was counted and kept as an estate.
func (t *Tally) estate() *Estate {
	e := *t.keptEstate()
	if len(t.last.places) != len(t.titles.Values()) {
		t.last.places = rank(t.titles.Values(), compareTitles)
	}
	e.tallied = &tallied{
		titles: t.titles.Values(), known: t.known, places: t.last.places, installs: make([]int, len(t.counts)),
		reported: map[SourceID]int{}, heard: map[SourceID]bool{},
	}
	for i := range t.counts {
		e.tallied.installs[i] = t.counts[i].installs
	}
	for i, s := range t.source {
		id := t.sources.Values()[i]
		if s.installs > 0 {
			e.tallied.reported[id] = s.installs
		}
		if s.devices > 0 {
			e.tallied.heard[id] = true
		}
	}
	for _, s := range t.system {
		if s.devices > 0 {
			e.tallied.systems = append(e.tallied.systems, s)
		}
	}
	slices.SortFunc(e.tallied.systems, func(a, b system) int { return cmp.Compare(a.name, b.name) })
	t.shapes(&e)
	return &e
}

// shapes gives the estate the classes that have devices, sorted by their names.
func (t *Tally) shapes(e *Estate) {
	var order []int
	for i := range t.classes.all {
		if c := &t.classes.all[i]; c.devices > 0 {
			t.shapeOf(c)
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return strings.Compare(string(t.classes.all[a].shape.device.ID), string(t.classes.all[b].shape.device.ID))
	})
	e.devices, e.spans = slices.Clone(e.devices), slices.Clone(e.spans)
	for _, i := range order {
		c := &t.classes.all[i]
		for _, u := range c.shape.uses {
			u.device, u.alike = len(e.devices), c.devices
			e.tallied.uses = append(e.tallied.uses, talliedUse{t.products[c.product].product, u})
		}
		e.devices, e.spans = append(e.devices, c.shape.device), append(e.spans, span{})
	}
	e.tallied.classes = len(order)
}
