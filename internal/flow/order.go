package flow

import "slices"

// canonical lists the arcs by supply, demand and cost. It sorts by counting, as
// the arcs of an estate are many and the nodes are few. Arcs that are equal in
// all three stand for each other, so their order does not matter.
func canonical(p Problem) []int32 {
	order := make([]int32, len(p.Arcs))
	for i := range order {
		order[i] = int32(i)
	}
	order = spread(order, len(p.Demands), func(a int32) int { return p.Arcs[a].Demand })
	order = spread(order, len(p.Supply), func(a int32) int { return p.Arcs[a].Supply })
	for lo := 0; lo < len(order); {
		first := p.Arcs[order[lo]]
		hi := lo + 1
		for hi < len(order) && p.Arcs[order[hi]].Supply == first.Supply && p.Arcs[order[hi]].Demand == first.Demand {
			hi++
		}
		if hi > lo+1 {
			slices.SortStableFunc(order[lo:hi], func(a, b int32) int { return compare(p.Arcs[a].Cost, p.Arcs[b].Cost) })
		}
		lo = hi
	}
	return order
}

func compare(a, b Cost) int {
	switch {
	case a.Less(b):
		return -1
	case b.Less(a):
		return 1
	}
	return 0
}

// spread is one pass of a stable counting sort.
func spread(in []int32, keys int, key func(int32) int) []int32 {
	at := make([]int32, keys+1)
	for _, x := range in {
		at[key(x)+1]++
	}
	for k := range keys {
		at[k+1] += at[k]
	}
	out := make([]int32, len(in))
	for _, x := range in {
		k := key(x)
		out[at[k]] = x
		at[k]++
	}
	return out
}
