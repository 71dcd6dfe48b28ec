package cover

import (
	"slices"
)

// class is a set of items that differ in nothing but their name.
type class struct {
	members []int // indexes into the problem, in canonical order
	each    int64 // how often one member may be taken
	cost    int64
	max     int64
	gains   []Term
	loads   []Term
	// links are what excludes and requires ask in linear rows, for bounds.
	links []Term
	// excludes and requires are classes of one member; neededBy is the reverse
	// of requires.
	excludes, requires, neededBy []int
}

// component is a part of the problem that can be solved alone.
type component struct {
	classes     []class
	need, limit []int64
	// link bounds the rows of the classes' links from above.
	link []int64
	// shift is by how many binary places costs are scaled up, so that whole
	// multipliers are fine enough.
	shift uint
}

// plain says that there is one need and nothing that restricts the choice.
func (c *component) plain() bool {
	if len(c.need) != 1 || len(c.limit) != 0 {
		return false
	}
	return !slices.ContainsFunc(c.classes, func(cl class) bool { return len(cl.excludes)+len(cl.requires)+len(cl.neededBy) > 0 })
}

// components splits the problem. Rows without need, limits that cannot bind and
// items that no need can make use of fall away.
func components(p Problem) []*component {
	s := splitter{p: p, order: p.canonical(), parent: make([]int, len(p.Items)+len(p.Need)+len(p.Limit))}
	for i := range s.parent {
		s.parent[i] = i
	}
	s.markBinding()
	s.join()
	return s.build()
}

type splitter struct {
	p       Problem
	order   []int
	parent  []int
	binding []bool
}

func (s *splitter) find(i int) int {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

func (s *splitter) union(a, b int) { s.parent[s.find(a)] = s.find(b) }

func (s *splitter) needNode(r int) int  { return len(s.p.Items) + r }
func (s *splitter) limitNode(r int) int { return len(s.p.Items) + len(s.p.Need) + r }

// useful caps how often an item can be worth taking: as often as its largest
// need takes, and once where another item requires it.
func useful(times int64, gains []Term, need []int64, required bool) int64 {
	var n int64
	if required {
		n = 1
	}
	for _, t := range gains {
		if need[t.Row] > 0 {
			n = max(n, ceilDiv(need[t.Row], t.Amount))
		}
	}
	return min(n, times)
}

func ceilDiv(a, b int64) int64 {
	if a <= 0 {
		return 0
	}
	return (a-1)/b + 1
}

func (s *splitter) required() map[int]bool {
	out := map[int]bool{}
	for _, pair := range s.p.Requires {
		out[pair[1]] = true
	}
	return out
}

// markBinding finds the limits that taking everything useful would pass.
func (s *splitter) markBinding() {
	s.binding = make([]bool, len(s.p.Limit))
	load := make([]int64, len(s.p.Limit))
	required := s.required()
	for i, it := range s.p.Items {
		n := useful(it.Max, it.Gains, s.p.Need, required[i])
		for _, t := range it.Loads {
			if n > 0 && t.Amount > (s.p.Limit[t.Row]-load[t.Row])/n {
				s.binding[t.Row] = true
			}
			if !s.binding[t.Row] {
				load[t.Row] += t.Amount * n
			}
		}
	}
}

func (s *splitter) join() {
	for i, it := range s.p.Items {
		for _, t := range it.Gains {
			if s.p.Need[t.Row] > 0 {
				s.union(i, s.needNode(t.Row))
			}
		}
		for _, t := range it.Loads {
			if s.binding[t.Row] {
				s.union(i, s.limitNode(t.Row))
			}
		}
	}
	for _, pair := range slices.Concat(s.p.Excludes, s.p.Requires) {
		s.union(pair[0], pair[1])
	}
}

// build makes the components that have a need, in the order of their first row.
func (s *splitter) build() []*component {
	var out []*component
	byRoot := map[int]*component{}
	row := make([]int, len(s.p.Need))
	for r, n := range s.p.Need {
		if n <= 0 {
			continue
		}
		root := s.find(s.needNode(r))
		c, ok := byRoot[root]
		if !ok {
			c = &component{}
			byRoot[root] = c
			out = append(out, c)
		}
		row[r] = len(c.need)
		c.need = append(c.need, n)
	}
	limit := make([]int, len(s.p.Limit))
	for l, bound := range s.p.Limit {
		if c, ok := byRoot[s.find(s.limitNode(l))]; ok && s.binding[l] {
			limit[l] = len(c.limit)
			c.limit = append(c.limit, bound)
		}
	}
	paired := map[int]bool{}
	for _, pair := range slices.Concat(s.p.Excludes, s.p.Requires) {
		paired[pair[0]], paired[pair[1]] = true, true
	}
	required, place := s.required(), map[int]int{}
	groups := map[*component]map[string]int{}
	for _, i := range s.order {
		c, ok := byRoot[s.find(i)]
		if !ok {
			continue
		}
		cl, ok := s.class(i, c, row, limit, required[i])
		if !ok {
			continue
		}
		if groups[c] == nil {
			groups[c] = map[string]int{}
		}
		key := cl.key()
		if at, same := groups[c][key]; same && !paired[i] {
			c.classes[at].members = append(c.classes[at].members, i)
			c.classes[at].max += cl.max
			continue
		}
		place[i] = len(c.classes)
		if !paired[i] {
			groups[c][key] = len(c.classes)
		}
		c.classes = append(c.classes, cl)
	}
	s.pair(byRoot, place)
	for _, c := range out {
		for k := range c.classes {
			cl := &c.classes[k]
			cl.max = useful(cl.max, cl.gains, c.need, len(cl.neededBy) > 0)
		}
		c.tie()
		c.scale()
	}
	return out
}

// tie writes the pairs as linear rows: of two that exclude each other one is
// nothing, and one that requires another is nothing without it.
func (c *component) tie() {
	row := func(a, b int, timesA, timesB, bound int64) {
		r := len(c.link)
		c.link = append(c.link, bound)
		c.classes[a].links = append(c.classes[a].links, Term{r, timesA})
		c.classes[b].links = append(c.classes[b].links, Term{r, timesB})
	}
	for a, cl := range c.classes {
		for _, b := range cl.excludes {
			if other := c.classes[b].max; a < b && cl.max > 0 && other > 0 && cl.max < 1<<20 && other < 1<<20 {
				row(a, b, other, cl.max, cl.max*other)
			}
		}
		for _, b := range cl.requires {
			row(a, b, 1, -cl.max, 0)
		}
	}
}

// scale makes costs as large as the arithmetic allows, up to some places.
func (c *component) scale() {
	total := int64(1)
	for _, cl := range c.classes {
		total += cl.cost * cl.max
	}
	for c.shift < 16 && total<<(c.shift+1) < most>>6 {
		c.shift++
	}
	for k := range c.classes {
		c.classes[k].cost <<= c.shift
	}
}

// class makes the class of a single item, or says that it cannot be taken.
func (s *splitter) class(i int, c *component, row, limit []int, required bool) (class, bool) {
	it := s.p.Items[i]
	cl := class{members: []int{i}, cost: it.Cost}
	cl.max = it.Max
	for _, t := range it.Gains {
		if n := s.p.Need[t.Row]; n > 0 {
			cl.gains = append(cl.gains, Term{row[t.Row], min(t.Amount, n)})
		}
	}
	for _, t := range it.Loads {
		cl.max = min(cl.max, s.p.Limit[t.Row]/t.Amount)
		if s.binding[t.Row] {
			cl.loads = append(cl.loads, Term{limit[t.Row], t.Amount})
		}
	}
	sortTerms(cl.gains)
	sortTerms(cl.loads)
	cl.each = cl.max
	return cl, cl.max > 0 && (len(cl.gains) > 0 || required)
}

func sortTerms(ts []Term) { slices.SortFunc(ts, func(a, b Term) int { return a.Row - b.Row }) }

// pair turns the pairs of items into pairs of classes. An item that requires one
// that cannot be taken cannot be taken either.
func (s *splitter) pair(byRoot map[int]*component, place map[int]int) {
	for _, pair := range s.p.Excludes {
		a, okA := place[pair[0]]
		b, okB := place[pair[1]]
		if okA && okB && a != b {
			c := byRoot[s.find(pair[0])]
			c.classes[a].excludes = append(c.classes[a].excludes, b)
			c.classes[b].excludes = append(c.classes[b].excludes, a)
		}
	}
	for _, pair := range s.p.Requires {
		a, okA := place[pair[0]]
		b, okB := place[pair[1]]
		if !okA || a == b && okB {
			continue
		}
		c := byRoot[s.find(pair[0])]
		if !okB {
			c.classes[a].max = 0
			continue
		}
		c.classes[a].requires = append(c.classes[a].requires, b)
		c.classes[b].neededBy = append(c.classes[b].neededBy, a)
	}
}

// key is equal for items that differ in nothing but their name.
func (cl class) key() string {
	b := make([]byte, 0, 16*(2+len(cl.gains)+len(cl.loads)))
	b = appendInts(b, cl.cost, cl.max, int64(len(cl.gains)))
	for _, t := range slices.Concat(cl.gains, cl.loads) {
		b = appendInts(b, int64(t.Row), t.Amount)
	}
	return string(b)
}

func appendInts(b []byte, vs ...int64) []byte {
	for _, v := range vs {
		for s := 0; s < 64; s += 8 {
			b = append(b, byte(v>>s))
		}
	}
	return b
}

// spread gives a count of the class to its members, the first names first.
func (cl class) spread(n int64, count []int64) {
	for _, i := range cl.members {
		take := min(n, cl.each)
		count[i] += take
		n -= take
	}
}
