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
	return g.complete(reduced)
}

// greedy completes what is decided so far in the same way.
func (s *search) greedy() (count []int64, cost int64, ok bool) {
	g := newSearch(s.ctx, s.c, Options{})
	for k, done := range s.decided {
		if done {
			g.take(k, s.count[k], 1)
		}
	}
	return g.complete(s.reduced)
}

func (g *search) complete(reduced []int64) (count []int64, cost int64, ok bool) {
	var order []int
	for k := range g.c.classes {
		if !g.decided[k] {
			order = append(order, k)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(reduced[a], reduced[b]) })
	for _, k := range order {
		if g.count[k] == 0 {
			g.add(k)
		}
	}
	if g.unmet > 0 {
		return nil, 0, false
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(g.c.classes[b].cost, g.c.classes[a].cost) })
	for _, k := range order {
		g.giveBack(k)
	}
	return g.count, g.cost, g.met()
}

// add takes a class as often as it is of use, with what it requires.
func (g *search) add(k int) {
	cl := &g.c.classes[k]
	_, high := g.domain(k)
	if high == 0 || !slices.ContainsFunc(cl.gains, func(t Term) bool { return g.need[t.Row] > 0 }) {
		return
	}
	for _, other := range cl.requires {
		if g.count[other] > 0 {
			continue
		}
		if _, may := g.domain(other); may == 0 || g.decided[other] {
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

// polishTries bounds how many classes one polishing tries to do without.
const polishTries = 600

// polish improves the best choice by doing without one class at a time, and
// completing the rest by reduced cost anew, until that helps no more.
func (s *search) polish() {
	for tries := 0; s.best != nil; {
		before := s.bestCost
		for k, n := range slices.Clone(s.best) {
			if n == 0 || s.best[k] == 0 {
				continue
			}
			if tries++; tries > polishTries {
				return
			}
			g := newSearch(s.ctx, s.c, Options{})
			g.take(k, 0, 1)
			for other, m := range s.best {
				if other != k && m > 0 {
					g.take(other, m, 1)
					g.decided[other] = false
				}
			}
			s.try(g.complete(s.reduced))
		}
		if s.bestCost == before {
			return
		}
	}
}
