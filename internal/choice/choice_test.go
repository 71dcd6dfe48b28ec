package choice_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/choice/sample"
	"github.com/trueup-dev/trueup/internal/flow"
)

// Where every group has one option the problem is one of flow, and so is the cost.
func TestOneOptionIsAFlow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		p := sample.Transport(r)
		s, err := choice.Solve(t.Context(), p, choice.Limits{})
		require.NoError(t, err)
		requireLawful(t, p, s)
		q := flow.Problem{Supply: p.Supply}
		for _, g := range p.Groups {
			for _, d := range g.Options[0].Demands {
				for _, a := range d.Arcs {
					q.Arcs = append(q.Arcs, flow.Arc{Supply: a.Supply, Demand: len(q.Demands), Cost: a.Cost})
				}
				q.Demands = append(q.Demands, flow.Demand{Amount: d.Amount * max(g.Count, 1), Penalty: d.Penalty})
			}
		}
		f, err := flow.Solve(t.Context(), q)
		require.NoError(t, err)
		var want flow.Cost
		for j, d := range q.Demands {
			want.Risk += d.Penalty.Risk * f.Unserved[j]
			want.Value += d.Penalty.Value * f.Unserved[j]
		}
		for k, a := range q.Arcs {
			want.Value += a.Cost.Value * f.Flow[k]
		}
		assert.Equal(t, want, s.Cost)
		assert.Equal(t, want, s.Bound)
		require.Len(t, s.Proof.Parts, 1)
		assert.Len(t, s.Proof.Parts[0].Tree, 1)
	}
}

// Shuffling groups and arcs changes neither the cost nor what a group takes, up to
// the order of equal groups; and nothing depends on the processors.
func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, structure := range sample.Structures() {
		for range 60 {
			p := structure.Draw(r)
			want, err := choice.Solve(t.Context(), p, choice.Limits{})
			require.NoError(t, err)
			again, err := choice.Solve(t.Context(), p, choice.Limits{})
			require.NoError(t, err)
			require.Equal(t, want, again)
			perm := r.Perm(len(p.Groups))
			q := choice.Problem{Supply: p.Supply}
			for _, g := range perm {
				q.Groups = append(q.Groups, shuffled(r, p.Groups[g]))
			}
			got, err := choice.Solve(t.Context(), q, choice.Limits{})
			require.NoError(t, err)
			requireLawful(t, q, got)
			require.Equal(t, want.Cost, got.Cost)
			total, other := map[string][]int64{}, map[string][]int64{}
			for i, g := range perm {
				sum(total, p.Groups[g], want.Taken[g])
				sum(other, p.Groups[g], got.Taken[i])
			}
			require.Equal(t, total, other, structure.Name)
			for k, part := range want.Proof.Parts {
				require.Equal(t, part.Tree, got.Proof.Parts[k].Tree)
			}
		}
	}
}

func shuffled(r *rand.Rand, g choice.Group) choice.Group {
	out := choice.Group{Count: g.Count}
	for _, o := range g.Options {
		c := choice.Option{Cost: o.Cost}
		for _, d := range o.Demands {
			e := d
			e.Arcs = append([]choice.Arc(nil), d.Arcs...)
			r.Shuffle(len(e.Arcs), func(i, j int) { e.Arcs[i], e.Arcs[j] = e.Arcs[j], e.Arcs[i] })
			c.Demands = append(c.Demands, e)
		}
		out.Options = append(out.Options, c)
	}
	return out
}

func TestProcessorsDoNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for range 40 {
		p := sample.Layers(r)
		runtime.GOMAXPROCS(1)
		one, err := choice.Solve(t.Context(), p, choice.Limits{})
		require.NoError(t, err)
		runtime.GOMAXPROCS(2)
		two, err := choice.Solve(t.Context(), p, choice.Limits{})
		require.NoError(t, err)
		require.Equal(t, one, two)
	}
}

// Copies of a group and as many groups are the same, and no harder.
func TestEqualGroupsAreMerged(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	one := sample.AllOrNothing(r).Groups[0]
	one.Count = 40
	together := choice.Problem{Supply: []int64{90, 50, 70}, Groups: []choice.Group{one}}
	one.Count = 1
	apart := choice.Problem{Supply: together.Supply}
	for range 40 {
		apart.Groups = append(apart.Groups, one)
	}
	a, err := choice.Solve(t.Context(), together, choice.Limits{})
	require.NoError(t, err)
	b, err := choice.Solve(t.Context(), apart, choice.Limits{})
	require.NoError(t, err)
	requireLawful(t, apart, b)
	assert.Equal(t, a.Cost, b.Cost)
	assert.Equal(t, a.Proof.Parts[0].Tree, b.Proof.Parts[0].Tree)
}

func TestLimitLeavesAGap(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	gaps := 0
	for range 300 {
		p := sample.AllOrNothing(r)
		best, err := choice.Solve(t.Context(), p, choice.Limits{})
		require.NoError(t, err)
		s, err := choice.Solve(t.Context(), p, choice.Limits{Nodes: 1})
		require.NoError(t, err)
		requireLawful(t, p, s)
		require.False(t, best.Cost.Less(s.Bound), "bound %v above the least cost %v", s.Bound, best.Cost)
		require.False(t, s.Cost.Less(s.Bound))
		if s.Bound.Less(s.Cost) {
			gaps++
		}
	}
	assert.Positive(t, gaps)
}

func TestInfeasible(t *testing.T) {
	must := func(amount int64, of int) choice.Group {
		return choice.Group{Options: []choice.Option{{Demands: []choice.Demand{{Amount: amount, Must: true, Arcs: []choice.Arc{{Supply: of}}}}}}}
	}
	for _, p := range []choice.Problem{
		{Supply: []int64{4}, Groups: []choice.Group{must(5, 0)}},
		{Supply: []int64{4}, Groups: []choice.Group{must(3, 0), must(2, 0)}},
		{Supply: []int64{0}, Groups: []choice.Group{must(1, 0)}},
	} {
		_, err := choice.Solve(t.Context(), p, choice.Limits{})
		require.ErrorIs(t, err, choice.ErrInfeasible)
	}
	s, err := choice.Solve(t.Context(), choice.Problem{Supply: []int64{5}, Groups: []choice.Group{must(3, 0), must(2, 0)}}, choice.Limits{})
	require.NoError(t, err)
	assert.Equal(t, flow.Cost{}, s.Cost)
}

func TestMalformed(t *testing.T) {
	demand := func(d choice.Demand) choice.Problem {
		return choice.Problem{Supply: []int64{1}, Groups: []choice.Group{{Options: []choice.Option{{Demands: []choice.Demand{d}}}}}}
	}
	for _, p := range []choice.Problem{
		{Supply: []int64{-1}},
		{Supply: []int64{math.MaxInt64, math.MaxInt64}},
		{Groups: []choice.Group{{}}},
		{Groups: []choice.Group{{Count: -1, Options: []choice.Option{{}}}}},
		{Groups: []choice.Group{{Options: []choice.Option{{Cost: flow.Cost{Risk: -1}}}}}},
		{Groups: []choice.Group{{Count: 1 << 40, Options: []choice.Option{{Cost: flow.Cost{Risk: 1 << 40}}}}}},
		demand(choice.Demand{Amount: -1}),
		demand(choice.Demand{Amount: math.MaxInt64, Penalty: flow.Cost{Risk: 2}}),
		demand(choice.Demand{Penalty: flow.Cost{Value: math.MaxInt64}}),
		demand(choice.Demand{Amount: 1, Arcs: []choice.Arc{{Supply: 1}}}),
		demand(choice.Demand{Amount: 1, Arcs: []choice.Arc{{Cost: flow.Cost{Risk: -1}}}}),
	} {
		_, err := choice.Solve(t.Context(), p, choice.Limits{})
		require.ErrorIs(t, err, choice.ErrProblem, "%+v", p)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := choice.Solve(ctx, sample.Layers(rand.New(rand.NewPCG(1, 1))), choice.Limits{})
	require.ErrorIs(t, err, context.Canceled)
}

// sum adds what groups that differ in name alone take.
func sum(total map[string][]int64, g choice.Group, taken []int64) {
	key := encode(g)
	if total[key] == nil {
		total[key] = make([]int64, len(taken))
	}
	for o, n := range taken {
		total[key][o] += n
	}
}
