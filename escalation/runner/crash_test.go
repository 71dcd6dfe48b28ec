package runner_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// TestKilledAtEveryInstant kills the process once at each instant of the month
// and compares with the month in which it never was: the same events byte for
// byte, so no stage is skipped and none taken twice; every message decided is
// received at least once; and what is received twice has the same id and shows
// the same case.
func TestKilledAtEveryInstant(t *testing.T) {
	t.Parallel()
	killed(t, loadPolicy(t), plain, checkReceived)
}

// killed kills a month at every instant, and then again and again.
func killed(t *testing.T, p *policy.Policy, sender func(*world) runner.Sender, check func(testing.TB, *world)) {
	calm := newWorld(0)
	script(t, calm, p, sender)
	check(t, calm)
	want, err := json.Marshal(calm.events)
	require.NoError(t, err)
	require.Greater(t, calm.instants, 150)
	compare := func(w *world, how string, n int) {
		script(t, w, p, sender)
		got, err := json.Marshal(w.events)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s %d", how, n)
		check(t, w)
	}
	step := 1
	if testing.Short() {
		step = 17
	}
	for n := 1; n <= calm.instants; n += step {
		compare(newWorld(n), "killed at instant", n)
	}
	// Four instants are what a message takes, so that a process that lives for five
	// is killed over and over and still comes to an end.
	for life := 5; life <= 12; life++ {
		w := newWorld(0)
		w.life = life
		compare(w, "killed after instants", life)
		require.Greater(t, w.instants, calm.instants)
	}
	t.Logf("killed at %d instants; %d messages, %d events", calm.instants, len(calm.received), total(calm))
}

func total(w *world) int {
	n := 0
	for _, es := range w.events {
		n += len(es)
	}
	return n
}

func checkReceived(t testing.TB, w *world) {
	received := map[string]runner.Notice{}
	for _, n := range w.received {
		if before, twice := received[n.Delivery.ID]; twice {
			a, err := json.Marshal(before.Case)
			require.NoError(t, err)
			b, err := json.Marshal(n.Case)
			require.NoError(t, err)
			require.Equal(t, string(a), string(b), "a repeated message has the same content")
		}
		received[n.Delivery.ID] = n
	}
	decided := 0
	for _, es := range w.events {
		for _, e := range es {
			for _, d := range e.Tell {
				decided++
				require.Equal(t, d, received[d.ID].Delivery, "every message that was decided is received")
			}
		}
	}
	require.Len(t, received, decided)
}

// TestTwoRunners: two processes over one journal give the events of one.
func TestTwoRunners(t *testing.T) {
	p := loadPolicy(t)
	one, two := newWorld(0), newWorld(0)
	for _, w := range []*world{one, two} {
		f := finding(0, begin)
		_, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: severity(t, p, f)}, begin)
		require.NoError(t, err)
		w.events[events[0].Case] = events
	}
	a := start(t, one, p, plain)
	b, c := start(t, two, p, plain), start(t, two, p, plain)
	for now := begin; now.Before(begin.AddDate(0, 0, 20)); now = now.Add(time.Hour) {
		for _, r := range []*runner.Runner{a, b, c} {
			_, err := r.Tick(t.Context(), now)
			require.NoError(t, err)
		}
	}
	x, err := json.Marshal(one.events)
	require.NoError(t, err)
	y, err := json.Marshal(two.events)
	require.NoError(t, err)
	assert.Equal(t, string(x), string(y))
}

// TestRun lets the runner sleep and wake by itself for two simulated weeks.
func TestRun(t *testing.T) {
	p := loadPolicy(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(0)
		ctx, cancel := context.WithCancel(t.Context())
		r := start(t, w, p, plain)
		done := make(chan error)
		go func() { done <- r.Run(ctx) }()
		synctest.Wait()
		f := finding(0, time.Now())
		_, events, err := escalation.Open(ctx, p, escalation.Request{Finding: f, Severity: severity(t, p, f)}, time.Now())
		require.NoError(t, err)
		require.NoError(t, w.Append(ctx, events))
		require.NoError(t, r.Refresh(ctx, events[0].Case))
		time.Sleep(14 * 24 * time.Hour)
		synctest.Wait()
		c, err := escalation.Replay(w.events[events[0].Case])
		require.NoError(t, err)
		assert.True(t, c.Exhausted)
		assert.Empty(t, c.Outbox)
		cancel()
		assert.ErrorIs(t, <-done, context.Canceled)
	})
}

func TestStartNeedsItsParts(t *testing.T) {
	_, err := runner.Start(t.Context(), runner.Options{})
	assert.ErrorContains(t, err, "must be given")
}
