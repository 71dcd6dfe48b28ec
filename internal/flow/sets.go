package flow

// sets are disjoint sets of nodes. Each is known by its lowest node, so that
// numbering does not depend on the order of joining.
type sets []int32

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = int32(i)
	}
	return s
}

func (s sets) find(v int32) int32 {
	for s[v] != v {
		s[v] = s[s[v]]
		v = s[v]
	}
	return v
}

func (s sets) join(v, w int32) {
	v, w = s.find(v), s.find(w)
	s[max(v, w)] = min(v, w)
}
