package flow

// newSolution is the solution in which nothing is served.
func newSolution(p Problem) Solution {
	s := Solution{
		Flow:        make([]int64, len(p.Arcs)),
		Unserved:    make([]int64, len(p.Demands)),
		SupplyPrice: make([]Cost, len(p.Supply)),
		DemandPrice: make([]Cost, len(p.Demands)),
		Basis:       newBasis(len(p.Supply), len(p.Demands)),
	}
	for j, d := range p.Demands {
		s.Unserved[j], s.DemandPrice[j] = d.Amount, d.Penalty
	}
	return s
}

// priceIdle prices the demands of nothing: a first unit would be served by
// whatever is cheapest, or by nothing.
func (s Solution) priceIdle(p Problem) {
	for _, a := range p.Arcs {
		if p.Demands[a.Demand].Amount > 0 {
			continue
		}
		if c := a.Cost.add(s.SupplyPrice[a.Supply]); c.Less(s.DemandPrice[a.Demand]) {
			s.DemandPrice[a.Demand] = c
		}
	}
}
