package flow

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireOptimal checks a solution as a stranger would: that it is feasible, and
// that its prices prove it the cheapest.
func requireOptimal(t require.TestingT, p Problem, s Solution) {
	left := append([]int64(nil), p.Supply...)
	missing := make([]int64, len(p.Demands))
	for j, d := range p.Demands {
		missing[j] = d.Amount
	}
	for i, a := range p.Arcs {
		require.GreaterOrEqual(t, s.Flow[i], int64(0), "arc %d", i)
		left[a.Supply] -= s.Flow[i]
		missing[a.Demand] -= s.Flow[i]
		reduced := a.Cost.add(s.SupplyPrice[a.Supply]).sub(s.DemandPrice[a.Demand])
		require.False(t, reduced.Less(Cost{}), "arc %d has the reduced cost %v", i, reduced)
		if s.Flow[i] > 0 {
			require.Equal(t, Cost{}, reduced, "arc %d is used", i)
		}
	}
	for i, l := range left {
		require.GreaterOrEqual(t, l, int64(0), "supply %d", i)
		require.False(t, s.SupplyPrice[i].Less(Cost{}), "supply %d has the price %v", i, s.SupplyPrice[i])
		if l > 0 {
			require.Equal(t, Cost{}, s.SupplyPrice[i], "supply %d is left over", i)
		}
	}
	require.Equal(t, missing, s.Unserved)
	for j, m := range missing {
		require.GreaterOrEqual(t, m, int64(0), "demand %d", j)
		penalty := p.Demands[j].Penalty
		require.False(t, penalty.Less(s.DemandPrice[j]), "demand %d has the price %v", j, s.DemandPrice[j])
		if m > 0 {
			require.Equal(t, penalty, s.DemandPrice[j], "demand %d is not served in full", j)
		}
	}
}

// sample draws a problem of any shape up to the given number of supplies and
// demands; the costs are drawn so that many are equal.
func sample(r *rand.Rand, nodes int) Problem {
	var p Problem
	risk, value, amount := 1+r.Int64N(200), 1+r.Int64N(50), 1+r.Int64N(20)
	draw := func() Cost { return Cost{r.Int64N(risk), r.Int64N(value)} }
	for range 1 + r.IntN(nodes) {
		p.Supply = append(p.Supply, r.Int64N(amount))
	}
	for range 1 + r.IntN(nodes) {
		p.Demands = append(p.Demands, Demand{r.Int64N(amount), draw()})
	}
	free := r.IntN(3) == 0 // as in a reconciliation: an arc has no risk
	for range r.IntN(nodes * nodes) {
		c := draw()
		if free {
			c.Risk = 0
		}
		p.Arcs = append(p.Arcs, Arc{r.IntN(len(p.Supply)), r.IntN(len(p.Demands)), c})
	}
	return p
}

func TestSolveEqualsShortestPaths(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for k := range 10_000 {
		p := sample(r, 2+k%11)
		s, err := Solve(t.Context(), p)
		require.NoError(t, err)
		requireOptimal(t, p, s)
		require.Equal(t, p.cost(oracle(p)), p.cost(s), "instance %d: %+v", k, p)
	}
}

func TestSolveLarge(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		p := sample(r, 120)
		s, err := Solve(t.Context(), p)
		require.NoError(t, err)
		requireOptimal(t, p, s)
		require.Equal(t, p.cost(oracle(p)), p.cost(s))
	}
}
