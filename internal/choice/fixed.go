package choice

import (
	"context"
	"fmt"

	"github.com/trueup-dev/trueup/internal/flow"
)

// plan is an assignment: copies that take each option, and what the flow makes of
// them.
type plan struct {
	taken []int64
	cost  flow.Cost
	// missed is how much is not served that must be. Such a plan is none.
	missed int64
	flow   []int64
	short  []int64
	prices []flow.Cost
}

// mustPenalty makes serving what must be served come before all else: more than
// any other penalty and the costs of a path of arcs together.
func (q *part) mustPenalty() int64 {
	var penalty, dearest, demands int64
	for _, o := range q.options {
		for _, d := range o.demands {
			demands++
			penalty = max(penalty, d.penalty.Risk)
			for _, a := range d.arcs {
				dearest = max(dearest, a.cost.Risk)
			}
		}
	}
	var t tally
	t.add(dearest, 2*min(demands, int64(len(q.supply)))+2)
	t.add(penalty, 1)
	t.add(1, 1)
	return t.sum
}

// transport states the assignment that is left when the options are taken.
func (q *part) transport(taken []int64, must int64) flow.Problem {
	p := flow.Problem{Supply: q.supply}
	for i, o := range q.options {
		for _, d := range o.demands {
			if taken[i] == 0 {
				continue
			}
			want := flow.Demand{Amount: d.amount * taken[i], Penalty: d.penalty}
			if d.must {
				want.Penalty = flow.Cost{Risk: must}
			}
			for _, a := range d.arcs {
				p.Arcs = append(p.Arcs, flow.Arc{Supply: a.supply, Demand: len(p.Demands), Cost: a.cost})
			}
			p.Demands = append(p.Demands, want)
		}
	}
	return p
}

// plan finds the cheapest flow once the options are taken.
func (q *part) plan(ctx context.Context, taken []int64) (plan, error) {
	p := q.transport(taken, q.must)
	s, err := flow.Solve(ctx, p)
	if err != nil {
		return plan{}, fmt.Errorf("choice: with the options taken: %w", err)
	}
	out := plan{taken: taken, flow: s.Flow, short: s.Unserved, prices: s.SupplyPrice}
	for k, a := range p.Arcs {
		out.cost.Risk += a.Cost.Risk * s.Flow[k]
		out.cost.Value += a.Cost.Value * s.Flow[k]
	}
	at := 0
	for i, o := range q.options {
		out.cost.Risk += o.cost.Risk * taken[i]
		out.cost.Value += o.cost.Value * taken[i]
		for _, d := range o.demands {
			if taken[i] == 0 {
				continue
			}
			if d.must {
				out.missed += s.Unserved[at]
			} else {
				out.cost.Risk += d.penalty.Risk * s.Unserved[at]
				out.cost.Value += d.penalty.Value * s.Unserved[at]
			}
			at++
		}
	}
	return out, nil
}

// prove bounds a box by the prices of a flow. Weighing the risk heavily enough
// makes one number of a pair of costs; the lightest weight that does is taken.
func (s *search) prove(n *node, b box, p plan) {
	risk := Prices{Risk: 1, Supply: make([]int64, len(s.supply))}
	for i, c := range p.prices {
		risk.Supply[i] = c.Risk
	}
	for w := int64(0); w < maxTotal/10 && !s.closed(n.bound); w = max(1, w*10) {
		value := Prices{Risk: w, Value: 1, Supply: make([]int64, len(s.supply))}
		for i, c := range p.prices {
			var t tally
			t.add(w, c.Risk)
			if t.over {
				return
			}
			value.Supply[i] = max(0, t.sum+c.Value)
		}
		s.improve(n, b, proof{risk, value})
	}
}
