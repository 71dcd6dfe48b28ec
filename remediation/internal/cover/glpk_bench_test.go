package cover

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	found = regexp.MustCompile(`Objective:\s+cost = (\S+)`)
	state = regexp.MustCompile(`(?m)^Status:\s+(.*)$`)
	bound = regexp.MustCompile(`>=\s+(\d\S*)\s+`)
)

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The size of a large company by this package and by GLPK, one after the other on the
// same problem, in processor time. GLPK may take a minute for each.
func BenchmarkAgainstGLPK(b *testing.B) {
	path, err := exec.LookPath("glpsol")
	if err != nil {
		b.Skip("glpsol is not installed")
	}
	for _, bb := range []struct {
		name    string
		limited bool
	}{{"10000 options, 500 needs", false}, {"with a budget", true}} {
		b.Run(bb.name, func(b *testing.B) {
			p := sized(1, 500, 20, bb.limited)
			p.Excludes, p.Requires = nil, nil
			in, out := filepath.Join(b.TempDir(), "p.lp"), filepath.Join(b.TempDir(), "p.txt")
			if err := os.WriteFile(in, []byte(program(p)), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				before := cpu(b)
				s, err := Solve(b.Context(), p, Options{})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric((cpu(b) - before).Seconds(), "own-cpu-s")
				b.ReportMetric(float64(s.Cost), "own-cost")
				b.ReportMetric(float64(s.Bound), "own-bound")
				glpk(b, exec.CommandContext(b.Context(), path, "--lp", in, "-o", out, "--tmlim", "60", "--cuts"), out)
			}
		})
	}
}

// glpk reports what the reference solver took and found, and the bound it had reached.
func glpk(b *testing.B, c *exec.Cmd, out string) {
	log, err := c.CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, log)
	}
	b.ReportMetric((c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds(), "glpk-cpu-s")
	text, err := os.ReadFile(out)
	if err != nil {
		b.Fatal(err)
	}
	cost, err := strconv.ParseFloat(found.FindStringSubmatch(string(text))[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	if s := state.FindStringSubmatch(string(text)); s == nil || !strings.HasPrefix(s[1], "INTEGER O") && !strings.HasPrefix(s[1], "INTEGER N") {
		cost = -1 // it found nothing in its time
	}
	b.ReportMetric(cost, "glpk-cost")
	if all := bound.FindAllStringSubmatch(string(log), -1); len(all) > 0 {
		if v, err := strconv.ParseFloat(all[len(all)-1][1], 64); err == nil {
			b.ReportMetric(v, "glpk-bound")
		}
	}
}
