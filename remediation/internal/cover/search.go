package cover

import (
	"context"
	"fmt"
	"slices"
)

// search is branch and bound over the classes of one component.
type search struct {
	ctx     context.Context
	c       *component
	decided []bool
	reduced []int64
	// need, limit and link are what is left of them, reach what the undecided
	// classes could still give each need; widest is the largest amount in a link.
	need, limit, link, reach, widest []int64
	count, best                      []int64
	cost, bestCost                   int64
	// unmet is the number of needs that are not met, picky are the classes that
	// require others.
	unmet           int
	picky           []int
	nodes, maxNodes int
	// open is the least bound of the nodes that were not searched.
	open int64
	err  error
}

// The steps of the subgradient method at the root and at every other node.
const (
	rootSteps = 300
	nodeSteps = 16
)

func newSearch(ctx context.Context, c *component, o Options) *search {
	s := &search{
		ctx: ctx, c: c, maxNodes: o.Nodes,
		decided: make([]bool, len(c.classes)), reduced: make([]int64, len(c.classes)),
		need: slices.Clone(c.need), limit: slices.Clone(c.limit), link: slices.Clone(c.link),
		reach: c.reach(), widest: make([]int64, len(c.link)),
		count: make([]int64, len(c.classes)), bestCost: saturated, open: saturated,
		unmet: len(c.need),
	}
	for k, cl := range c.classes {
		if len(cl.requires) > 0 {
			s.picky = append(s.picky, k)
		}
		for _, t := range cl.links {
			s.widest[t.Row] = max(s.widest[t.Row], t.Amount, -t.Amount)
		}
	}
	if s.maxNodes <= 0 {
		s.maxNodes = min(max(work/nodeSteps/max(len(c.classes), 1), leastNodes), defaultNodes)
	}
	return s
}

func (s *search) run() (choice, error) {
	d, _ := s.relax(s.c.criticalPrices(), rootSteps)
	s.try(s.c.greedy(s.reduced))
	d, bound := s.relax(d, rootSteps)
	s.try(s.c.greedy(s.reduced))
	s.polish()
	s.visit(d, bound)
	switch {
	case s.err != nil:
		return choice{}, s.err
	case s.best == nil && s.open < saturated:
		return choice{}, ErrUndecided
	case s.best == nil:
		return choice{}, ErrInfeasible
	}
	return choice{s.best, s.bestCost, max(min(s.bestCost, s.open), 0), s.nodes}, nil
}

// try keeps a choice that a heuristic found, where it is the best so far.
func (s *search) try(count []int64, cost int64, ok bool) {
	if ok && cost < s.bestCost {
		s.best, s.bestCost = count, cost
	}
}

// worse says that a bound leaves no room for a better choice: costs are multiples
// of the scale.
func (s *search) worse(bound int64) bool { return bound > s.bestCost-int64(1)<<s.c.shift }

// visit searches below a node whose cost cannot be below bound, with the prices
// that gave it.
func (s *search) visit(d dual, bound int64) {
	if s.worse(bound) || s.err != nil {
		return
	}
	s.nodes++
	if s.nodes%256 == 0 && s.ctx.Err() != nil {
		s.err = fmt.Errorf("cover: %w", s.ctx.Err())
		return
	}
	if s.met() {
		s.try(slices.Clone(s.count), s.cost, true)
		return
	}
	if s.nodes > 1 {
		if d, bound = s.relax(d.clone(), nodeSteps); s.worse(bound) {
			return
		}
		if s.nodes%64 == 0 {
			before := s.bestCost
			if s.try(s.greedy()); s.bestCost < before {
				s.polish()
			}
		}
	}
	undo := s.fix(bound)
	if k := s.pick(); k >= 0 && s.possible() {
		s.branch(d, k, bound)
	}
	for _, k := range slices.Backward(undo) {
		s.take(k, s.count[k], -1)
	}
}

// fix decides the classes that no better choice can take: taking them once would
// cost more than the best.
func (s *search) fix(bound int64) (fixed []int) {
	for k := range s.c.classes {
		if !s.decided[k] && s.reduced[k] > 0 && s.worse(addSat(bound, s.reduced[k])) {
			s.take(k, 0, 1)
			fixed = append(fixed, k)
		}
	}
	return fixed
}

// possible says whether what is undecided can still meet every need.
func (s *search) possible() bool {
	for r, n := range s.need {
		if n > s.reach[r] {
			return false
		}
	}
	return true
}

// pick finds the class to decide next: the one about which the prices are least
// sure. Classes that can be taken many times come last: their count then follows
// from what is left. It gives -1 where nothing undecided is of use.
func (s *search) pick() int {
	best, bestKey := -1, [2]int64{}
	for k := range s.c.classes {
		if s.decided[k] {
			continue
		}
		if low, high := s.domain(k); low == 0 && high == 0 {
			continue
		}
		key := [2]int64{0, max(s.reduced[k], -s.reduced[k])}
		if s.c.classes[k].each > 1 {
			key[0] = 1
		}
		if best < 0 || slices.Compare(key[:], bestKey[:]) < 0 {
			best, bestKey = k, key
		}
	}
	return best
}

// branch tries the counts of a class, the most promising first. The bound only
// rises along the way, so the first count that is not worth trying, or has no
// node left, ends it.
func (s *search) branch(d dual, k int, bound int64) {
	low, high := s.domain(k)
	reduced := s.reduced[k]
	base := bound - min(0, mulSigned(reduced, s.c.classes[k].max))
	step, n := int64(-1), high
	if reduced > 0 {
		step, n = 1, low
	}
	for ; n >= low && n <= high; n += step {
		child := base + mulSigned(reduced, n)
		if s.worse(child) || s.err != nil {
			return
		}
		if s.nodes >= s.maxNodes {
			s.open = min(s.open, child)
			return
		}
		s.take(k, n, 1)
		s.visit(d, child)
		s.take(k, n, -1)
	}
}

func mulSigned(a, b int64) int64 {
	if a < 0 {
		return -mulSat(-a, b)
	}
	return mulSat(a, b)
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
	for _, t := range cl.links {
		s.link[t.Row] -= sign * n * t.Amount
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
// limits allow, no less than what the other undecided classes cannot make up for.
// low is above high where nothing fits.
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
