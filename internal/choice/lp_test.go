package choice_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/flow"
)

// weight joins the two parts of a cost for a solver that knows one. The values of
// the sampled problems stay below it in sum.
const weight = 10_000

func joined(c flow.Cost, weight int64) int64 { return c.Risk*weight + c.Value }

// glpk gives the least cost of each problem, as a mixed integer program. Many
// problems go into one program, with a variable for the cost of each, since
// starting the solver costs more than solving.
func glpk(t testing.TB, problems []choice.Problem) []int64 {
	t.Helper()
	solver, err := exec.LookPath("glpsol")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("glpsol is missing: install the package glpk-utils")
		}
		t.Skip("glpsol is not installed")
	}
	dir := t.TempDir()
	model, report := filepath.Join(dir, "model.lp"), filepath.Join(dir, "report")
	require.NoError(t, os.WriteFile(model, []byte(program(problems, weight)), 0o600))
	out, err := exec.CommandContext(t.Context(), solver, "--cuts", "--pcost", "--lp", model, "-w", report).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return costs(t, report, len(problems))
}

// costs reads the first columns of a report. A column reads j 17 42 or, of a
// linear program, j 17 b 42 0.
func costs(t testing.TB, report string, n int) []int64 {
	f, err := os.Open(report)
	require.NoError(t, err)
	defer f.Close()
	var out []int64
	for lines := bufio.NewScanner(f); lines.Scan() && len(out) < n; {
		fields := strings.Fields(lines.Text())
		if fields[0] == "s" {
			require.Equal(t, "o", fields[4], "the solver's status is not optimal: %s", lines.Text())
		}
		if fields[0] == "j" {
			value, err := strconv.ParseFloat(fields[len(fields)-1], 64)
			require.NoError(t, err)
			out = append(out, int64(value+0.5))
		}
	}
	require.Len(t, out, n)
	return out
}

// program writes the problems in the CPLEX LP format. The cost variables come
// first, so they are the first columns of the report.
func program(problems []choice.Problem, weight int64) string {
	var b, whole strings.Builder
	b.WriteString("Minimize\n total:")
	for k := range problems {
		fmt.Fprintf(&b, "\n + c%d", k)
	}
	b.WriteString("\nSubject To\n")
	whole.WriteString("General\n")
	for k, p := range problems {
		rows(&b, &whole, k, p, weight)
	}
	b.WriteString(whole.String() + "End\n")
	return b.String()
}

func rows(b, whole *strings.Builder, k int, p choice.Problem, weight int64) {
	var cost strings.Builder
	gives := make([]string, len(p.Supply))
	for g, group := range p.Groups {
		all := ""
		for o, option := range group.Options {
			x := fmt.Sprintf("x%d_%d_%d", k, g, o)
			fmt.Fprintf(whole, " %s\n", x)
			all += "\n + " + x
			fmt.Fprintf(&cost, "\n + %d %s", joined(option.Cost, weight), x)
			for d, demand := range option.Demands {
				name := fmt.Sprintf("%d_%d_%d_%d", k, g, o, d)
				gets := fmt.Sprintf("\n - %d %s", demand.Amount, x)
				if !demand.Must {
					gets += "\n + u" + name
					fmt.Fprintf(&cost, "\n + %d u%s", joined(demand.Penalty, weight), name)
				}
				for i, a := range demand.Arcs {
					f := fmt.Sprintf("\n + f%s_%d", name, i)
					gets += f
					gives[a.Supply] += f
					fmt.Fprintf(&cost, "\n + %d f%s_%d", joined(a.Cost, weight), name, i)
				}
				fmt.Fprintf(b, " d%s:%s = 0\n", name, gets)
			}
		}
		fmt.Fprintf(b, " g%d_%d:%s = %d\n", k, g, all, max(group.Count, 1))
	}
	for s, n := range p.Supply {
		if gives[s] != "" {
			fmt.Fprintf(b, " s%d_%d:%s <= %d\n", k, s, gives[s], n)
		}
	}
	fmt.Fprintf(b, " cost%d: - c%d%s = 0\n", k, k, cost.String())
}
