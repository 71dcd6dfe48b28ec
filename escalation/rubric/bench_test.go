package rubric

import (
	"syscall"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// spent is the CPU time of the process, which neighbours on the machine disturb less
// than they do the time of the wall.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkClassify(b *testing.B) {
	r := load(b, string(standard))
	facts := Facts{Exposure: compliance.Money{Amount: decimal.RequireFromString("250000.00"), Currency: "EUR"}, Duty: DutyCure, Tier: "high", Confidence: "high"}
	b.Run("answers", func(b *testing.B) {
		a, _ := r.Answer(&facts)
		b.ReportAllocs()
		before := spent(b)
		for b.Loop() {
			if r.Classify(a).Rank != 3 {
				b.Fatal("wrong severity")
			}
		}
		b.ReportMetric(float64(spent(b)-before)/float64(b.N), "cpu-ns/op")
	})
	b.Run("facts", func(b *testing.B) {
		b.ReportAllocs()
		before := spent(b)
		for b.Loop() {
			a, err := r.Answer(&facts)
			if err != nil || r.Classify(a).Rank != 3 {
				b.Fatal("wrong severity", err)
			}
		}
		b.ReportMetric(float64(spent(b)-before)/float64(b.N), "cpu-ns/op")
	})
}
