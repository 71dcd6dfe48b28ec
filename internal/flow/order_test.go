package flow

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// plan is what is decided, by arc: equal arcs stand for each other, so they
// count as one.
func plan(p Problem, s Solution) map[Arc]int64 {
	out := map[Arc]int64{}
	for i, a := range p.Arcs {
		out[a] += s.Flow[i]
	}
	return out
}

func TestOrderOfArcsAndProcessorsDoNotShow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for k := range 500 {
		p := sample(r, 2+k%20)
		runtime.GOMAXPROCS(1)
		want, err := Solve(t.Context(), p)
		require.NoError(t, err)
		runtime.GOMAXPROCS(2)
		again, err := Solve(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, want, again)
		for range 3 {
			q := p
			q.Arcs = append([]Arc(nil), p.Arcs...)
			r.Shuffle(len(q.Arcs), func(i, j int) { q.Arcs[i], q.Arcs[j] = q.Arcs[j], q.Arcs[i] })
			got, err := Solve(t.Context(), q)
			require.NoError(t, err)
			require.Equal(t, plan(p, want), plan(q, got))
			require.Equal(t, want.Unserved, got.Unserved)
			require.Equal(t, want.SupplyPrice, got.SupplyPrice)
			require.Equal(t, want.DemandPrice, got.DemandPrice)
		}
	}
}

func TestCanonicalOrder(t *testing.T) {
	p := Problem{Supply: make([]int64, 3), Demands: make([]Demand, 3), Arcs: []Arc{
		{2, 0, Cost{}}, {1, 2, Cost{1, 0}}, {1, 2, Cost{0, 9}}, {1, 1, Cost{5, 5}}, {0, 2, Cost{}},
	}}
	require.Equal(t, []int32{4, 3, 2, 1, 0}, canonical(p))
}
