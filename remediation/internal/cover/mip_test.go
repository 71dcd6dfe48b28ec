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

// offers makes a problem of every kind of option that positions have: consumers that can
// be freed in one of two ways, tiers of prices of which one is entered and then bought
// at, bundles for several needs, step-ups from a pool that transfers draw on too, a
// machine whose moving helps two needs and leaves nothing to reclaim on it.
func offers(seed uint64, needs int) Problem {
	r := rand.New(rand.NewPCG(seed, 2))
	p := Problem{Need: make([]int64, needs)}
	add := func(id string, cost, times int64, gains ...Term) int {
		p.Items = append(p.Items, Item{ID: id, Cost: cost, Max: times, Gains: gains})
		return len(p.Items) - 1
	}
	limit := func(bound int64, items ...int) {
		for _, i := range items {
			p.Items[i].Loads = append(p.Items[i].Loads, Term{len(p.Limit), 1})
		}
		p.Limit = append(p.Limit, bound)
	}
	for n := range needs {
		p.Need[n] = 6 + r.Int64N(14)
		next := (n + 1) % needs
		for i := range 4 {
			units := 1 + r.Int64N(4)
			away := add(fmt.Sprintf("away%d-%d", n, i), 15+r.Int64N(30), 1, Term{n, units})
			lesser := add(fmt.Sprintf("lesser%d-%d", n, i), 5+r.Int64N(30), 1, Term{n, max(units-1, 1)})
			limit(1, away, lesser)
			if i == 0 && next != n {
				move := add(fmt.Sprintf("move%d", n), 20+r.Int64N(40), 1, Term{n, units}, Term{next, 1 + r.Int64N(3)})
				limit(1, away, move)
			}
		}
		price := 60 + r.Int64N(60)
		add(fmt.Sprintf("list%d", n), price, p.Need[n], Term{n, 1})
		for k, from := range []int64{1, 5, 10} {
			each := price * int64(95-10*k) / 100
			enter := add(fmt.Sprintf("tier%d-%d", n, k), each*from, 1, Term{n, from})
			more := add(fmt.Sprintf("tier%d-%d-more", n, k), each, 4, Term{n, 1})
			p.Requires = append(p.Requires, [2]int{more, enter})
			for j := enter - 2; j >= 0 && j >= enter-2*k; j -= 2 {
				p.Excludes = append(p.Excludes, [2]int{enter, j})
			}
		}
		limit(1+r.Int64N(4), add(fmt.Sprintf("step%d", n), price/2, 4, Term{n, 1}), add(fmt.Sprintf("transfer%d", n), price/3, 4, Term{n, 1}))
		if next != n {
			add(fmt.Sprintf("bundle%d", n), price+r.Int64N(30), 5, Term{n, 1}, Term{next, 1})
		}
	}
	return p
}

// Against a solver of mixed integer programs: never better than the optimum,
// within the bound that is stated, and equal where it is called exact.
func TestSolveAgainstGLPK(t *testing.T) {
	path := glpsol(t)
	plain := func(needs, options int) func(uint64) Problem {
		return func(seed uint64) Problem { return sized(seed, needs, options, false) }
	}
	limited := func(needs, options int) func(uint64) Problem {
		return func(seed uint64) Problem { return sized(seed, needs, options, true) }
	}
	tests := []struct {
		name      string
		problem   func(seed uint64) Problem
		instances uint64
		exact     int // how many at least must be proven best
		// nodes end the search of those that no number of nodes at hand proves: what they
		// show is that bound and cost hold when it is cut short.
		nodes int
		// above is by how many percent a choice that is not proven may be above the best.
		above int64
	}{
		{"1 need of 20 options", plain(1, 20), 10, 10, 0, 3},
		{"4 needs of 10 options", plain(4, 10), 10, 9, 12_000, 3},
		{"10 needs of 12 options", plain(10, 12), 4, 1, 3_000, 3},
		{"20 needs of 20 options", plain(20, 20), 1, 0, 1_000, 3},
		{"4 needs of 8 options, limited", limited(4, 8), 10, 10, 0, 3},
		{"8 needs of 10 options, limited", limited(8, 10), 3, 1, 3_000, 3},
		{"1 need and all kinds of offer", func(seed uint64) Problem { return offers(seed, 1) }, 6, 6, 0, 4},
		{"3 needs and all kinds of offer", func(seed uint64) Problem { return offers(seed, 3) }, 10, 10, 0, 4},
		{"8 needs and all kinds of offer", func(seed uint64) Problem { return offers(seed, 8) }, 3, 1, 12_000, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			exact := 0
			for seed := range tt.instances {
				p := tt.problem(seed)
				want := reference(t, path, p)
				got, err := Solve(t.Context(), p, Options{Nodes: tt.nodes})
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
				assert.LessOrEqual(t, got.Cost*100, want*(100+tt.above), "more than %d percent above the best", tt.above)
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
