package cover

import (
	"cmp"
	"context"
	"slices"
)

// greedy takes classes in the order of their reduced cost until every need is
// met, then gives back what turns out not to be needed, dearest first. ok is
// false when it ends short of a need; the search may still find a choice.
func (c *component) greedy(reduced []int64) (count []int64, cost int64, ok bool) {
	g := newSearch(context.Background(), c, Options{})
	order := make([]int, len(c.classes))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(reduced[a], reduced[b]) })
	for _, k := range order {
		if g.count[k] == 0 {
			g.add(k)
		}
	}
	if !g.met() {
		return nil, 0, false
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.classes[b].cost, c.classes[a].cost) })
	for _, k := range order {
		g.giveBack(k)
	}
	return g.count, g.cost, g.met()
}

// add takes a class as often as it is of use, with what it requires.
func (g *search) add(k int) {
	cl := &g.c.classes[k]
	_, high := g.domain(k)
	if len(cl.neededBy) > 0 && !slices.ContainsFunc(cl.gains, func(t Term) bool { return g.need[t.Row] > 0 }) {
		return
	}
	if high == 0 {
		return
	}
	for _, other := range cl.requires {
		if g.count[other] > 0 {
			continue
		}
		if _, may := g.domain(other); may == 0 {
			return
		}
		g.take(other, 1, 1)
	}
	if _, high = g.domain(k); high > 0 {
		g.take(k, high, 1)
	}
}

func (g *search) giveBack(k int) {
	cl := &g.c.classes[k]
	if slices.ContainsFunc(cl.neededBy, func(other int) bool { return g.count[other] > 0 }) {
		return
	}
	n := g.count[k]
	for _, t := range cl.gains {
		n = min(n, max(-g.need[t.Row], 0)/t.Amount)
	}
	if n > 0 {
		g.take(k, n, -1)
	}
}
