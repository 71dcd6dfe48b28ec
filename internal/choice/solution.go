package choice

// newSolution lays out a solution in which nothing is taken.
func newSolution(p Problem) Solution {
	s := Solution{Taken: make([][]int64, len(p.Groups)), Flow: make([][][][]int64, len(p.Groups)), Short: make([][][]int64, len(p.Groups))}
	for g, group := range p.Groups {
		s.Taken[g] = make([]int64, len(group.Options))
		s.Flow[g] = make([][][]int64, len(group.Options))
		s.Short[g] = make([][]int64, len(group.Options))
		for o, option := range group.Options {
			s.Flow[g][o] = make([][]int64, len(option.Demands))
			s.Short[g][o] = make([]int64, len(option.Demands))
			for d, demand := range option.Demands {
				s.Flow[g][o][d] = make([]int64, len(demand.Arcs))
			}
		}
	}
	return s
}

// write adds a part's result to the solution. Groups of a class get options,
// supplies and shortage one after another, in their order.
func (q *part) write(p Problem, r result, s *Solution) {
	s.Cost.Risk += r.plan.cost.Risk
	s.Cost.Value += r.plan.cost.Value
	s.Bound.Risk += r.bound.Risk
	s.Bound.Value += r.bound.Value
	s.Proof.Parts = append(s.Proof.Parts, q.proof(r))
	served := r.plan.flow
	for _, c := range q.classes {
		q.writeTaken(p, c, r.plan.taken, s)
		for i := c.first; i < c.end; i++ {
			for d, demand := range q.options[i].demands {
				if r.plan.taken[i] > 0 {
					writeFlow(p, c, [2]int{i - c.first, d}, served[:len(demand.arcs)], s)
					served = served[len(demand.arcs):]
				}
			}
		}
	}
}

func (q *part) writeTaken(p Problem, c class, taken []int64, s *Solution) {
	at := c.first
	left := taken[at]
	for _, g := range c.groups {
		for need := p.Groups[g].copies(); need > 0; {
			for left == 0 {
				at++
				left = taken[at]
			}
			n := min(need, left)
			s.Taken[g][at-c.first] += n
			need, left = need-n, left-n
		}
	}
}

// writeFlow divides what serves a demand, by its option and index, among the
// groups that took the option.
func writeFlow(p Problem, c class, at [2]int, served []int64, s *Solution) {
	left := append([]int64(nil), served...)
	for _, g := range c.groups {
		taken := s.Taken[g][at[0]]
		if taken == 0 {
			continue
		}
		// The arcs of each group may stand in another order.
		arcs := p.option(p.Groups[g].Options[at[0]]).demands[at[1]].arcs
		need := p.Groups[g].Options[at[0]].Demands[at[1]].Amount * taken
		for k, a := range arcs {
			n := min(need, left[k])
			s.Flow[g][at[0]][at[1]][a.at] = n
			need, left[k] = need-n, left[k]-n
		}
		s.Short[g][at[0]][at[1]] = need
	}
}
