package flow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// assignment draws n supplies and n demands with the given number of arcs at
// each demand.
func assignment(n, degree int) Problem {
	r := rand.New(rand.NewPCG(uint64(n), uint64(degree)))
	p := Problem{Supply: make([]int64, n)}
	for i := range p.Supply {
		p.Supply[i] = 1
	}
	for j := range n {
		p.Demands = append(p.Demands, Demand{1, Cost{Risk: 100_000}})
		for range degree {
			p.Arcs = append(p.Arcs, Arc{r.IntN(n), j, Cost{Risk: 1 + r.Int64N(10_000)}})
		}
	}
	return p
}

// family draws a product family of a large estate: many demands, few supplies,
// amounts of more than one.
func family(r *rand.Rand, supplies, demands, degree int) Problem {
	var p Problem
	for range supplies {
		p.Supply = append(p.Supply, 1+r.Int64N(500))
	}
	for j := range demands {
		p.Demands = append(p.Demands, Demand{1 + r.Int64N(100), Cost{Risk: 1_000 + r.Int64N(100_000)}})
		for range degree {
			p.Arcs = append(p.Arcs, Arc{r.IntN(supplies), j, Cost{Value: 1 + r.Int64N(100_000)}})
		}
	}
	return p
}

// estate puts families side by side.
func estate(families int) Problem {
	r := rand.New(rand.NewPCG(uint64(families), 0))
	var p Problem
	for range families {
		f := family(r, 200, 1_500, 13)
		for _, a := range f.Arcs {
			p.Arcs = append(p.Arcs, Arc{len(p.Supply) + a.Supply, len(p.Demands) + a.Demand, a.Cost})
		}
		p.Supply, p.Demands = append(p.Supply, f.Supply...), append(p.Demands, f.Demands...)
	}
	return p
}

var sizes = []struct {
	name string
	make func() Problem
}{
	{"1k-by-1k", func() Problem { return assignment(1_000, 10) }},
	{"10k-by-10k", func() Problem { return assignment(10_000, 10) }},
	{"1k-by-1k-dense", func() Problem { return assignment(1_000, 1_000) }},
	{"family-200-by-1500", func() Problem { return estate(1) }},
	{"estate-30-families", func() Problem { return estate(30) }},
}

func BenchmarkSolve(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			p := size.make()
			best := time.Hour
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				_, err := Solve(b.Context(), p)
				best = min(best, time.Since(start))
				require.NoError(b, err)
			}
			b.ReportMetric(float64(best.Nanoseconds()), "best-ns/op")
			lemon(b, p, best)
		})
	}
}

// lemon solves the same problem with LEMON's network simplex, when
// benchmarks/lemon is built, and reports how many times as long [Solve] takes:
// the fastest run of each, since the machine may do other work.
func lemon(b *testing.B, p Problem, best time.Duration) {
	const program = "../../benchmarks/lemon/assign"
	if _, err := os.Stat(program); err != nil {
		b.Log("no baseline: run make -C benchmarks/lemon")
		return
	}
	cmd := exec.CommandContext(b.Context(), program, fmt.Sprint(max(3, min(50, int(time.Second/best)))))
	cmd.Stdin = strings.NewReader(balanced(p))
	out, err := cmd.Output()
	require.NoError(b, err)
	var total, ns int64
	_, err = fmt.Fscan(bytes.NewReader(out), &total, &ns)
	require.NoError(b, err)
	s, err := Solve(b.Context(), p)
	require.NoError(b, err)
	cost := p.cost(s)
	require.Equal(b, cost.Risk*bigWeight+cost.Value, total)
	b.ReportMetric(float64(ns), "lemon-ns/op")
	b.ReportMetric(float64(best.Nanoseconds())/float64(ns), "x-lemon")
}

// bigWeight joins the parts of a cost for LEMON: no sum of values in these
// problems reaches it, and no sum of risks times it overflows.
const bigWeight = 1_000_000_000

// balanced writes the problem as a network in which all that is supplied is
// wanted: a last node takes what is left over and gives what is not served.
func balanced(p Problem) string {
	var b strings.Builder
	s, d := len(p.Supply), len(p.Demands)
	root := s + d
	fmt.Fprintln(&b, root+1, len(p.Arcs)+root)
	var rest int64
	for _, amount := range p.Supply {
		fmt.Fprintln(&b, amount)
		rest -= amount
	}
	for _, dem := range p.Demands {
		fmt.Fprintln(&b, -dem.Amount)
		rest += dem.Amount
	}
	fmt.Fprintln(&b, rest)
	order := canonical(p)
	for i := range p.Supply {
		for len(order) > 0 && p.Arcs[order[0]].Supply == i {
			a := p.Arcs[order[0]]
			fmt.Fprintln(&b, i, s+a.Demand, a.Cost.Risk*bigWeight+a.Cost.Value)
			order = order[1:]
		}
		fmt.Fprintln(&b, i, root, 0)
	}
	for j, dem := range p.Demands {
		fmt.Fprintln(&b, root, s+j, dem.Penalty.Risk*bigWeight+dem.Penalty.Value)
	}
	return b.String()
}

// BenchmarkResolve changes one demand in a hundred and starts at the old basis.
func BenchmarkResolve(b *testing.B) {
	for _, size := range sizes[:2] {
		b.Run(size.name, func(b *testing.B) {
			p := size.make()
			s, err := Solve(b.Context(), p)
			require.NoError(b, err)
			for j := 0; j < len(p.Demands); j += 100 {
				p.Demands[j].Amount = int64(j / 100 % 3)
			}
			cold := time.Hour
			for range 3 {
				start := time.Now()
				_, err = Solve(b.Context(), p)
				require.NoError(b, err)
				cold = min(cold, time.Since(start))
			}
			best := time.Hour
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				_, err := Resolve(b.Context(), p, s.Basis)
				best = min(best, time.Since(start))
				require.NoError(b, err)
			}
			b.ReportMetric(float64(best.Nanoseconds()), "best-ns/op")
			b.ReportMetric(float64(best)/float64(cold), "x-cold")
		})
	}
}
