package flow

import (
	"context"
	"math"
)

// simplex is the network simplex on one component: node 0 is the root, the
// supplies and the demands follow. No edge has a capacity, so only edges of the
// tree carry flow, and an edge outside it is known by its ends and cost alone.
type simplex struct {
	nodes []node
	price []int64 // of each node; the root's is zero
	edges []edge
	// id is what each edge stands for: an arc of the component, or from there on
	// the slack of a node. The edges are not in that order, see mix.
	id   []int32
	next int // where the search for an entering edge goes on
}

type edge struct {
	tail, head int32
	cost       int64
}

// newSimplex lays out a component, with the slack edges as its tree.
func newSimplex(p Problem, c part) *simplex {
	nodes := 1 + len(c.supplies) + len(c.demands)
	x := &simplex{
		nodes: make([]node, nodes),
		price: make([]int64, nodes),
		edges: make([]edge, len(c.arcs)+nodes-1),
		id:    mix(len(c.arcs) + nodes - 1),
	}
	x.nodes[0] = node{parent: none, arc: none, child: none, next: none, prev: none}
	for at, id := range x.id {
		k := int(id) - len(c.arcs) + 1
		switch {
		case k < 1:
			a := p.Arcs[c.arcs[id]]
			x.edges[at] = edge{tail: c.local[a.Supply], head: c.local[len(p.Supply)+a.Demand]}
		case k <= len(c.supplies):
			x.edges[at] = edge{tail: int32(k)}
			x.hang(int32(k), node{parent: 0, arc: int32(at), up: true, flow: p.Supply[c.supplies[k-1]]})
		default:
			x.edges[at] = edge{head: int32(k)}
			x.hang(int32(k), node{parent: 0, arc: int32(at), flow: p.Demands[c.demands[k-1-len(c.supplies)]].Amount})
		}
	}
	return x
}

// mix orders n edges so that neighbours come from different nodes: a block of
// the search then looks at many nodes rather than at all edges of a few.
func mix(n int) []int32 {
	step := max(1, int(math.Sqrt(float64(n))))
	out := make([]int32, 0, n)
	for first := range step {
		for i := first; i < n; i += step {
			out = append(out, int32(i))
		}
	}
	return out
}

// setCosts gives the edges one part of their costs, and the nodes the prices
// and depths that follow from the tree.
func (x *simplex) setCosts(p Problem, c part, of func(Cost) int64) {
	firstDemand := len(c.arcs) + len(c.supplies)
	for at, id := range x.id {
		switch k := int(id); {
		case k < len(c.arcs):
			x.edges[at].cost = of(p.Arcs[c.arcs[k]].Cost)
		case k >= firstDemand:
			x.edges[at].cost = of(p.Demands[c.demands[k-firstDemand]].Penalty)
		}
	}
	for v := x.nodes[0].child; v != none; v = x.after(v, 0) {
		n := &x.nodes[v]
		n.depth = x.nodes[n.parent].depth + 1
		e := x.edges[n.arc]
		if n.up {
			x.price[v] = x.price[e.head] - e.cost
		} else {
			x.price[v] = x.price[e.tail] + e.cost
		}
	}
	x.next = 0
}

// keepTight drops the edges whose reduced cost is not zero, none of which is in
// the tree: every assignment as cheap as this one does without them. It gives
// the prices that say so.
func (x *simplex) keepTight() []int64 {
	moved := make([]int32, len(x.edges))
	kept := 0
	for at, e := range x.edges {
		if x.reduced(e) == 0 {
			x.edges[kept], x.id[kept], moved[at] = e, x.id[at], int32(kept)
			kept++
		}
	}
	x.edges, x.id = x.edges[:kept], x.id[:kept]
	for v := range x.nodes[1:] {
		x.nodes[v+1].arc = moved[x.nodes[v+1].arc]
	}
	return append([]int64(nil), x.price...)
}

// reduced is what a unit more on an edge costs when the tree makes up for it.
func (x *simplex) reduced(e edge) int64 { return e.cost + x.price[e.tail] - x.price[e.head] }

// run pivots until no edge is worth entering.
func (x *simplex) run(ctx context.Context) error {
	block := max(10, int(math.Sqrt(float64(len(x.edges)))))
	for pivots := 0; ; pivots++ {
		if pivots%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		in := x.entering(block)
		if in == none {
			return nil
		}
		x.pivot(in)
	}
}

// entering searches block after block, round the edges, for the edge of the
// most negative reduced cost in the first block that has one.
func (x *simplex) entering(block int) int32 {
	edges, price := x.edges, x.price
	at := x.next
	for seen := 0; seen < len(edges); {
		size := min(block, len(edges)-seen, len(edges)-at)
		best, in := int64(0), none
		for i, e := range edges[at : at+size] {
			if r := e.cost + price[e.tail] - price[e.head]; r < best {
				best, in = r, int32(at+i)
			}
		}
		seen += size
		if at += size; at == len(edges) {
			at = 0
		}
		if in != none {
			x.next = at
			return in
		}
	}
	return none
}
