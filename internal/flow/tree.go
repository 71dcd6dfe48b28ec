package flow

import "math"

// none is no node or edge.
const none int32 = -1

// node is a node of the spanning tree, with the edge to its parent. The children
// of a node form a doubly linked list.
//
// The tree is kept strongly feasible: an edge without flow leads up. From every
// node flow can then be sent to the root, which rules out cycling.
type node struct {
	parent, arc       int32
	child, next, prev int32
	depth             int32
	up                bool // the edge leads from the node to its parent
	flow              int64
}

// hang makes v a childless node with the given parent, edge and flow.
func (x *simplex) hang(v int32, n node) {
	n.child = none
	x.nodes[v] = n
	x.link(v)
}

func (x *simplex) link(v int32) {
	n := &x.nodes[v]
	p := &x.nodes[n.parent]
	n.depth = p.depth + 1
	n.next, n.prev = p.child, none
	if p.child != none {
		x.nodes[p.child].prev = v
	}
	p.child = v
}

func (x *simplex) unlink(v int32) {
	n := &x.nodes[v]
	if n.prev != none {
		x.nodes[n.prev].next = n.next
	} else {
		x.nodes[n.parent].child = n.next
	}
	if n.next != none {
		x.nodes[n.next].prev = n.prev
	}
}

// after is the node that follows v in the depth-first order of the tree below
// top, none after the last.
func (x *simplex) after(v, top int32) int32 {
	if c := x.nodes[v].child; c != none {
		return c
	}
	for v != top {
		if x.nodes[v].next != none {
			return x.nodes[v].next
		}
		v = x.nodes[v].parent
	}
	return none
}

// pivot brings an edge into the tree: it sends as much as it can round the cycle
// that the edge closes, and takes out the edge that stops it.
func (x *simplex) pivot(in int32) {
	e := x.edges[in]
	reduced := x.reduced(e)
	apex := x.apex(e.tail, e.head)
	out, amount, atTail := x.leaving(e, apex)
	if amount > 0 {
		x.send(e, apex, amount)
	}
	n := node{arc: in, up: atTail, flow: amount}
	if atTail {
		n.parent = e.head
		x.turn(e.tail, out, n)
		x.reprice(e.tail, -reduced)
	} else {
		n.parent = e.tail
		x.turn(e.head, out, n)
		x.reprice(e.head, reduced)
	}
}

// apex is the lowest node above both.
func (x *simplex) apex(v, w int32) int32 {
	nodes := x.nodes
	for nodes[v].depth > nodes[w].depth {
		v = nodes[v].parent
	}
	for nodes[w].depth > nodes[v].depth {
		w = nodes[w].parent
	}
	for v != w {
		v, w = nodes[v].parent, nodes[w].parent
	}
	return v
}

// leaving finds the edge of the cycle that runs empty first, by the node below
// it, how much the cycle can carry until then, and on which side of the entering
// edge it lies. Seen from the apex in the direction of the flow, down to the
// tail and up from the head, it is the last such edge: this keeps the tree
// strongly feasible.
func (x *simplex) leaving(e edge, apex int32) (out int32, amount int64, atTail bool) {
	out, amount = none, math.MaxInt64
	for v := e.tail; v != apex; v = x.nodes[v].parent {
		if n := &x.nodes[v]; n.up && n.flow < amount {
			out, amount, atTail = v, n.flow, true
		}
	}
	for v := e.head; v != apex; v = x.nodes[v].parent {
		if n := &x.nodes[v]; !n.up && n.flow <= amount {
			out, amount, atTail = v, n.flow, false
		}
	}
	return out, amount, atTail
}

// send changes the flow along the cycle.
func (x *simplex) send(e edge, apex int32, amount int64) {
	for v := e.tail; v != apex; v = x.nodes[v].parent {
		if n := &x.nodes[v]; n.up {
			n.flow -= amount
		} else {
			n.flow += amount
		}
	}
	for v := e.head; v != apex; v = x.nodes[v].parent {
		if n := &x.nodes[v]; n.up {
			n.flow += amount
		} else {
			n.flow -= amount
		}
	}
}

// turn cuts the tree above out and hangs what is below by v, to which the path
// from v up to out turns its edges. The parent, edge and flow of v are to.
func (x *simplex) turn(v, out int32, to node) {
	for {
		old := x.nodes[v]
		x.unlink(v)
		n := &x.nodes[v]
		n.parent, n.arc, n.up, n.flow = to.parent, to.arc, to.up, to.flow
		x.link(v)
		if v == out {
			return
		}
		to = node{parent: v, arc: old.arc, up: !old.up, flow: old.flow}
		v = old.parent
	}
}

// reprice shifts the prices below and at top, whose depths have changed too.
func (x *simplex) reprice(top int32, by int64) {
	for v := top; v != none; v = x.after(v, top) {
		x.price[v] += by
		n := &x.nodes[v]
		n.depth = x.nodes[n.parent].depth + 1
	}
}
