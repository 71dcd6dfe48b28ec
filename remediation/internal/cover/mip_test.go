package cover

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// glpsol finds GLPK's solver. A machine that tests for others must have it.
func glpsol(t testing.TB) string {
	path, err := exec.LookPath("glpsol")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("glpsol is missing; apt-get install glpk-utils")
		}
		t.Skip("glpsol is not installed (apt-get install glpk-utils)")
	}
	return path
}

// program writes a problem in the LP format of CPLEX, as a mixed integer program
// of its own making: y says whether an item is taken at all.
func program(p Problem) string {
	var b strings.Builder
	b.WriteString("Minimize\n cost: 0 y0")
	for i, it := range p.Items {
		fmt.Fprintf(&b, " + %d x%d\n", it.Cost, i)
	}
	b.WriteString("Subject To\n")
	row := func(r int, need int64, sense string, terms func(Item) []Term) {
		fmt.Fprintf(&b, " 0 y0")
		for i, it := range p.Items {
			for _, t := range terms(it) {
				if t.Row == r {
					fmt.Fprintf(&b, " + %d x%d\n", t.Amount, i)
				}
			}
		}
		fmt.Fprintf(&b, " %s %d\n", sense, need)
	}
	for r, n := range p.Need {
		row(r, n, ">=", func(it Item) []Term { return it.Gains })
	}
	for l, n := range p.Limit {
		row(l, n, "<=", func(it Item) []Term { return it.Loads })
	}
	for i, it := range p.Items {
		fmt.Fprintf(&b, " x%d - %d y%d <= 0\n", i, it.Max, i)
	}
	for _, e := range p.Excludes {
		if e[0] != e[1] {
			fmt.Fprintf(&b, " y%d + y%d <= 1\n", e[0], e[1])
		}
	}
	for _, q := range p.Requires {
		if q[0] != q[1] {
			fmt.Fprintf(&b, " x%d - %d x%d <= 0\n", q[0], p.Items[q[0]].Max, q[1])
		}
	}
	b.WriteString("General\n")
	for i := range p.Items {
		fmt.Fprintf(&b, " x%d\n", i)
	}
	b.WriteString("Binary\n")
	for i := range p.Items {
		fmt.Fprintf(&b, " y%d\n", i)
	}
	b.WriteString("End\n")
	return b.String()
}

var (
	objective = regexp.MustCompile(`Objective:\s+cost = (\S+)`)
	status    = regexp.MustCompile(`(?m)^Status:\s+(.*)$`)
)

// reference solves the problem with GLPK. It gives -1 when nothing is feasible.
func reference(t testing.TB, path string, p Problem) int64 {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "p.lp"), filepath.Join(dir, "p.txt")
	require.NoError(t, os.WriteFile(in, []byte(program(p)), 0o600))
	log, err := exec.CommandContext(t.Context(), path, "--lp", in, "-o", out, "--tmlim", "60", "--cuts").CombinedOutput()
	require.NoError(t, err, "%s", log)
	text, err := os.ReadFile(out)
	require.NoError(t, err, "%s", log)
	switch s := status.FindStringSubmatch(string(text))[1]; s {
	case "INTEGER OPTIMAL":
	case "INTEGER EMPTY", "INTEGER UNDEFINED":
		return -1
	default:
		t.Fatalf("glpsol: %s", s)
	}
	value, err := strconv.ParseFloat(objective.FindStringSubmatch(string(text))[1], 64)
	require.NoError(t, err)
	return int64(value + 0.5)
}

// sized makes a problem as positions give it: several options for each need, a
// purchase that can always close it, some options that help two needs, a budget.
func sized(seed uint64, needs, options int, budget bool) Problem {
	r := rand.New(rand.NewPCG(seed, 1))
	p := Problem{Need: make([]int64, needs)}
	var total int64
	for n := range needs {
		var reach int64
		for i := range options {
			units := []int64{1, 1, 1, 2, 4, 8, 16}[r.IntN(7)]
			it := Item{ID: fmt.Sprintf("r%03d-%03d", n, i), Cost: 10 + r.Int64N(40)*units, Max: 1, Gains: []Term{{n, units}}}
			if other := r.IntN(20 * needs); other < needs && other != n {
				it.Gains = append(it.Gains, Term{other, 1 + r.Int64N(4)})
			}
			reach += units
			p.Items = append(p.Items, it)
		}
		p.Need[n] = 1 + r.Int64N(max(reach, 1))
		total += p.Need[n]
		p.Items = append(p.Items, Item{ID: fmt.Sprintf("buy%03d", n), Cost: 30 + r.Int64N(60), Max: p.Need[n], Gains: []Term{{n, 1}}})
	}
	if budget {
		p.Limit = []int64{total / 3}
		for i := range p.Items {
			if p.Items[i].Max == 1 {
				p.Items[i].Loads = []Term{{0, 1 + r.Int64N(4)}}
			}
		}
	}
	for range needs {
		p.Excludes = append(p.Excludes, [2]int{r.IntN(len(p.Items)), r.IntN(len(p.Items))})
		p.Requires = append(p.Requires, [2]int{r.IntN(len(p.Items)), r.IntN(len(p.Items))})
	}
	return p
}

// Against a solver of mixed integer programs: never better than the optimum,
// within the bound that is stated, and equal where it is called exact.
func TestSolveAgainstGLPK(t *testing.T) {
	path := glpsol(t)
	tests := []struct {
		needs, options int
		limited        bool
		instances      uint64
		exact          int // how many at least must be proven best
	}{
		{1, 20, false, 10, 10},
		{4, 10, false, 10, 8},
		{10, 12, false, 4, 2},
		{20, 20, false, 1, 0},
		{4, 8, true, 10, 8},
		{8, 10, true, 3, 0},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d needs of %d options, limited %v", tt.needs, tt.options, tt.limited), func(t *testing.T) {
			exact := 0
			for seed := range tt.instances {
				p := sized(seed, tt.needs, tt.options, tt.limited)
				want := reference(t, path, p)
				got, err := Solve(t.Context(), p, Options{})
				if want < 0 {
					require.ErrorIs(t, err, ErrInfeasible)
					continue
				}
				if errors.Is(err, ErrUndecided) {
					t.Logf("seed %d: undecided, best %d", seed, want)
					continue
				}
				require.NoError(t, err)
				require.True(t, feasible(p, got.Count))
				assert.GreaterOrEqual(t, got.Cost, want)
				assert.LessOrEqual(t, got.Cost*100, want*103, "more than 3 percent above the best")
				assert.LessOrEqual(t, got.Bound, want)
				if got.Exact() {
					exact++
					assert.Equal(t, want, got.Cost)
				}
				t.Logf("seed %d: cost %d, best %d, bound %d, %d nodes", seed, got.Cost, want, got.Bound, got.Nodes)
			}
			assert.GreaterOrEqual(t, exact, tt.exact)
		})
	}
}
