package choice

import (
	"context"
	"fmt"

	"github.com/trueup-dev/trueup/internal/flow"
)

// refute proves that the supplies cannot serve what the options taken must have.
// Where nothing costs anything but what is missed, the prices of the flow are one
// for the supplies that are in demand and zero for the others; times as much as
// any assignment can cost they bound the box above it.
func (k *pricing) refute(ctx context.Context, b box, taken []int64) (proof, flow.Cost, error) {
	q := flow.Problem{Supply: k.supply}
	for i, o := range k.options {
		for _, d := range o.demands {
			if taken[i] > 0 && d.must {
				at := len(q.Demands)
				q.Demands = append(q.Demands, flow.Demand{Amount: d.amount * taken[i], Penalty: flow.Cost{Risk: 1}})
				for _, a := range d.arcs {
					q.Arcs = append(q.Arcs, flow.Arc{Supply: a.supply, Demand: at})
				}
			}
		}
	}
	s, err := flow.Solve(ctx, q)
	if err != nil {
		return proof{}, flow.Cost{}, fmt.Errorf("choice: with the options taken: %w", err)
	}
	out := k.free()
	out.risk.Supply = make([]int64, len(k.supply))
	for i, c := range s.SupplyPrice {
		out.risk.Supply[i] = c.Risk * (k.worst + 1)
	}
	least, ok := k.least(b, out)
	if !ok || least.Risk <= k.worst {
		return proof{}, flow.Cost{}, fmt.Errorf("%w: what must be served cannot be, at costs too large to say so", ErrProblem)
	}
	return out, least, nil
}
