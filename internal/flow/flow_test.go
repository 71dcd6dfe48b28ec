package flow

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func (p Problem) cost(s Solution) Cost {
	var c Cost
	for i, a := range p.Arcs {
		c = c.add(Cost{a.Cost.Risk * s.Flow[i], a.Cost.Value * s.Flow[i]})
	}
	for j, d := range p.Demands {
		c = c.add(Cost{d.Penalty.Risk * s.Unserved[j], d.Penalty.Value * s.Unserved[j]})
	}
	return c
}

// cheapest tries every assignment, unit by unit.
func cheapest(p Problem) Cost {
	left := append([]int64(nil), p.Supply...)
	best := Cost{math.MaxInt64, math.MaxInt64}
	var try func(j int, unit int64, sofar Cost)
	try = func(j int, unit int64, sofar Cost) {
		if j == len(p.Demands) {
			if sofar.Less(best) {
				best = sofar
			}
			return
		}
		if unit == p.Demands[j].Amount {
			try(j+1, 0, sofar)
			return
		}
		try(j, unit+1, sofar.add(p.Demands[j].Penalty))
		for _, a := range p.Arcs {
			if a.Demand == j && left[a.Supply] > 0 {
				left[a.Supply]--
				try(j, unit+1, sofar.add(a.Cost))
				left[a.Supply]++
			}
		}
	}
	try(0, 0, Cost{})
	return best
}

func TestSolveEqualsExhaustiveSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Problem
		cost := rapid.Custom(func(t *rapid.T) Cost {
			return Cost{rapid.Int64Range(0, 4).Draw(t, "risk"), rapid.Int64Range(0, 4).Draw(t, "value")}
		})
		p.Supply = rapid.SliceOfN(rapid.Int64Range(0, 3), 1, 3).Draw(t, "supply")
		for range rapid.IntRange(1, 3).Draw(t, "demands") {
			p.Demands = append(p.Demands, Demand{rapid.Int64Range(0, 2).Draw(t, "amount"), cost.Draw(t, "penalty")})
		}
		for i := range p.Supply {
			for j := range p.Demands {
				if rapid.Bool().Draw(t, "arc") {
					p.Arcs = append(p.Arcs, Arc{i, j, cost.Draw(t, "cost")})
				}
			}
		}
		s, err := Solve(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		used, served := make([]int64, len(p.Supply)), append([]int64(nil), s.Unserved...)
		for i, a := range p.Arcs {
			used[a.Supply] += s.Flow[i]
			served[a.Demand] += s.Flow[i]
		}
		for i, u := range used {
			if u > p.Supply[i] {
				t.Fatalf("supply %d gives %d of %d", i, u, p.Supply[i])
			}
		}
		for j, got := range served {
			if got != p.Demands[j].Amount {
				t.Fatalf("demand %d: %d of %d accounted for", j, got, p.Demands[j].Amount)
			}
		}
		if got, want := p.cost(s), cheapest(p); got != want {
			t.Fatalf("cost %v, cheapest is %v", got, want)
		}
	})
}

func TestRiskBeforeValue(t *testing.T) {
	// The only license may go to the demand that it suits best or to the one that
	// costs more to leave uncovered: risk decides.
	p := Problem{
		Supply:  []int64{1},
		Demands: []Demand{{1, Cost{Risk: 10}}, {1, Cost{Risk: 20}}},
		Arcs:    []Arc{{0, 0, Cost{}}, {0, 1, Cost{Value: 1000}}},
	}
	s, err := Solve(t.Context(), p)
	require.NoError(t, err)
	assert.Equal(t, []int64{1, 0}, s.Unserved)
	assert.Equal(t, []int64{0, 1}, s.Flow)
}

func TestMalformed(t *testing.T) {
	for _, p := range []Problem{
		{Supply: []int64{-1}},
		{Demands: []Demand{{Amount: -1}}},
		{Supply: []int64{1}, Demands: []Demand{{Amount: 1}}, Arcs: []Arc{{0, 1, Cost{}}}},
		{Supply: []int64{1}, Demands: []Demand{{Amount: 1}}, Arcs: []Arc{{0, 0, Cost{Risk: -1}}}},
	} {
		_, err := Solve(t.Context(), p)
		assert.ErrorIs(t, err, ErrProblem)
	}
}
