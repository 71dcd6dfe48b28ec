// Package flow assigns supplies to demands at least cost.
//
// It solves the transportation problem in whole units: every supply has a
// capacity, every demand an amount, an arc says that a supply may serve a demand
// and what a unit of that costs, and a unit of demand that nothing serves costs
// its penalty. Costs are pairs that compare first by the first part, so that a
// second aim never buys itself anything at the expense of the first.
//
// The method is successive shortest paths with potentials: exact, free of
// floating point, and independent of everything but the order of its input. It
// suits the problems that a reconciliation makes, in which consumers that are
// alike have been put into one demand.
package flow

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// Cost is a cost per unit: Risk decides, Value decides among equal risks.
// Neither is negative.
type Cost struct{ Risk, Value int64 }

func (c Cost) add(d Cost) Cost { return Cost{c.Risk + d.Risk, c.Value + d.Value} }
func (c Cost) sub(d Cost) Cost { return Cost{c.Risk - d.Risk, c.Value - d.Value} }

// Less orders costs.
func (c Cost) Less(d Cost) bool {
	return c.Risk < d.Risk || c.Risk == d.Risk && c.Value < d.Value
}

// Arc lets a supply serve a demand, both by their index.
type Arc struct {
	Supply, Demand int
	Cost           Cost
}

// Demand is an amount that is wanted, and what a unit costs that nothing serves.
type Demand struct {
	Amount  int64
	Penalty Cost
}

// Problem is an assignment to solve.
type Problem struct {
	Supply  []int64
	Demands []Demand
	Arcs    []Arc
}

// Solution is a cheapest assignment.
type Solution struct {
	// Flow is the number of units on each arc of the problem.
	Flow []int64
	// Unserved is the number of units of each demand that nothing serves.
	Unserved []int64
}

// ErrProblem is wrapped by the error about a problem that is not well formed.
var ErrProblem = errors.New("flow: malformed problem")

// maxCost bounds a cost, so that no path's cost can overflow.
const maxCost = math.MaxInt64 >> 12

func (p Problem) check() error {
	for i, s := range p.Supply {
		if s < 0 {
			return fmt.Errorf("%w: supply %d is negative", ErrProblem, i)
		}
	}
	bad := func(c Cost) bool { return c.Risk < 0 || c.Value < 0 || c.Risk > maxCost || c.Value > maxCost }
	for i, d := range p.Demands {
		if d.Amount < 0 || bad(d.Penalty) {
			return fmt.Errorf("%w: demand %d has amount %d and penalty %v", ErrProblem, i, d.Amount, d.Penalty)
		}
	}
	for i, a := range p.Arcs {
		if a.Supply < 0 || a.Supply >= len(p.Supply) || a.Demand < 0 || a.Demand >= len(p.Demands) || bad(a.Cost) {
			return fmt.Errorf("%w: arc %d %+v", ErrProblem, i, a)
		}
	}
	return nil
}

// Solve finds a cheapest assignment. The error wraps [ErrProblem] or is the
// context's.
func Solve(ctx context.Context, p Problem) (Solution, error) {
	if err := p.check(); err != nil {
		return Solution{}, err
	}
	n := newNetwork(p)
	for n.augment() {
		if err := ctx.Err(); err != nil {
			return Solution{}, err
		}
	}
	return n.solution(p), nil
}
