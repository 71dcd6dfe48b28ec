package cover

import (
	"testing"
)

// The size of a large company: 500 positions with 20 options each.
func BenchmarkSolve(b *testing.B) {
	for _, bb := range []struct {
		name    string
		limited bool
	}{{"10000 options, 500 needs", false}, {"with a budget", true}} {
		b.Run(bb.name, func(b *testing.B) {
			p := sized(1, 500, 20, bb.limited)
			p.Excludes, p.Requires = nil, nil
			var s Solution
			for b.Loop() {
				var err error
				if s, err = Solve(b.Context(), p, Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(s.Cost-s.Bound)/float64(s.Cost)*100, "%gap")
			b.ReportMetric(float64(s.Nodes), "nodes")
		})
	}
}
