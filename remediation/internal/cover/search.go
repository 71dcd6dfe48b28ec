package cover

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// search is branch and bound over the classes of one component.
type search struct {
	ctx     context.Context
	c       *component
	order   []int
	decided []bool
	reduced []int64
	// need and limit are what is left of them, reach what the undecided classes
	// could still give each need.
	need, limit, reach []int64
	count, best        []int64
	cost, bestCost     int64
	// unmet is the number of needs that are not met, picky are the classes that
	// require others.
	unmet           int
	picky           []int
	nodes, maxNodes int
	// open is the least bound of the nodes that were not searched.
	open int64
	err  error
}

func newSearch(ctx context.Context, c *component, o Options) *search {
	s := &search{
		ctx: ctx, c: c, maxNodes: o.Nodes,
		decided: make([]bool, len(c.classes)),
		need:    slices.Clone(c.need), limit: slices.Clone(c.limit), reach: c.reach(),
		count: make([]int64, len(c.classes)), bestCost: saturated, open: saturated,
		unmet: len(c.need),
	}
	for k, cl := range c.classes {
		if len(cl.requires) > 0 {
			s.picky = append(s.picky, k)
		}
	}
	return s
}

func (s *search) run() (choice, error) {
	upper := int64(0)
	for _, cl := range s.c.classes {
		upper += cl.cost * cl.max
	}
	if count, cost, ok := s.c.greedy(s.c.reduced(s.c.relax(upper))); ok {
		s.best, s.bestCost, upper = count, cost, cost
	}
	m := s.c.relax(upper)
	s.reduced = s.c.reduced(m)
	bound, ok := s.c.bound(m, s.reduced)
	if !ok {
		for k, cl := range s.c.classes {
			s.reduced[k] = cl.cost
		}
		bound = 0
	}
	if count, cost, ok := s.c.greedy(s.reduced); ok && cost < s.bestCost {
		s.best, s.bestCost = count, cost
	}
	s.arrange()
	s.visit(0, bound)
	switch {
	case s.err != nil:
		return choice{}, s.err
	case s.best == nil:
		return choice{}, ErrInfeasible
	}
	return choice{s.best, s.bestCost, max(min(s.bestCost, s.open), 0), s.nodes}, nil
}

// arrange puts the classes that the relaxed problem takes first, and those that
// can be taken many times last: their count then follows from what is left.
func (s *search) arrange() {
	s.order = make([]int, len(s.c.classes))
	for k := range s.order {
		s.order[k] = k
	}
	many := func(k int) int {
		if s.c.classes[k].each > 1 {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(s.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(many(a), many(b)), cmp.Compare(s.reduced[a], s.reduced[b]))
	})
}

// visit searches below a node whose first depth classes are decided and whose
// cost cannot be below bound.
func (s *search) visit(depth int, bound int64) {
	if bound >= s.bestCost || s.err != nil {
		return
	}
	s.nodes++
	if s.nodes%1024 == 0 && s.ctx.Err() != nil {
		s.err = fmt.Errorf("cover: %w", s.ctx.Err())
		return
	}
	if s.met() && s.cost < s.bestCost {
		s.best, s.bestCost = slices.Clone(s.count), s.cost
	}
	if depth == len(s.order) || s.met() {
		return
	}
	k := s.order[depth]
	low, high := s.domain(k)
	base := bound - min(0, mulSigned(s.reduced[k], s.c.classes[k].max))
	step, n := int64(-1), high
	if s.reduced[k] > 0 {
		step, n = 1, low
	}
	// The bound only rises along the way, so the first count that is not worth
	// trying, or has no node left, ends it.
	for ; n >= low && n <= high; n += step {
		child := base + mulSigned(s.reduced[k], n)
		if child >= s.bestCost || s.err != nil {
			return
		}
		if s.nodes >= s.maxNodes {
			s.open = min(s.open, child)
			return
		}
		s.branch(k, n, depth, base)
	}
}

func mulSigned(a, b int64) int64 {
	if a < 0 {
		return -mulSat(-a, b)
	}
	return mulSat(a, b)
}

func (s *search) branch(k int, n int64, depth int, base int64) {
	s.take(k, n, 1)
	s.visit(depth+1, base+mulSigned(s.reduced[k], n))
	s.take(k, n, -1)
}

// take decides a class, or with sign -1 undoes the decision.
func (s *search) take(k int, n, sign int64) {
	cl := &s.c.classes[k]
	s.decided[k] = sign > 0
	s.count[k] += sign * n
	s.cost += sign * n * cl.cost
	for _, t := range cl.gains {
		before := s.need[t.Row]
		after := before - sign*n*t.Amount
		s.need[t.Row] = after
		switch {
		case before > 0 && after <= 0:
			s.unmet--
		case before <= 0 && after > 0:
			s.unmet++
		}
		s.reach[t.Row] -= sign * mulSat(t.Amount, cl.max)
	}
	for _, t := range cl.loads {
		s.limit[t.Row] -= sign * n * t.Amount
	}
}

// met says whether every need is met and everything that is chosen has what it
// requires.
func (s *search) met() bool {
	if s.unmet > 0 {
		return false
	}
	for _, k := range s.picky {
		if s.count[k] == 0 {
			continue
		}
		for _, other := range s.c.classes[k].requires {
			if s.count[other] == 0 {
				return false
			}
		}
	}
	return true
}

// domain is how often a class may be taken here: no more than is of use and the
// limits allow, no less than what the classes after it cannot make up for.
func (s *search) domain(k int) (low, high int64) {
	cl := &s.c.classes[k]
	for _, t := range cl.gains {
		left := s.need[t.Row]
		high = max(high, ceilDiv(left, t.Amount))
		low = max(low, ceilDiv(left-(s.reach[t.Row]-mulSat(t.Amount, cl.max)), t.Amount))
	}
	if len(cl.neededBy) > 0 {
		high = max(high, 1)
	}
	high = min(high, cl.max)
	for _, t := range cl.loads {
		high = min(high, s.limit[t.Row]/t.Amount)
	}
	for _, other := range cl.excludes {
		if s.count[other] > 0 {
			high = 0
		}
	}
	for _, other := range cl.requires {
		if s.decided[other] && s.count[other] == 0 {
			high = 0
		}
	}
	for _, other := range cl.neededBy {
		if s.count[other] > 0 {
			low = max(low, 1)
		}
	}
	return low, high
}
