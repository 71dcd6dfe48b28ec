package flow

// network is the residual graph: source, supplies, demands, sink, and one supply
// without limit that stands for what is not served.
type network struct {
	heads     [][]int // edges leaving each node
	to        []int
	left      []int64 // capacity left on each edge; edge^1 is its reverse
	cost      []Cost
	potential []Cost
	source    int
	sink      int
	arcEdge   []int
	freeEdge  []int
}

const unlimited = int64(1) << 62

func newNetwork(p Problem) *network {
	s, d := len(p.Supply), len(p.Demands)
	n := &network{source: s + d, sink: s + d + 1}
	none := s + d + 2
	n.heads = make([][]int, s+d+3)
	n.potential = make([]Cost, s+d+3)
	var wanted int64
	for i, amount := range p.Supply {
		n.edge(n.source, i, amount, Cost{})
	}
	for j, dem := range p.Demands {
		n.edge(s+j, n.sink, dem.Amount, Cost{})
		wanted += dem.Amount
	}
	n.edge(n.source, none, wanted, Cost{})
	for _, a := range p.Arcs {
		n.arcEdge = append(n.arcEdge, n.edge(a.Supply, s+a.Demand, unlimited, a.Cost))
	}
	for j, dem := range p.Demands {
		n.freeEdge = append(n.freeEdge, n.edge(none, s+j, unlimited, dem.Penalty))
	}
	return n
}

func (n *network) edge(from, to int, capacity int64, cost Cost) int {
	e := len(n.to)
	n.to = append(n.to, to, from)
	n.left = append(n.left, capacity, 0)
	n.cost = append(n.cost, cost, Cost{-cost.Risk, -cost.Value})
	n.heads[from] = append(n.heads[from], e)
	n.heads[to] = append(n.heads[to], e+1)
	return e
}

// augment sends as much as fits along a cheapest path, and says whether there
// was one.
func (n *network) augment() bool {
	dist, via := n.shortest()
	if via[n.sink] < 0 {
		return false
	}
	amount := unlimited
	for v := n.sink; v != n.source; v = n.to[via[v]^1] {
		amount = min(amount, n.left[via[v]])
	}
	for v := n.sink; v != n.source; v = n.to[via[v]^1] {
		n.left[via[v]] -= amount
		n.left[via[v]^1] += amount
	}
	for v := range n.potential {
		if via[v] >= 0 {
			n.potential[v] = n.potential[v].add(dist[v])
		} else if v != n.source {
			n.potential[v] = n.potential[v].add(dist[n.sink])
		}
	}
	return true
}

// shortest is Dijkstra's algorithm over reduced costs, without a heap: the
// networks of a reconciliation are small and dense, where a scan is as good and
// its order is plain to see.
func (n *network) shortest() (dist []Cost, via []int) {
	nodes := len(n.heads)
	dist, via = make([]Cost, nodes), make([]int, nodes)
	done := make([]bool, nodes)
	for v := range via {
		via[v] = -1
	}
	for v := n.source; v >= 0; v = nearest(dist, via, done) {
		done[v] = true
		for _, e := range n.heads[v] {
			w := n.to[e]
			if n.left[e] == 0 || done[w] || w == n.source {
				continue
			}
			d := dist[v].add(n.cost[e]).add(n.potential[v]).sub(n.potential[w])
			if via[w] < 0 || d.Less(dist[w]) {
				dist[w], via[w] = d, e
			}
		}
	}
	return dist, via
}

// nearest is the reached node at the least distance that is not done, the lowest
// index among equals, -1 when there is none.
func nearest(dist []Cost, via []int, done []bool) int {
	best := -1
	for v := range dist {
		if done[v] || via[v] < 0 {
			continue
		}
		if best < 0 || dist[v].Less(dist[best]) {
			best = v
		}
	}
	return best
}

func (n *network) solution(p Problem) Solution {
	out := Solution{Flow: make([]int64, len(p.Arcs)), Unserved: make([]int64, len(p.Demands))}
	for i, e := range n.arcEdge {
		out.Flow[i] = n.left[e^1]
	}
	for j, e := range n.freeEdge {
		out.Unserved[j] = n.left[e^1]
	}
	return out
}

// oracle solves by successive shortest paths: slow, short, and with nothing in
// common with the simplex.
func oracle(p Problem) Solution {
	n := newNetwork(p)
	for n.augment() {
	}
	return n.solution(p)
}
