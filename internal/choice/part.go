package choice

import (
	"encoding/binary"
	"slices"

	"github.com/trueup-dev/trueup/internal/flow"
)

// part is what shares no supply with the rest of the problem, with supplies of
// its own numbering.
type part struct {
	supplies []int // by their index in the problem
	supply   []int64
	classes  []class
	// options of all classes, one after another; a class knows where its own
	// begin.
	options []option
	// grain is the steps in which costs go: each is a multiple of it.
	grain flow.Cost
	// worst is the risk of any assignment at most, must what a unit costs a flow
	// that is not served though it must be.
	worst, must int64
}

// class is a set of groups that differ in nothing.
type class struct {
	groups     []int // by their index in the problem
	count      int64
	first, end int // of its options
}

// option is an option of a class. Its arcs are sorted, and no two of a demand
// leave the same supply.
type option struct {
	class   int
	cost    flow.Cost
	demands []demand
	// most is the number of copies that the supplies can serve as they must be
	// served, as far as each demand alone can tell.
	most int64
}

type demand struct {
	amount  int64
	penalty flow.Cost
	must    bool
	arcs    []arc
}

type arc struct {
	supply int
	cost   flow.Cost
	at     int // in the demand of the problem
}

// parts merges equal groups, in an order that does not depend on the problem's,
// and splits the classes by the supplies that they share. All classes without a
// choice go into the first part, which needs no search.
func (p Problem) parts() []*part {
	classes := p.classify()
	sets := newSets(len(p.Supply), classes)
	var out []*part
	fixed := &part{}
	at := map[int]*part{}
	for _, c := range classes {
		root := sets.of(c)
		q := at[root]
		switch {
		case root < 0 && len(c.options) == 1, root >= 0 && !sets.open[root]:
			q = fixed
		case q == nil || root < 0:
			q = &part{}
			out = append(out, q)
			at[root] = q
		}
		q.take(c)
	}
	if len(fixed.classes) > 0 {
		out = slices.Insert(out, 0, fixed)
	}
	for _, q := range out {
		q.close(p.Supply)
	}
	return out
}

// draft is a class with the supplies of the problem.
type draft struct {
	key     string
	groups  []int
	count   int64
	options []option
}

func (p Problem) classify() []*draft {
	byKey := map[string]*draft{}
	var out []*draft
	for g, group := range p.Groups {
		d := &draft{count: group.copies(), groups: []int{g}}
		for _, o := range group.Options {
			d.options = append(d.options, p.option(o))
		}
		d.key = d.encode()
		if same := byKey[d.key]; same != nil {
			same.count += d.count
			same.groups = append(same.groups, g)
			continue
		}
		byKey[d.key] = d
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b *draft) int { return compareStrings(a.key, b.key) })
	return out
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// option brings an option into the form of a class. Arcs of a supply that has
// nothing are left out.
func (p Problem) option(o Option) option {
	out := option{cost: o.Cost}
	for _, d := range o.Demands {
		q := demand{amount: d.Amount, penalty: d.Penalty, must: d.Must}
		for i, a := range d.Arcs {
			if p.Supply[a.Supply] > 0 && d.Amount > 0 {
				q.arcs = append(q.arcs, arc{a.Supply, a.Cost, i})
			}
		}
		slices.SortStableFunc(q.arcs, func(a, b arc) int {
			switch {
			case a.supply != b.supply:
				return a.supply - b.supply
			case a.cost.Less(b.cost):
				return -1
			case b.cost.Less(a.cost):
				return 1
			}
			return 0
		})
		q.arcs = slices.CompactFunc(q.arcs, func(a, b arc) bool { return a.supply == b.supply })
		out.demands = append(out.demands, q)
	}
	return out
}

// encode gives the same string for equal groups alone.
func (d *draft) encode() string {
	var b []byte
	put := func(vs ...int64) {
		for _, v := range vs {
			b = binary.BigEndian.AppendUint64(b, uint64(v))
		}
	}
	put(int64(len(d.options)))
	for _, o := range d.options {
		put(o.cost.Risk, o.cost.Value, int64(len(o.demands)))
		for _, q := range o.demands {
			must := int64(0)
			if q.must {
				must = 1
			}
			put(q.amount, q.penalty.Risk, q.penalty.Value, must, int64(len(q.arcs)))
			for _, a := range q.arcs {
				put(int64(a.supply), a.cost.Risk, a.cost.Value)
			}
		}
	}
	return string(b)
}

// take adds a class; its supplies keep the problem's numbers until close.
func (q *part) take(d *draft) {
	c := class{groups: d.groups, count: d.count, first: len(q.options)}
	for _, o := range d.options {
		o.class = len(q.classes)
		q.options = append(q.options, o)
	}
	c.end = len(q.options)
	q.classes = append(q.classes, c)
}

// close numbers the supplies.
func (q *part) close(supply []int64) {
	for _, o := range q.options {
		for _, d := range o.demands {
			for _, a := range d.arcs {
				q.supplies = append(q.supplies, a.supply)
			}
		}
	}
	slices.Sort(q.supplies)
	q.supplies = slices.Compact(q.supplies)
	local := make(map[int]int, len(q.supplies))
	for i, s := range q.supplies {
		local[s] = i
		q.supply = append(q.supply, supply[s])
	}
	for i := range q.options {
		o := &q.options[i]
		for _, d := range o.demands {
			for k := range d.arcs {
				d.arcs[k].supply = local[d.arcs[k].supply]
			}
		}
		o.most = q.reach(*o)
	}
	q.setGrain()
	q.setWorst()
	q.must = q.mustPenalty()
}

func (q *part) setWorst() {
	for _, c := range q.classes {
		var worst int64
		for _, o := range q.options[c.first:c.end] {
			risk := o.cost.Risk
			for _, d := range o.demands {
				dearest := d.penalty.Risk
				for _, a := range d.arcs {
					dearest = max(dearest, a.cost.Risk)
				}
				risk += dearest * d.amount
			}
			worst = max(worst, risk)
		}
		q.worst += worst * c.count
	}
}

// reach caps the copies of an option by its demands that must be served.
func (q *part) reach(o option) int64 {
	most := q.classes[o.class].count
	for _, d := range o.demands {
		if !d.must || d.amount == 0 {
			continue
		}
		var within int64
		for _, a := range d.arcs {
			within += q.supply[a.supply]
		}
		most = min(most, within/d.amount)
	}
	return most
}

// setGrain finds the steps in which costs go: every assignment costs a multiple
// of them.
func (q *part) setGrain() {
	note := func(c flow.Cost) {
		q.grain.Risk, q.grain.Value = gcd(q.grain.Risk, c.Risk), gcd(q.grain.Value, c.Value)
	}
	for _, o := range q.options {
		note(o.cost)
		for _, d := range o.demands {
			note(d.penalty)
			for _, a := range d.arcs {
				note(a.cost)
			}
		}
	}
	q.grain.Risk, q.grain.Value = max(q.grain.Risk, 1), max(q.grain.Value, 1)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// sets are disjoint sets of supplies; open says of a set's root whether a class
// with a choice draws on it.
type sets struct {
	up   []int
	open []bool
}

func newSets(supplies int, classes []*draft) *sets {
	s := &sets{make([]int, supplies), make([]bool, supplies)}
	for i := range s.up {
		s.up[i] = i
	}
	for _, c := range classes {
		first := -1
		c.visit(func(supply int) {
			if first < 0 {
				first = supply
				return
			}
			a, b := s.find(first), s.find(supply)
			s.up[max(a, b)] = min(a, b)
		})
	}
	for _, c := range classes {
		if root := s.of(c); root >= 0 && len(c.options) > 1 {
			s.open[root] = true
		}
	}
	return s
}

func (d *draft) visit(f func(supply int)) {
	for _, o := range d.options {
		for _, q := range o.demands {
			for _, a := range q.arcs {
				f(a.supply)
			}
		}
	}
}

// of is the set that a class draws on, -1 when it draws on none.
func (s *sets) of(d *draft) int {
	root := -1
	d.visit(func(supply int) {
		if root < 0 {
			root = s.find(supply)
		}
	})
	return root
}

func (s *sets) find(i int) int {
	for s.up[i] != i {
		s.up[i] = s.up[s.up[i]]
		i = s.up[i]
	}
	return i
}
