package metric

import (
	"runtime"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// estate is a number of hosts of the shapes that data centers have.
func estate(n int) []Host {
	sockets, cores := []int{1, 2, 2, 4}, []int{4, 6, 8, 10, 12, 16, 18, 20, 24, 28, 32}
	hosts := make([]Host, n)
	for i := range hosts {
		hosts[i] = Host{ID: "h", Sockets: Int(sockets[i%len(sockets)]), CoresPerSocket: Int(cores[(i/3)%len(cores)])}
	}
	return hosts
}

// byHand is the same count as a loop that knows nothing but this rule.
func byHand(hosts []Host) (total int64, each []int64) {
	each = make([]int64, len(hosts))
	for i := range hosts {
		each[i] = max(16, hosts[i].Sockets.mantissa*max(8, hosts[i].CoresPerSocket.mantissa))
		total += each[i]
	}
	return total, each
}

// BenchmarkMillionHosts measures a core metric over a million hosts, with a count
// and an explanation for every host, against a loop written by hand.
func BenchmarkMillionHosts(b *testing.B) {
	const n = 1_000_000
	hosts := estate(n)
	m, _ := standardLibrary(b).Metric("ms.ws.core.physical")
	want, _ := byHand(hosts)
	perHost := func(b *testing.B, run func()) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		rounds := 0
		for b.Loop() {
			run()
			rounds++
		}
		spent := time.Since(start)
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(spent.Nanoseconds())/float64(rounds*n), "ns/host")
		b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(rounds*n), "B/host")
	}
	b.Run("metric", func(b *testing.B) {
		perHost(b, func() {
			got, err := m.Measure(b.Context(), Facts{Hosts: hosts})
			if err != nil || got.Total.Quantity.IntPart() != want || len(got.Items) != n {
				b.Fatal(err, got.Total.Quantity, want)
			}
		})
	})
	b.Run("by hand", func(b *testing.B) {
		perHost(b, func() {
			if total, each := byHand(hosts); total != want || len(each) != n {
				b.Fatal(total)
			}
		})
	})
}

func BenchmarkStandard(b *testing.B) {
	for b.Loop() {
		if _, err := readEmbedded(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMeasureOne(b *testing.B) {
	m, _ := standardLibrary(b).Metric("oracle.processor")
	factor, _ := Decimal(decimal.RequireFromString("0.5"))
	facts := Facts{Hosts: []Host{{ID: "h", Sockets: Int(2), CoresPerSocket: Int(8), CoreFactor: factor}}}
	for b.Loop() {
		if _, err := m.Measure(b.Context(), facts); err != nil {
			b.Fatal(err)
		}
	}
}
