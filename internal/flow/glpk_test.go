package flow

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// weight joins the two parts of a cost for a solver that knows one. The values
// of the sampled problems stay below it in sum.
const weight = 100_000

// TestSolveEqualsGLPK puts hundreds of instances into one linear program, with a
// variable for the cost of each, since starting the solver costs more than
// solving.
func TestSolveEqualsGLPK(t *testing.T) {
	t.Parallel()
	solver, err := exec.LookPath("glpsol")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("glpsol is missing: install the package glpk-utils")
		}
		t.Skip("glpsol is not installed")
	}
	r := rand.New(rand.NewPCG(11, 12))
	for range 10 {
		problems := make([]Problem, 250)
		for k := range problems {
			problems[k] = sample(r, 2+k%7)
		}
		for k, want := range glpk(t, solver, problems) {
			s, err := Solve(t.Context(), problems[k])
			require.NoError(t, err)
			got := problems[k].cost(s)
			require.Less(t, got.Value, int64(weight))
			require.Equal(t, want, got.Risk*weight+got.Value, "%+v", problems[k])
		}
	}
}

// glpk gives the least cost of each problem.
func glpk(t *testing.T, solver string, problems []Problem) []int64 {
	dir := t.TempDir()
	model, report := filepath.Join(dir, "model.lp"), filepath.Join(dir, "report")
	require.NoError(t, os.WriteFile(model, []byte(linearProgram(problems)), 0o600))
	out, err := exec.CommandContext(t.Context(), solver, "--lp", model, "-w", report).CombinedOutput()
	require.NoError(t, err, "%s", out)
	f, err := os.Open(report)
	require.NoError(t, err)
	defer f.Close()
	var costs []int64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		// A column reads: j 17 b 42 0, with its number, status, value and dual.
		fields := strings.Fields(lines.Text())
		if fields[0] == "s" {
			require.Equal(t, "f", fields[4], "the solver's status is not feasible")
		}
		if fields[0] != "j" || len(costs) == len(problems) {
			continue
		}
		value, err := strconv.ParseFloat(fields[3], 64)
		require.NoError(t, err)
		costs = append(costs, int64(value+0.5))
	}
	require.Len(t, costs, len(problems))
	return costs
}

// linearProgram writes the problems in the CPLEX LP format. The cost variables
// come first, so they are the first columns of the report.
func linearProgram(problems []Problem) string {
	var b strings.Builder
	b.WriteString("Minimize\n total:")
	for k := range problems {
		fmt.Fprintf(&b, "\n + c%d", k)
	}
	b.WriteString("\nSubject To\n")
	for k, p := range problems {
		p.writeRows(&b, k)
	}
	b.WriteString("End\n")
	return b.String()
}

func (p Problem) writeRows(b *strings.Builder, k int) {
	fmt.Fprintf(b, " cost%d: - c%d", k, k)
	gives, gets := make([]string, len(p.Supply)), make([]string, len(p.Demands))
	for i, a := range p.Arcs {
		fmt.Fprintf(b, "\n + %d x%d_%d", a.Cost.Risk*weight+a.Cost.Value, k, i)
		gives[a.Supply] += fmt.Sprintf("\n + x%d_%d", k, i)
		gets[a.Demand] += fmt.Sprintf("\n + x%d_%d", k, i)
	}
	for j, d := range p.Demands {
		fmt.Fprintf(b, "\n + %d u%d_%d", d.Penalty.Risk*weight+d.Penalty.Value, k, j)
		gets[j] += fmt.Sprintf("\n + u%d_%d", k, j)
	}
	b.WriteString(" = 0\n")
	for i, s := range p.Supply {
		if gives[i] != "" {
			fmt.Fprintf(b, " s%d_%d:%s <= %d\n", k, i, gives[i], s)
		}
	}
	for j, d := range p.Demands {
		fmt.Fprintf(b, " d%d_%d:%s = %d\n", k, j, gets[j], d.Amount)
	}
}
