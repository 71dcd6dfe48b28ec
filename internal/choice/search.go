package choice

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/trueup-dev/trueup/internal/flow"
)

// search is branch and bound on one part, the most promising box first.
type search struct {
	*pricing
	best    plan
	found   bool
	waiting queue
	// loose are boxes of one choice that could not be bounded by its cost.
	loose []*node
	root  *node
	nodes int
}

// node is a box, known by what its parent's box was cut at.
type node struct {
	parent *node
	more   bool // of two halves the one with more copies than the cut, else that with at most as many
	depth  int
	seq    int
	proof  proof
	bound  flow.Cost
	// cut is where the box is cut, once it is; children are its halves.
	cut      cut
	children []*node
}

// cut divides a box by the copies that take an option. Hint is a choice to begin
// with in both halves.
type cut struct {
	option int
	at     int64
	hint   []int64
}

// queue orders nodes by bound, then the deeper first, then by age.
type queue []*node

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	switch {
	case a.bound != b.bound:
		return a.bound.Less(b.bound)
	case a.depth != b.depth:
		return a.depth > b.depth
	}
	return a.seq < b.seq
}
func (q *queue) Push(x any) { *q = append(*q, x.(*node)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	n := (*q)[last]
	*q = (*q)[:last]
	return n
}

// box applies the cuts above a node to the box of all.
func (s *search) box(n *node) box {
	b := s.part.root()
	for ; n.parent != nil; n = n.parent {
		c := n.parent.cut
		if n.more {
			b.least[c.option] = max(b.least[c.option], c.at+1)
		} else {
			b.most[c.option] = min(b.most[c.option], c.at)
		}
	}
	return b
}

// result is what the search of a part comes to.
type result struct {
	plan  plan
	bound flow.Cost
	root  *node
}

// solve searches a part.
func (q *part) solve(ctx context.Context, l Limits) (result, error) {
	s := &search{pricing: newPricing(q), root: &node{}}
	s.root.proof = s.free()
	limit := l.Nodes
	if limit <= 0 {
		limit = min(max(200_000/len(q.options), 20), 20_000)
	}
	if err := s.visit(ctx, s.root); err != nil {
		return result{}, err
	}
	for len(s.waiting) > 0 && s.nodes < limit {
		n := heap.Pop(&s.waiting).(*node)
		if s.closed(n.bound) {
			continue
		}
		if err := s.branch(ctx, n); err != nil {
			return result{}, err
		}
	}
	if !s.found {
		if len(s.waiting) > 0 {
			return result{}, fmt.Errorf("%w: %d nodes searched", ErrLimit, s.nodes)
		}
		return result{}, ErrInfeasible
	}
	return result{s.best, s.floor(), s.root}, nil
}

// closed says whether nothing better than the best plan is within a bound.
func (s *search) closed(bound flow.Cost) bool { return s.found && !bound.Less(s.best.cost) }

// floor is the bound of all leaves, no more than the cost of the best plan.
func (s *search) floor() flow.Cost {
	least := s.best.cost
	for _, n := range append(s.loose, s.waiting...) {
		if n.bound.Less(least) {
			least = n.bound
		}
	}
	return least
}

// offer keeps a plan that is better than the best.
func (s *search) offer(p plan) {
	if p.missed == 0 && (!s.found || p.cost.Less(s.best.cost)) {
		s.best, s.found = p, true
	}
}

// cap is the risk that is still of interest.
func (s *search) cap() int64 {
	if s.found {
		return s.best.cost.Risk
	}
	return s.worst
}

// visit bounds a node, looks for plans in it, and puts it up for branching unless
// it is closed. It has the proof of its parent to begin with.
func (s *search) visit(ctx context.Context, n *node) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.nodes++
	n.seq = s.nodes
	b := s.box(n)
	least, ok := s.pricing.least(b, n.proof)
	if !ok {
		return fmt.Errorf("%w: a bound is too large to compute", ErrProblem)
	}
	n.bound = least
	tight := box{slices.Clone(b.least), slices.Clone(b.most)}
	if !s.tighten(tight) || s.closed(n.bound) {
		return nil // a box that the counts make empty has a bound above all
	}
	start, err := s.try(ctx, s.hint(n, tight), tight)
	if err != nil || s.closed(n.bound) {
		return err
	}
	if tight.fixed() {
		return s.settle(ctx, n, b, start)
	}
	return s.explore(ctx, n, b, tight, start)
}

// try makes a plan of a choice, and mends it for the best known if it is none.
func (s *search) try(ctx context.Context, taken []int64, tight box) (plan, error) {
	p, err := s.plan(ctx, taken)
	if err != nil {
		return plan{}, err
	}
	mended, err := s.repair(ctx, tight, p)
	s.offer(mended)
	return p, err
}

// settle bounds a box of one choice: by the prices of its flow, which are exact,
// or by the proof that it is no choice at all.
func (s *search) settle(ctx context.Context, n *node, b box, p plan) error {
	if p.missed > 0 {
		var err error
		n.proof, n.bound, err = s.refute(ctx, b, p.taken)
		return err
	}
	s.prove(n, b, p)
	if !s.closed(n.bound) {
		s.loose = append(s.loose, n) // costs too large to weigh
	}
	return nil
}

// explore bounds a box by its relaxation, and puts it up to be cut.
func (s *search) explore(ctx context.Context, n *node, b, tight box, start plan) error {
	x := newRelaxation(s.part, tight, s.cap())
	x.start(start)
	x.leastRisk()
	s.price(n, b, x, false)
	if s.found && n.bound.Risk == s.best.cost.Risk {
		x.leastValue()
		s.price(n, b, x, true)
	}
	if s.closed(n.bound) {
		return nil
	}
	split := x.choice()
	last, err := s.try(ctx, s.round(split, tight), tight)
	if err != nil || s.closed(n.bound) {
		return err
	}
	n.cut = s.cut(split, last, tight)
	heap.Push(&s.waiting, n)
	return nil
}

// hint is a choice to begin with: that of the parent, as far as it is within the
// box, or what would be best if there were enough of everything.
func (s *search) hint(n *node, tight box) []int64 {
	x := make([]float64, len(s.options))
	if n.parent != nil {
		for i, t := range n.parent.cut.hint {
			x[i] = float64(t)
		}
		return s.round(x, tight)
	}
	k := newRelaxation(s.part, tight, 1)
	k.weight = [2]float64{1, 0}
	for c, class := range s.classes {
		for i, t := range k.cheapest(c).taken {
			x[class.first+i] = float64(t)
		}
	}
	return s.round(x, tight)
}

// improve keeps a better proof.
func (s *search) improve(n *node, b box, p proof) {
	if least, ok := s.pricing.least(b, p); ok && n.bound.Less(least) {
		n.proof, n.bound = p, least
	}
}

// price takes the prices of the relaxation, rounded to as few places as will do.
func (s *search) price(n *node, b box, x *relaxation, value bool) {
	for places, scale := 0, int64(1); places <= 6; places, scale = places+1, scale*10 {
		p, ok := x.rounded(scale, value)
		if !ok {
			return
		}
		q := proof{risk: p, value: n.proof.value}
		if value {
			q = proof{risk: n.proof.risk, value: p}
		}
		s.improve(n, b, q)
		if s.closed(n.bound) || !value && s.found && n.bound.Risk == s.best.cost.Risk {
			return
		}
	}
}

// rounded gives the prices of the relaxation in fractions of scale.
func (x *relaxation) rounded(scale int64, value bool) (Prices, bool) {
	p := Prices{Risk: scale, Supply: make([]int64, len(x.supply))}
	fits := true
	whole := func(f float64) int64 {
		v := math.Round(float64(f * float64(scale)))
		fits = fits && v < maxTotal
		return int64(min(max(v, 0), maxTotal))
	}
	for s := range p.Supply {
		p.Supply[s] = whole(x.price[s])
	}
	if value {
		p.Value, p.Risk = scale, whole(float64(x.price[len(x.supply)]*x.scale))
	}
	return p, fits
}

// cut chooses where to branch: the option that is split most evenly, or where none
// is split one that the plan at hand leaves open.
func (s *search) cut(split []float64, last plan, tight box) cut {
	out := cut{option: -1, hint: last.taken}
	most := 1e-5
	for i, v := range split {
		if tight.least[i] == tight.most[i] {
			continue
		}
		down := min(max(math.Floor(v), float64(tight.least[i])), float64(tight.most[i]-1))
		if even := min(v-down, down+1-v); even > most {
			most = even
			out.option, out.at = i, int64(down)
		}
	}
	for i := 0; out.option < 0; i++ {
		if tight.least[i] < tight.most[i] {
			out.option, out.at = i, min(max(last.taken[i], tight.least[i]), tight.most[i]-1)
		}
	}
	return out
}

// branch visits both halves of a node.
func (s *search) branch(ctx context.Context, n *node) error {
	for _, more := range []bool{false, true} {
		child := &node{parent: n, more: more, depth: n.depth + 1, proof: n.proof}
		n.children = append(n.children, child)
		if err := s.visit(ctx, child); err != nil {
			return err
		}
	}
	n.cut.hint = nil
	return nil
}
