package route

import "slices"

// index finds the children of a node that may match a subject.
type index struct {
	// sources find children by the value of one field.
	sources []source
	// rest are children that must be tried.
	rest []int32
}

// source finds children by a field: by equality with it, or by expressions that
// it decides.
type source struct {
	field field
	equal map[string][]int32
	// decided are children whose expression is decided by the field and who
	// have no equality; results remembers which of them match a value.
	decided []int32
	nodes   []*node
	results memo[decision]
}

// decision is which of the decided children match a value, and what went wrong.
type decision struct {
	children []int32
	errs     []error
}

// maxSources bounds the look-ups at a node. Children told apart by rarer fields
// are tried one by one.
const maxSources = 3

// sourceKey says how a child is found.
type sourceKey struct {
	field   field
	decided bool
	found   bool
}

func (n *node) source() sourceKey {
	switch {
	case len(n.equal) > 0:
		return sourceKey{n.equal[0].field, false, true}
	case n.when != nil && n.when.results != nil:
		return sourceKey{n.when.field, true, true}
	}
	return sourceKey{}
}

func newIndex(children []*node) index {
	var x index
	keys := commonest(children)
	x.sources = make([]source, len(keys))
	for i, child := range children {
		at := slices.Index(keys, child.source())
		if at < 0 {
			x.rest = append(x.rest, int32(i))
			continue
		}
		x.sources[at].add(keys[at], child, int32(i))
	}
	return x
}

// commonest are the ways by which most children are found, first those that
// more are found by, then those that come first.
func commonest(children []*node) []sourceKey {
	count := map[sourceKey]int{}
	var keys []sourceKey
	for _, c := range children {
		k := c.source()
		if count[k]++; count[k] == 1 && k.found {
			keys = append(keys, k)
		}
	}
	slices.SortStableFunc(keys, func(a, b sourceKey) int { return count[b] - count[a] })
	return keys[:min(len(keys), maxSources)]
}

func (s *source) add(k sourceKey, n *node, child int32) {
	s.field = k.field
	if k.decided {
		s.decided = append(s.decided, child)
		s.nodes = append(s.nodes, n)
		return
	}
	if s.equal == nil {
		s.equal = map[string][]int32{}
	}
	s.equal[n.equal[0].value] = append(s.equal[n.equal[0].value], child)
}

// find is the children that may match, in document order. Those of a source by
// expression do match.
func (s *source) find(w *walk) []int32 {
	value := w.subject.get(s.field)
	if s.equal != nil {
		return s.equal[value]
	}
	d, ok := s.results.get(value)
	if !ok {
		d = s.decide(w, value)
	}
	w.errs = append(w.errs, d.errs...)
	return d.children
}

// decide evaluates the expressions for a value.
func (s *source) decide(w *walk, value string) decision {
	var d decision
	for i, n := range s.nodes {
		ok, err := n.when.eval(w.ctx, w.subject)
		if err != nil {
			d.errs = append(d.errs, err)
		}
		if ok {
			d.children = append(d.children, s.decided[i])
		}
	}
	if w.ctx.Err() == nil {
		s.results.put(value, d)
	}
	return d
}

// candidates merges the lists of children that may match, in document order.
type candidates struct {
	lists [maxSources + 1][]int32
}

func (x *index) start(w *walk, c *candidates) {
	for i := range x.sources {
		c.lists[i] = x.sources[i].find(w)
	}
	c.lists[maxSources] = x.rest
}

// next is the next child to try and the list that it came from, -1 at the end.
func (c *candidates) next() (child int32, list int) {
	list = -1
	for i := range c.lists {
		if l := c.lists[i]; len(l) > 0 && (list < 0 || l[0] < child) {
			list, child = i, l[0]
		}
	}
	if list >= 0 {
		c.lists[list] = c.lists[list][1:]
	}
	return child, list
}

// decides says whether the expressions of a list's children are known to hold.
func (x *index) decides(list int) bool {
	return list < len(x.sources) && x.sources[list].equal == nil
}
