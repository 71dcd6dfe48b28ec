package flow

import (
	"fmt"
	"math"
)

// maxCost bounds a cost, maxPrice every price that a tree can give rise to, so
// that the difference of two prices and a cost stays far from overflow.
const (
	maxCost  = math.MaxInt64 >> 12
	maxPrice = math.MaxInt64 >> 3
)

func (p Problem) check() error {
	if len(p.Supply)+len(p.Demands)+len(p.Arcs) > math.MaxInt32/4 {
		return fmt.Errorf("%w: %d arcs are more than can be indexed", ErrProblem, len(p.Arcs))
	}
	var sum int64
	for i, s := range p.Supply {
		if s < 0 {
			return fmt.Errorf("%w: supply %d is negative", ErrProblem, i)
		}
		if sum += s; sum < 0 {
			return fmt.Errorf("%w: the sum of supplies up to %d overflows", ErrProblem, i)
		}
	}
	if err := p.checkDemands(); err != nil {
		return err
	}
	for i, a := range p.Arcs {
		if a.Supply < 0 || a.Supply >= len(p.Supply) || a.Demand < 0 || a.Demand >= len(p.Demands) || a.Cost.bad() {
			return fmt.Errorf("%w: arc %d %+v", ErrProblem, i, a)
		}
	}
	return p.checkPrices()
}

func (c Cost) bad() bool {
	return c.Risk < 0 || c.Value < 0 || c.Risk > maxCost || c.Value > maxCost
}

func (p Problem) checkDemands() error {
	var sum int64
	for i, d := range p.Demands {
		if d.Amount < 0 || d.Penalty.bad() {
			return fmt.Errorf("%w: demand %d has amount %d and penalty %v", ErrProblem, i, d.Amount, d.Penalty)
		}
		if sum += d.Amount; sum < 0 {
			return fmt.Errorf("%w: the sum of demands up to %d overflows", ErrProblem, i)
		}
	}
	return nil
}

// checkPrices bounds the prices. A price is the cost of a path in a tree: it
// crosses the root once at most, hence one penalty, and between the two sides it
// alternates, hence as many arcs in one direction as the smaller side has nodes.
func (p Problem) checkPrices() error {
	var dearest int64
	for _, a := range p.Arcs {
		dearest = max(dearest, a.Cost.Risk, a.Cost.Value)
	}
	arcs := int64(min(len(p.Supply), len(p.Demands)) + 1)
	if dearest > (maxPrice-maxCost)/arcs {
		return fmt.Errorf("%w: a cost of %d along %d arcs overflows", ErrProblem, dearest, arcs)
	}
	return nil
}
