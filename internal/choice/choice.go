package choice

import (
	"context"
	"errors"

	"github.com/trueup-dev/trueup/internal/flow"
)

// Problem is an assignment with choices to make.
type Problem struct {
	// Supply is the number of units of each entitlement part.
	Supply []int64
	Groups []Group
}

// Group is something for which exactly one option is taken: a host that is
// licensed as a whole or machine by machine, a device that a suite covers or its
// members, a metric that licenses all or nothing.
type Group struct {
	// Count is the number of alike copies, each of which may take another option.
	// 0 means 1.
	Count   int64
	Options []Option
}

// Option is one way to license a copy of a group.
type Option struct {
	// Cost is what the option itself costs a copy.
	Cost flow.Cost
	// Demands is what a copy that takes the option asks of the supplies.
	Demands []Demand
}

// Demand is an amount that is wanted when its option is taken.
type Demand struct {
	Amount int64
	// Penalty is what a unit costs that nothing serves.
	Penalty flow.Cost
	// Must says that the option is open only if the demand is served in full.
	Must bool
	Arcs []Arc
}

// Arc says that a supply may serve a demand, and what a unit of that costs.
type Arc struct {
	Supply int
	Cost   flow.Cost
}

// Limits bound the work.
type Limits struct {
	// Nodes is the number of nodes of a search tree, for each part of the problem
	// that shares no supply with the rest. 0 means a number that shrinks with the
	// size of the part.
	Nodes int
}

// Solution is an assignment, how good it is at least, and the proof.
type Solution struct {
	// Cost is what the assignment costs. No assignment costs less than Bound; the
	// two are equal when the assignment is proven to be a cheapest one.
	Cost, Bound flow.Cost
	// Taken is the number of copies of each group that take each option.
	Taken [][]int64
	// Flow is the number of units on each arc, by group, option, demand and arc,
	// and Short what is not served of each demand, summed over the copies.
	Flow  [][][][]int64
	Short [][][]int64
	Proof Proof
}

// ErrProblem is wrapped by the error about a problem that is not well formed, or
// whose numbers are too large to add up.
var ErrProblem = errors.New("choice: malformed problem")

// ErrInfeasible is wrapped by the error about a problem that has no solution: a
// group is left without an option that the supplies can serve as it must be.
var ErrInfeasible = errors.New("choice: no solution")

// ErrLimit is wrapped by the error about a search that the limits stopped before it
// found any solution.
var ErrLimit = errors.New("choice: stopped before a solution was found")

// Solve finds a cheapest assignment, or when the limits stop it the best found
// with its bound. The error wraps [ErrProblem], [ErrInfeasible] or
// [ErrLimit], or is the context's.
func Solve(ctx context.Context, p Problem, l Limits) (Solution, error) {
	if err := p.check(); err != nil {
		return Solution{}, err
	}
	s := newSolution(p)
	for _, part := range p.parts() {
		r, err := part.solve(ctx, l)
		if err != nil {
			return Solution{}, err
		}
		part.write(p, r, &s)
	}
	return s, nil
}
