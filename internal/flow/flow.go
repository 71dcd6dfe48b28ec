// Package flow assigns supplies to demands at least cost, and proves it.
//
// It solves the transportation problem in whole units: every supply has a
// capacity, every demand an amount, an arc says that a supply may serve a demand
// and what a unit of that costs, and a unit of demand that nothing serves costs
// its penalty. Costs are pairs that compare first by the first part, so that a
// second aim never buys itself anything at the expense of the first.
//
// # Method
//
// The method is the primal network simplex on strongly feasible trees
// (Cunningham 1976; Ahuja, Magnanti and Orlin, Network Flows, chapter 11). One
// more node, the root, takes what a supply keeps and gives what a demand misses.
// With it the problem is balanced, no arc needs a capacity, and the tree of
// these slack arcs alone is a first feasible basis, so there is no big M. The
// block search of Grigoriadis chooses the arc that enters.
//
// A pair of costs is never squeezed into one number. The risks are minimised
// first; the assignments of least risk are then exactly those that use only arcs
// whose reduced risk is zero, and a second run, which starts at the basis of the
// first and sees only these arcs, minimises the value. Both run on plain 64-bit
// integers, exact, without floating point.
//
// # Proof
//
// A [Solution] carries a price for each supply and demand. Whoever doubts it
// needs one pass over the arcs: no arc costs less than what its ends' prices
// differ by, every arc in use costs just that, a supply that is not used up is
// free, and a demand that is not served is worth its penalty.
//
// # Order
//
// Arcs are brought into one order first, so a plan depends on what the arcs are
// and not on how they are listed. Supplies and demands are known by their
// position. What no arc connects is solved apart, on as many processors as
// there are; the processors do not show in the plan.
//
// # What is left out
//
// Supplies that can only be used whole and demands that are all or nothing make
// the problem a different one; their owner branches over them and solves a
// problem of this package at each node. Arcs have no capacity of their own.
package flow

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// Cost is a cost per unit: Risk decides, Value decides among equal risks. In a
// problem neither is negative; the Value of a price may be.
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

// Solution is a cheapest assignment, with the prices that prove it.
type Solution struct {
	// Flow is the number of units on each arc of the problem.
	Flow []int64
	// Unserved is the number of units of each demand that nothing serves.
	Unserved []int64
	// SupplyPrice is what one more unit of each supply would save. DemandPrice is
	// what one more unit of each demand would cost. They satisfy, for every arc,
	// Cost + SupplyPrice - DemandPrice >= 0, with equality where there is flow;
	// SupplyPrice >= 0, with equality where the supply is not used up; and
	// DemandPrice <= Penalty, with equality where the demand is not served in
	// full. Sums and comparisons are those of pairs.
	SupplyPrice, DemandPrice []Cost
	// Basis is where [Resolve] starts when the problem has changed a little.
	Basis Basis
}

// ErrProblem is wrapped by the error about a problem that is not well formed.
var ErrProblem = errors.New("flow: malformed problem")

// Solve finds a cheapest assignment. The error wraps [ErrProblem] or is the
// context's.
func Solve(ctx context.Context, p Problem) (Solution, error) {
	return Resolve(ctx, p, Basis{})
}

// Resolve finds a cheapest assignment from the basis of a similar problem: one
// whose supplies, demands and arcs are listed in the same order, and whose
// quantities or costs differ. The cost is that of [Solve]; where several
// assignments cost the same, it may be another one of them. Arcs of the basis
// that the problem does not have are dropped from it.
func Resolve(ctx context.Context, p Problem, from Basis) (Solution, error) {
	if err := p.check(); err != nil {
		return Solution{}, err
	}
	if len(from.supply) != len(p.Supply) || len(from.demand) != len(p.Demands) {
		from = Basis{}
	}
	s := newSolution(p)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, part := range split(p, canonical(p)) {
		group.Go(func() error { return part.solve(ctx, p, from, s) })
	}
	if err := group.Wait(); err != nil {
		return Solution{}, err
	}
	s.priceIdle(p)
	return s, nil
}
