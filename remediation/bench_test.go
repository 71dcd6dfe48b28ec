package remediation

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// company has positions that are all short, with as many consumers each.
func company(t require.TestingT, positions, consumers int) compliance.Input {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	for c := range consumers * 5 {
		require.NoError(t, b.AddDevice(compliance.Device{ID: compliance.DeviceID(fmt.Sprintf("d%04d", c)), Kind: compliance.Physical, Source: "test"}))
	}
	in := input(t, nil)
	in.Licensing = nil
	for p := range positions {
		key := catalog.ProductKey(fmt.Sprintf("publisher/product-%03d", p))
		for c := range consumers {
			require.NoError(t, b.AddInstall(compliance.Install{
				Device: compliance.DeviceID(fmt.Sprintf("d%04d", (p*7+c)%(consumers*5))),
				Title:  catalog.Title{Publisher: "publisher", Name: fmt.Sprintf("product-%03d", p), Edition: []string{"lt", "full"}[c%2]},
				Source: "test", FirstSeen: daysAgo(400), LastUsed: daysAgo(1 + (p+c)%4*60),
			}))
		}
		e := entitlement(fmt.Sprintf("e%03d", p), int64(consumers/3))
		e.Product, e.Edition = key, "full"
		in.Entitlements = append(in.Entitlements, e)
		in.Licensing = append(in.Licensing, compliance.Licensing{Product: key, Metric: "generic.device", Price: compliance.Money{Amount: decimal.NewFromInt(int64(100 + p)), Currency: "EUR"}})
	}
	in.Estate = b.Build()
	return in
}

func BenchmarkSolve(b *testing.B) {
	for _, size := range [][2]int{{50, 20}, {500, 20}} {
		b.Run(fmt.Sprintf("%d positions of %d consumers", size[0], size[1]), func(b *testing.B) {
			in := company(b, size[0], size[1])
			res, err := compliance.Reconcile(b.Context(), in)
			require.NoError(b, err)
			r := Request{Input: in, Result: res, Policy: readPolicy(b, nil), Now: now}
			var plan Plan
			for b.Loop() {
				if plan, err = Solve(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(plan.Steps)), "steps")
			b.ReportMetric(float64(len(plan.Steps)+len(plan.Unused)), "options")
			if plan.Exact {
				b.ReportMetric(0, "%gap")
			}
		})
	}
}
