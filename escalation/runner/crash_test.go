package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// errCrash stands for the process being killed.
var errCrash = errors.New("killed")

// world is what survives a crash: the journal, and what receivers have got. It
// kills the process at the nth of its instants: before an append, after an append
// whose return is lost, before a message leaves, after it left.
type world struct {
	events   map[escalation.CaseID][]escalation.Event
	received []Notice
	instants int
	killAt   int
	dead     bool
	bounce   func(Notice) error
}

func newWorld(killAt int) *world {
	return &world{events: map[escalation.CaseID][]escalation.Event{}, killAt: killAt}
}

// instant is one at which the process may be killed.
func (w *world) instant() error {
	if w.dead {
		return errCrash
	}
	if w.instants++; w.instants == w.killAt {
		w.dead = true
		return errCrash
	}
	return nil
}

func (w *world) Cases(context.Context) ([]escalation.CaseID, error) {
	var ids []escalation.CaseID
	for id := range w.events {
		ids = append(ids, id)
	}
	return ids, nil
}

func (w *world) Events(_ context.Context, id escalation.CaseID) ([]escalation.Event, error) {
	return w.events[id], nil
}

func (w *world) Append(_ context.Context, events []escalation.Event) error {
	if err := w.instant(); err != nil {
		return err
	}
	id := events[0].Case
	if events[0].Seq != len(w.events[id])+1 {
		return fmt.Errorf("%s has %d events: %w", id, len(w.events[id]), escalation.ErrSequence)
	}
	w.events[id] = append(slices.Clip(w.events[id]), events...)
	return w.instant()
}

func (w *world) Send(_ context.Context, n Notice) error {
	if err := w.instant(); err != nil {
		return err
	}
	w.received = append(w.received, n)
	if err := w.instant(); err != nil {
		return err
	}
	if w.bounce != nil {
		return w.bounce(n)
	}
	return nil
}

func loadPolicy(t testing.TB) *policy.Policy {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	require.NoError(t, err)
	return p
}

var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// script is a month: three cases are opened, one is taken and forgotten, one is
// closed and found again, one is left alone; mail to the controller bounces at
// first.
func script(t testing.TB, w *world, p *policy.Policy) {
	w.bounce = func(n Notice) error {
		if n.Delivery.To == "controller" && n.Attempt < 3 {
			return errors.New("mailbox full")
		}
		return nil
	}
	type act struct {
		at time.Time
		do func() error
	}
	ids := []escalation.CaseID{}
	for i := range 3 {
		ids = append(ids, escalation.IDOf(finding(i, begin)))
	}
	command := func(id escalation.CaseID, f func(escalation.Case) ([]escalation.Event, error)) error {
		c, err := escalation.Replay(w.events[id])
		require.NoError(t, err)
		events, err := f(c)
		require.NoError(t, err)
		w.events[id] = append(slices.Clip(w.events[id]), events...)
		return nil
	}
	at := func(hours int) time.Time { return begin.Add(time.Duration(hours) * time.Hour) }
	acts := []act{
		{at(1), func() error {
			return command(ids[0], func(c escalation.Case) ([]escalation.Event, error) { return c.Acknowledge(p, "bob", at(1)) })
		}},
		{at(50), func() error {
			return command(ids[1], func(c escalation.Case) ([]escalation.Event, error) {
				return c.Close(p, lifecycle.Remedied, "engine", "gone", at(50))
			})
		}},
		{at(400), func() error {
			return command(ids[1], func(c escalation.Case) ([]escalation.Event, error) { return c.Again(p, at(400)) })
		}},
		{at(31 * 24), func() error { return nil }},
	}
	for i := range ids {
		f := finding(i, begin)
		_, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: severity(t, p, f)}, begin)
		require.NoError(t, err)
		w.events[ids[i]] = events
	}
	now := begin
	r := start(t, w, p)
	for _, a := range acts {
		for {
			next, err := r.Tick(t.Context(), now)
			if w.dead {
				w.dead = false // the process is started again, at the same instant
				r = start(t, w, p)
				continue
			}
			require.NoError(t, err)
			if next.IsZero() || next.After(a.at) {
				break
			}
			now = next
		}
		now = a.at
		require.NoError(t, a.do())
		for _, id := range ids {
			require.NoError(t, r.Refresh(t.Context(), id))
		}
	}
}

func start(t testing.TB, w *world, p *policy.Policy) *Runner {
	r, err := Start(t.Context(), Options{Journal: w, Sender: w, Directory: p})
	require.NoError(t, err)
	return r
}

func severity(t testing.TB, p *policy.Policy, f compliance.Finding) rubric.Severity {
	facts := rubric.FactsOf(f, nil)
	facts.Tier, facts.Confidence = "high", "high"
	answers, err := p.Rubric().Answer(&facts)
	require.NoError(t, err)
	return p.Rubric().Classify(answers)
}

func finding(i int, at time.Time) compliance.Finding {
	return compliance.Finding{
		Rule: "shortfall", Verdict: compliance.Fail, Subject: fmt.Sprintf("position/%d", i), At: at,
		Exposure: compliance.Money{Amount: decimal.NewFromInt(int64(250_000 * (i + 1))), Currency: "EUR"},
	}
}

// TestKilledAtEveryInstant kills the process once at each instant of the month
// and compares with the month in which it never was: the same events byte for
// byte, so no stage is skipped and none taken twice; every message decided is
// received at least once; and what is received twice has the same id and shows
// the same case.
func TestKilledAtEveryInstant(t *testing.T) {
	p := loadPolicy(t)
	calm := newWorld(0)
	script(t, calm, p)
	want, err := json.Marshal(calm.events)
	require.NoError(t, err)
	require.Greater(t, calm.instants, 150)
	step := 1
	if testing.Short() {
		step = 17
	}
	for n := 1; n <= calm.instants; n += step {
		w := newWorld(n)
		script(t, w, p)
		got, err := json.Marshal(w.events)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "killed at instant %d", n)
		checkReceived(t, w)
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
	bodies := map[string]string{}
	for _, n := range w.received {
		body, err := json.Marshal(n.Case)
		require.NoError(t, err)
		if before, twice := bodies[n.Delivery.ID]; twice {
			require.Equal(t, before, string(body), "a repeated message has the same content")
		}
		bodies[n.Delivery.ID] = string(body)
	}
	decided := 0
	for _, es := range w.events {
		for _, e := range es {
			for _, d := range e.Tell {
				decided++
				require.Contains(t, bodies, d.ID, "every message that was decided is received")
			}
		}
	}
	require.Len(t, bodies, decided)
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
	a := start(t, one, p)
	b, c := start(t, two, p), start(t, two, p)
	for now := begin; now.Before(begin.AddDate(0, 0, 20)); now = now.Add(time.Hour) {
		for _, r := range []*Runner{a, b, c} {
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
		r := start(t, w, p)
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
	_, err := Start(t.Context(), Options{})
	assert.ErrorContains(t, err, "must be given")
}
