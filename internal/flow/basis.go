package flow

// Basis is the tree of a solution: for each supply and demand the arc of the
// problem that joins it to its parent. The zero value is no basis.
type Basis struct {
	supply, demand []int32
}

// slack stands in a basis for the edge between a node and the root.
const slack int32 = -1

func newBasis(supplies, demands int) Basis {
	b := Basis{make([]int32, supplies), make([]int32, demands)}
	for i := range b.supply {
		b.supply[i] = slack
	}
	for j := range b.demand {
		b.demand[j] = slack
	}
	return b
}

func (b Basis) empty() bool { return b.supply == nil && b.demand == nil }

// plant makes the basis the tree of a component, as far as it still is one:
// where an edge of it would carry flow in the wrong direction, or none although
// it leads down, the nodes that bring that about are hung on the root instead.
func (b Basis) plant(p Problem, c part, x *simplex) {
	b.join(p, c, x)
	order := make([]int32, 0, len(x.nodes))
	for v := x.nodes[0].child; v != none; v = x.after(v, 0) {
		order = append(order, v)
	}
	slackOf := make([]int32, len(x.nodes))
	for at, id := range x.id {
		if k := int(id) - len(c.arcs) + 1; k > 0 {
			slackOf[k] = int32(at)
		}
	}
	for i := len(order) - 1; i >= 0; i-- {
		x.balance(order[i], c.own(p, order[i]), slackOf)
	}
}

// own is the amount that a node of the component brings.
func (c part) own(p Problem, v int32) int64 {
	if k := int(v) - 1; k < len(c.supplies) {
		return p.Supply[c.supplies[k]]
	}
	return p.Demands[c.demands[int(v)-1-len(c.supplies)]].Amount
}

// join hangs the nodes on the parents that the basis names. A parent that would
// close a cycle, in a basis of another problem, is not taken.
func (b Basis) join(p Problem, c part, x *simplex) {
	sets := newSets(len(x.nodes))
	hang := func(v, parent int32, at int, up bool) {
		if sets.find(v) == sets.find(parent) {
			return
		}
		sets.join(v, parent)
		x.unlink(v)
		n := &x.nodes[v]
		n.parent, n.arc, n.up = parent, int32(at), up
		x.link(v)
	}
	for at, id := range x.id {
		if int(id) >= len(c.arcs) {
			continue
		}
		arc, e := p.Arcs[c.arcs[id]], x.edges[at]
		if b.supply[arc.Supply] == c.arcs[id] {
			hang(e.tail, e.head, at, true)
		}
		if b.demand[arc.Demand] == c.arcs[id] {
			hang(e.head, e.tail, at, false)
		}
	}
}

// balance gives the edge above v the flow that v and its children leave. The
// edge above a supply leads up and takes what the supply has left, the edge
// above a demand leads down and brings what the demand still wants. Children are
// cut off, in order, while too much is asked of a supply or given to a demand.
func (x *simplex) balance(v int32, own int64, slackOf []int32) {
	up := x.nodes[v].up
	left := own
	for w := x.nodes[v].child; w != none; w = x.nodes[w].next {
		left -= x.nodes[w].flow
	}
	for w := x.nodes[v].child; w != none && (left < 0 || left == 0 && !up); {
		next := x.nodes[w].next
		if x.nodes[w].flow > 0 {
			left += x.nodes[w].flow
			x.unlink(w)
			n := &x.nodes[w]
			n.parent, n.arc = 0, slackOf[w]
			x.link(w)
		}
		w = next
	}
	x.nodes[v].flow = left
}
