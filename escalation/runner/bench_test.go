package runner_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// many is a world with n open cases, whose first stage ends two working hours
// after they began; their first messages have been sent.
func many(b *testing.B, n int) *world {
	p := loadPolicy(b)
	w := newWorld(0)
	f := finding(0, begin)
	_, events, err := escalation.Open(b.Context(), p, escalation.Request{Finding: f, Severity: severity(b, p, f)}, begin)
	if err != nil {
		b.Fatal(err)
	}
	c, err := escalation.Replay(events)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range c.Outbox {
		sent, err := c.Record(m, escalation.Attempt{}, begin)
		if err != nil {
			b.Fatal(err)
		}
		if c, err = c.Apply(sent[0]); err != nil {
			b.Fatal(err)
		}
		events = append(events, sent...)
	}
	for i := range n {
		id := escalation.CaseID(fmt.Sprintf("case-%06d", i))
		mine := slices.Clone(events)
		for j := range mine {
			mine[j].Case = id
		}
		w.events[id] = mine
	}
	return w
}

// nowhere takes every message and keeps none.
type nowhere struct{}

func (nowhere) Send(context.Context, runner.Notice) error { return nil }

// roomy is a world whose journal grows in place, so that what is measured is the
// runner and not the copying of a test's journal.
type roomy struct{ *world }

func (r roomy) Append(_ context.Context, events []escalation.Event) error {
	id := events[0].Case
	r.events[id] = append(r.events[id], events...)
	return nil
}

const openCases = 100_000

// BenchmarkNext is the decision about what is due, over all cases.
func BenchmarkNext(b *testing.B) {
	w := many(b, 1)
	c, err := escalation.Replay(w.events["case-000000"])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	before := spent(b)
	for b.Loop() {
		if a, wake := c.Next(begin); a != nil || wake.IsZero() {
			b.Fatal("nothing is due at the beginning")
		}
	}
	b.ReportMetric(float64(spent(b)-before)/float64(b.N), "cpu-ns/op")
}

// BenchmarkRest is the same while nothing is due.
func BenchmarkRest(b *testing.B) {
	w := many(b, 1)
	c, err := escalation.Replay(w.events["case-000000"])
	if err != nil {
		b.Fatal(err)
	}
	at := begin.Add(-time.Second)
	b.ReportAllocs()
	before := spent(b)
	for b.Loop() {
		if a, wake := c.Next(at); a != nil || !wake.After(at) {
			b.Fatal("something is due before the beginning")
		}
	}
	b.ReportMetric(float64(spent(b)-before)/float64(b.N), "cpu-ns/op")
}

// spent is the CPU time of the process, which neighbours on the machine disturb less
// than they do the time of the wall.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTick is one tick over 100,000 open cases of which nothing, or one
// stage of each, is due.
func BenchmarkTick(b *testing.B) {
	w := many(b, openCases)
	p := loadPolicy(b)
	load := func() *runner.Runner {
		r, err := runner.Start(context.Background(), runner.Options{Journal: roomy{w}, Sender: nowhere{}, Directory: p})
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	b.Run("start", func(b *testing.B) {
		before := spent(b)
		for b.Loop() {
			load()
		}
		b.ReportMetric((spent(b)-before).Seconds()/float64(b.N), "cpu-s/op")
	})
	b.Run("nothing-due", func(b *testing.B) {
		r := load()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.Tick(b.Context(), begin.Add(time.Minute)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("all-due", func(b *testing.B) {
		if b.N > 1 {
			b.Skip("the stages are due once")
		}
		r := load()
		runtime.GC()
		b.ResetTimer()
		b.ReportAllocs()
		before := spent(b)
		if _, err := r.Tick(b.Context(), begin.Add(2*time.Hour)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric((spent(b) - before).Seconds(), "cpu-s/op")
		decided, sent := 0, 0
		for _, es := range w.events {
			for _, e := range es {
				switch {
				case e.At.Equal(begin):
				case e.Kind == escalation.Sent:
					sent++
				default:
					decided++
				}
			}
		}
		b.ReportMetric(float64(decided), "decided")
		b.ReportMetric(float64(sent), "sent")
	})
}
