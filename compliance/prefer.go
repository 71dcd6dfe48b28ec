package compliance

import (
	"context"

	"github.com/trueup-dev/trueup/internal/flow"
)

// prefer finds, among all assignments that are as cheap as a solution, one that
// follows the order of preference best: the ranks of the units assigned add up to
// least. It gives the problem that it solved with its solution.
//
// The prices of a solution say which assignments are as cheap (complementary
// slackness): they use only arcs that cost what the prices differ by, they use up
// every supply that has a price, and they serve in full every demand whose price is
// below its penalty. The first is had by leaving arcs out. For the rest, a unit
// that does not come from a supply with a price costs one, and two where it is
// missing and must not be: since each unit of a demand comes from somewhere or is
// missing, that sum is least exactly where all such supplies are used up.
func prefer(ctx context.Context, p flow.Problem, s flow.Solution, classes []class) (flow.Problem, flow.Solution, error) {
	alike := true
	for _, a := range p.Arcs {
		alike = alike && classes[a.Demand].ranks[a.Supply] == 0
	}
	if alike {
		return p, s, nil
	}
	q := flow.Problem{Supply: p.Supply, Demands: make([]flow.Demand, len(p.Demands))}
	for j, d := range p.Demands {
		q.Demands[j] = flow.Demand{Amount: d.Amount, Penalty: flow.Cost{Risk: 1}}
		if s.DemandPrice[j].Less(d.Penalty) {
			q.Demands[j].Penalty.Risk = 2
		}
	}
	for _, a := range p.Arcs {
		from, to := s.SupplyPrice[a.Supply], s.DemandPrice[a.Demand]
		if a.Cost.Risk+from.Risk != to.Risk || a.Cost.Value+from.Value != to.Value {
			continue
		}
		cost := flow.Cost{Value: int64(classes[a.Demand].ranks[a.Supply])}
		if from == (flow.Cost{}) {
			cost.Risk = 1
		}
		q.Arcs = append(q.Arcs, flow.Arc{Supply: a.Supply, Demand: a.Demand, Cost: cost})
	}
	best, err := flow.Solve(ctx, q)
	return q, best, err
}
