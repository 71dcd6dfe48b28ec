//go:build alertmanager

package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/trueup-dev/trueup/escalation/route"
)

// turn is what one side took for a match.
type turn struct{ ns, allocs float64 }

// result is a row of the table.
type result struct {
	ours, theirs       turn
	ratio, least, most float64
}

func (r result) String() string {
	return fmt.Sprintf("%.1f | %.0f | %.0f | %.0f | %.1f (%.1f, %.1f)", r.ours.ns, r.ours.allocs, r.theirs.ns, r.theirs.allocs, r.ratio, r.least, r.most)
}

// measure lets the two take turns and gives the medians.
func (p pair) measure(l labels, rounds, n int) (result, error) {
	ctx := context.Background()
	s, set := l.subject(), l.set()
	dst := make([]*route.Route, 0, 8)
	ours := func(n int) error {
		for range n {
			var err error
			if dst, err = p.ours.Append(ctx, dst[:0], &s); err != nil {
				return err
			}
		}
		return nil
	}
	chosen := 0
	theirs := func(n int) error {
		for range n {
			chosen += len(p.theirs.Match(set))
		}
		return nil
	}
	// The slower side makes fewer matches, so that both turns take about as long.
	quick, err := take(ours, n/20)
	if err != nil {
		return result{}, err
	}
	slow, err := take(theirs, 100)
	if err != nil {
		return result{}, err
	}
	fewer := max(100, min(n, int(float64(n)*quick.ns/slow.ns)))
	var as, bs []turn
	var ratios []float64
	for range rounds {
		a, err := take(ours, n)
		if err != nil {
			return result{}, err
		}
		b, err := take(theirs, fewer)
		if err != nil {
			return result{}, err
		}
		as, bs = append(as, a), append(bs, b)
		ratios = append(ratios, b.ns/a.ns)
	}
	if chosen == 0 {
		return result{}, fmt.Errorf("%+v has no route", l)
	}
	slices.Sort(ratios)
	return result{median(as), median(bs), ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1]}, nil
}

func median(ts []turn) turn {
	slices.SortFunc(ts, func(a, b turn) int {
		if a.ns < b.ns {
			return -1
		}
		return 1
	})
	return ts[len(ts)/2]
}

// take measures n matches by the CPU time of the process, so that what the
// collector does for a side counts as that side's.
func take(f func(int) error, n int) (turn, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := cpu()
	if err := f(n); err != nil {
		return turn{}, err
	}
	spent := cpu() - start
	runtime.ReadMemStats(&after)
	return turn{float64(spent) / float64(n), float64(after.Mallocs-before.Mallocs) / float64(n)}, nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the kernel cannot refuse a process its own usage
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
