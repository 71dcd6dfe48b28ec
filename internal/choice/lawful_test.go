package choice_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/flow"
)

// requireLawful checks that a solution is one, and costs what it says.
func requireLawful(t testing.TB, p choice.Problem, s choice.Solution) {
	t.Helper()
	used := make([]int64, len(p.Supply))
	var cost flow.Cost
	pay := func(c flow.Cost, n int64) {
		require.GreaterOrEqual(t, n, int64(0))
		cost.Risk += c.Risk * n
		cost.Value += c.Value * n
	}
	for g, group := range p.Groups {
		var copies int64
		for o, option := range group.Options {
			taken := s.Taken[g][o]
			copies += taken
			pay(option.Cost, taken)
			for d, demand := range option.Demands {
				got := s.Short[g][o][d]
				pay(demand.Penalty, got)
				if demand.Must {
					require.Zero(t, got)
				}
				for a, n := range s.Flow[g][o][d] {
					got += n
					pay(demand.Arcs[a].Cost, n)
					used[demand.Arcs[a].Supply] += n
				}
				require.Equal(t, demand.Amount*taken, got)
			}
		}
		require.Equal(t, max(group.Count, 1), copies)
	}
	for i, n := range used {
		require.LessOrEqual(t, n, p.Supply[i])
	}
	require.Equal(t, cost, s.Cost)
}

func encode(g choice.Group) string {
	g.Count = 0
	return fmt.Sprintf("%+v", g)
}
