package flow

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestResolve changes quantities and costs of a solved problem.
func TestResolve(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for k := range 3_000 {
		p := sample(r, 2+k%15)
		s, err := Solve(t.Context(), p)
		require.NoError(t, err)
		for range 1 + r.IntN(4) {
			p.Demands[r.IntN(len(p.Demands))].Amount = r.Int64N(20)
			p.Supply[r.IntN(len(p.Supply))] = r.Int64N(20)
			if len(p.Arcs) > 0 {
				p.Arcs[r.IntN(len(p.Arcs))].Cost = Cost{r.Int64N(100), r.Int64N(100)}
			}
		}
		again, err := Resolve(t.Context(), p, s.Basis)
		require.NoError(t, err)
		requireOptimal(t, p, again)
		require.Equal(t, p.cost(oracle(p)), p.cost(again))
	}
}

// TestResolveFromAnotherProblem starts at bases that fit in size alone.
func TestResolveFromAnotherProblem(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	for k := range 2_000 {
		p := sample(r, 2+k%15)
		b := newBasis(len(p.Supply), len(p.Demands))
		for i := range b.supply {
			b.supply[i] = int32(r.IntN(len(p.Arcs)+2)) - 1
		}
		for j := range b.demand {
			b.demand[j] = int32(r.IntN(len(p.Arcs)+2)) - 1
		}
		s, err := Resolve(t.Context(), p, b)
		require.NoError(t, err)
		requireOptimal(t, p, s)
	}
}

func TestResolveFromABasisOfAnotherSize(t *testing.T) {
	p := Problem{Supply: []int64{1}, Demands: []Demand{{1, Cost{Risk: 1}}}, Arcs: []Arc{{0, 0, Cost{}}}}
	want, err := Solve(t.Context(), p)
	require.NoError(t, err)
	got, err := Resolve(t.Context(), p, newBasis(5, 0))
	require.NoError(t, err)
	require.Equal(t, want, got)
}
