package cover

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// instance draws a small problem of any shape.
func instance(t *rapid.T) Problem {
	p := Problem{
		Need:  rapid.SliceOfN(rapid.Int64Range(0, 9), 1, 3).Draw(t, "need"),
		Limit: rapid.SliceOfN(rapid.Int64Range(0, 12), 0, 2).Draw(t, "limit"),
	}
	n := rapid.IntRange(1, 8).Draw(t, "items")
	for i := range n {
		p.Items = append(p.Items, Item{
			ID:    fmt.Sprintf("item-%d", i),
			Cost:  rapid.Int64Range(0, 12).Draw(t, "cost"),
			Max:   rapid.SampledFrom([]int64{1, 1, 1, 3}).Draw(t, "max"),
			Gains: terms(t, len(p.Need)), Loads: terms(t, len(p.Limit)),
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "excludes") {
		p.Excludes = append(p.Excludes, pair(t, n))
	}
	for range rapid.IntRange(0, 3).Draw(t, "requires") {
		p.Requires = append(p.Requires, pair(t, n))
	}
	return p
}

func terms(t *rapid.T, rows int) []Term {
	var ts []Term
	for r := range rows {
		if a := rapid.Int64Range(-2, 5).Draw(t, "amount"); a > 0 {
			ts = append(ts, Term{r, a})
		}
	}
	return ts
}

func pair(t *rapid.T, n int) [2]int {
	return [2]int{rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")}
}

// feasible is written from the problem's definition, not from the solver.
func feasible(p Problem, count []int64) bool {
	need, load := make([]int64, len(p.Need)), make([]int64, len(p.Limit))
	for i, n := range count {
		for _, g := range p.Items[i].Gains {
			need[g.Row] += n * g.Amount
		}
		for _, l := range p.Items[i].Loads {
			load[l.Row] += n * l.Amount
		}
	}
	for r := range need {
		if need[r] < p.Need[r] {
			return false
		}
	}
	for l := range load {
		if load[l] > p.Limit[l] {
			return false
		}
	}
	for _, e := range p.Excludes {
		if e[0] != e[1] && count[e[0]] > 0 && count[e[1]] > 0 {
			return false
		}
	}
	for _, q := range p.Requires {
		if count[q[0]] > 0 && count[q[1]] == 0 {
			return false
		}
	}
	return true
}

// exhaust tries every choice; -1 means that none is feasible.
func exhaust(p Problem) int64 {
	best := int64(-1)
	count := make([]int64, len(p.Items))
	var try func(i int, cost int64)
	try = func(i int, cost int64) {
		if i == len(count) {
			if (best < 0 || cost < best) && feasible(p, count) {
				best = cost
			}
			return
		}
		for n := int64(0); n <= p.Items[i].Max; n++ {
			count[i] = n
			try(i+1, cost+n*p.Items[i].Cost)
		}
		count[i] = 0
	}
	try(0, 0)
	return best
}

// thousands is how often a property is checked, on a hundred instances each time.
const thousands = 30

func costOf(p Problem, count []int64) (cost int64) {
	for i, n := range count {
		cost += n * p.Items[i].Cost
	}
	return cost
}

func TestSolveEqualsExhaustiveSearch(t *testing.T) {
	for range thousands {
		t.Run("", equalsExhaustiveSearch)
	}
}

func equalsExhaustiveSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := instance(t)
		want := exhaust(p)
		got, err := Solve(t.Context(), p, Options{})
		if want < 0 {
			require.ErrorIs(t, err, ErrInfeasible)
			return
		}
		require.NoError(t, err)
		assert.True(t, feasible(p, got.Count), "%v", got.Count)
		assert.Equal(t, want, got.Cost)
		assert.Equal(t, got.Cost, costOf(p, got.Count))
		assert.True(t, got.Exact(), "bound %d", got.Bound)
	})
}

// With too few nodes the search gives a worse choice, but its bound must hold.
func TestBoundHoldsWhenTheSearchIsCutShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := instance(t)
		want := exhaust(p)
		got, err := Solve(t.Context(), p, Options{Nodes: rapid.IntRange(1, 4).Draw(t, "nodes")})
		if errors.Is(err, ErrUndecided) {
			return
		}
		if want < 0 {
			require.ErrorIs(t, err, ErrInfeasible)
			return
		}
		require.NoError(t, err)
		require.GreaterOrEqual(t, want, int64(0))
		assert.True(t, feasible(p, got.Count))
		assert.GreaterOrEqual(t, got.Cost, want)
		assert.LessOrEqual(t, got.Bound, want)
	})
}

func TestOrderOfItemsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := instance(t)
		perm := rapid.Permutation(indexes(len(p.Items))).Draw(t, "permutation")
		q := Problem{Need: p.Need, Limit: p.Limit, Items: make([]Item, len(p.Items))}
		for i, at := range perm {
			q.Items[at] = p.Items[i]
		}
		for _, e := range p.Excludes {
			q.Excludes = append(q.Excludes, [2]int{perm[e[0]], perm[e[1]]})
		}
		for _, e := range p.Requires {
			q.Requires = append(q.Requires, [2]int{perm[e[0]], perm[e[1]]})
		}
		a, errA := Solve(t.Context(), p, Options{})
		b, errB := Solve(t.Context(), q, Options{})
		require.Equal(t, errA, errB)
		for i := range a.Count {
			assert.Equal(t, a.Count[i], b.Count[perm[i]], "item %d", i)
		}
	})
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
