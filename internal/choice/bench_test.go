package choice_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/flow"
)

// hosts draws hosts of different size, each of which may be licensed in five ways:
// by its cores under Datacenter, by Standard stacked for its machines, by Standard
// stacked for the machines that may not move while the others bring licenses of
// their own, machine by machine, or by a subscription for the host. There is less of
// everything than would be wanted.
func hosts(n int) choice.Problem {
	r := rand.New(rand.NewPCG(uint64(n), 5))
	const datacenter, standard, mobile, subscription, old = 0, 1, 2, 3, 4
	price := []int64{38_500, 6_700, 8_100, 45_000, 30_000}
	demand := func(amount int64, penalty int64, of ...int) choice.Demand {
		d := choice.Demand{Amount: amount, Penalty: flow.Cost{Risk: penalty}}
		for _, s := range of {
			d.Arcs = append(d.Arcs, choice.Arc{Supply: s, Cost: flow.Cost{Value: price[s]}})
		}
		return d
	}
	p := choice.Problem{Supply: make([]int64, len(price))}
	for range n {
		cores := 8 * (2 + r.Int64N(7))
		machines := 1 + r.Int64N(20)
		fixed := r.Int64N(machines + 1)
		var each []choice.Demand
		for range machines {
			each = append(each, demand(8*(1+r.Int64N(2)), price[mobile], mobile))
		}
		stacks := func(m int64) int64 { return cores * ((m + 1) / 2) }
		subscribed := demand(cores, 0, subscription)
		subscribed.Must = true
		p.Groups = append(p.Groups, choice.Group{Options: []choice.Option{
			{Demands: []choice.Demand{demand(cores, price[datacenter], datacenter, old)}},
			{Demands: []choice.Demand{demand(stacks(machines), price[standard], standard)}},
			{Demands: append([]choice.Demand{demand(stacks(fixed), price[standard], standard)}, each[fixed:]...)},
			{Demands: each},
			{Cost: flow.Cost{Value: 100_000}, Demands: []choice.Demand{subscribed}},
		}})
		p.Supply[datacenter] += cores / 8
		p.Supply[old] += cores / 16
		p.Supply[standard] += stacks(machines) / 12
		p.Supply[mobile] += machines
		p.Supply[subscription] += cores / 12
	}
	return p
}

// BenchmarkHosts solves until it is proven or the limit is reached, by default or
// for the largest one node, and checks the certificate. With TRUEUP_GLPK set GLPK
// does the same, for no more than a minute.
func BenchmarkHosts(b *testing.B) {
	for _, size := range []struct {
		hosts  int
		limits choice.Limits
	}{{20, choice.Limits{}}, {200, choice.Limits{}}, {2_000, choice.Limits{Nodes: 1}}} {
		b.Run(fmt.Sprint(size.hosts), func(b *testing.B) {
			p := hosts(size.hosts)
			var s choice.Solution
			for b.Loop() {
				var err error
				s, err = choice.Solve(b.Context(), p, size.limits)
				require.NoError(b, err)
			}
			requireLawful(b, p, s)
			start := time.Now()
			require.NoError(b, certificate.Check(choice.Certify(p, s, numbered(p))))
			b.ReportMetric(time.Since(start).Seconds(), "check-s")
			leaves := 0
			for _, node := range s.Proof.Parts[0].Tree {
				if node.Leaf {
					leaves++
				}
			}
			b.ReportMetric(float64(leaves), "leaves")
			b.Logf("cost %v, bound %v", s.Cost, s.Bound)
			b.ReportMetric(gap(s.Cost.Risk, s.Bound.Risk), "gap-ppm")
			if os.Getenv("TRUEUP_GLPK") != "" {
				glpkHosts(b, p)
			}
		})
	}
}

func gap(cost, bound int64) float64 { return float64(cost-bound) / float64(max(cost, 1)) * 1e6 }

func numbered(p choice.Problem) choice.Labels {
	var l choice.Labels
	for i := range p.Supply {
		l.Supplies = append(l.Supplies, fmt.Sprint(i))
	}
	for i := range p.Groups {
		l.Groups = append(l.Groups, choice.GroupLabel{ID: fmt.Sprint(i)})
	}
	return l
}

// glpkHosts solves for the risk alone, which is what GLPK's precision allows.
func glpkHosts(b *testing.B, p choice.Problem) {
	solver, err := exec.LookPath("glpsol")
	if err != nil {
		b.Log("no baseline: glpsol is not installed")
		return
	}
	dir := b.TempDir()
	model, report := filepath.Join(dir, "model.lp"), filepath.Join(dir, "report")
	require.NoError(b, os.WriteFile(model, []byte(program([]choice.Problem{risks(p)}, 1)), 0o600))
	start := time.Now()
	out, err := exec.CommandContext(b.Context(), solver, "--cuts", "--tmlim", "60", "--lp", model, "-w", report).CombinedOutput()
	require.NoError(b, err, "%s", out)
	b.ReportMetric(time.Since(start).Seconds(), "glpk-s")
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	b.Log(strings.Join(lines[max(0, len(lines)-6):], "\n"))
}

// risks is the problem without values.
func risks(p choice.Problem) choice.Problem {
	out := choice.Problem{Supply: p.Supply}
	for _, g := range p.Groups {
		h := choice.Group{Count: g.Count}
		for _, o := range g.Options {
			q := choice.Option{Cost: flow.Cost{Risk: o.Cost.Risk}}
			for _, d := range o.Demands {
				e := choice.Demand{Amount: d.Amount, Penalty: flow.Cost{Risk: d.Penalty.Risk}, Must: d.Must}
				for _, a := range d.Arcs {
					e.Arcs = append(e.Arcs, choice.Arc{Supply: a.Supply, Cost: flow.Cost{Risk: a.Cost.Risk}})
				}
				q.Demands = append(q.Demands, e)
			}
			h.Options = append(h.Options, q)
		}
		out.Groups = append(out.Groups, h)
	}
	return out
}
