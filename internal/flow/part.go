package flow

import "context"

// part is a connected component: supplies, demands and arcs by their index in
// the problem, each in ascending or canonical order.
type part struct {
	supplies, demands, arcs []int32
	// local holds the number of each node of the problem, supplies before
	// demands, in the simplex of its component. The components share it.
	local []int32
}

// split finds the components that have something to decide. Demands of nothing
// connect nothing: they take no part, and get their price at the end.
func split(p Problem, order []int32) []part {
	sets := newSets(len(p.Supply) + len(p.Demands))
	used := make([]int32, 0, len(order))
	for _, a := range order {
		arc := p.Arcs[a]
		if p.Demands[arc.Demand].Amount > 0 {
			used = append(used, a)
			sets.join(int32(arc.Supply), int32(len(p.Supply)+arc.Demand))
		}
	}
	number := make([]int32, len(sets)) // of the component whose representative a node is, plus one
	var parts []part
	for _, a := range used {
		arc := p.Arcs[a]
		root := sets.find(int32(arc.Supply))
		if number[root] == 0 {
			parts = append(parts, part{})
			number[root] = int32(len(parts))
		}
		c := &parts[number[root]-1]
		c.arcs = append(c.arcs, a)
	}
	local := make([]int32, len(sets))
	for i := range p.Supply {
		if n := number[sets.find(int32(i))]; n > 0 {
			c := &parts[n-1]
			c.supplies, c.local = append(c.supplies, int32(i)), local
			local[i] = int32(len(c.supplies))
		}
	}
	for j := range p.Demands {
		v := len(p.Supply) + j
		if n := number[sets.find(int32(v))]; n > 0 {
			c := &parts[n-1]
			c.demands = append(c.demands, int32(j))
			local[v] = int32(len(c.supplies) + len(c.demands))
		}
	}
	return parts
}

// solve finds the cheapest assignment of a component and writes it to the
// component's elements of the solution.
func (c part) solve(ctx context.Context, p Problem, from Basis, s Solution) error {
	x := newSimplex(p, c)
	if !from.empty() {
		from.plant(p, c, x)
	}
	x.setCosts(p, c, func(c Cost) int64 { return c.Risk })
	if err := x.run(ctx); err != nil {
		return err
	}
	risks := x.keepTight()
	x.setCosts(p, c, func(c Cost) int64 { return c.Value })
	if err := x.run(ctx); err != nil {
		return err
	}
	c.write(x, risks, s)
	return nil
}

// write reads the solution off the tree. Node 0 is the root; the supplies and
// then the demands follow it.
func (c part) write(x *simplex, risks []int64, s Solution) {
	for k, i := range c.supplies {
		v := 1 + k
		s.SupplyPrice[i] = Cost{risks[v], x.price[v]}
		s.Basis.supply[i] = c.writeFlow(x, v, s)
	}
	for k, j := range c.demands {
		v := 1 + len(c.supplies) + k
		s.DemandPrice[j] = Cost{risks[v], x.price[v]}
		s.Basis.demand[j] = c.writeFlow(x, v, s)
		if s.Basis.demand[j] == slack {
			s.Unserved[j] = x.nodes[v].flow
		} else {
			s.Unserved[j] = 0
		}
	}
}

// writeFlow writes the flow between a node and its parent, and gives the arc of
// the problem that it is on.
func (c part) writeFlow(x *simplex, v int, s Solution) int32 {
	id := x.id[x.nodes[v].arc]
	if int(id) >= len(c.arcs) {
		return slack
	}
	s.Flow[c.arcs[id]] = x.nodes[v].flow
	return c.arcs[id]
}
