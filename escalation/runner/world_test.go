package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// errCrash stands for the process being killed.
var errCrash = errors.New("killed")

// world is what survives a crash: the journal, and what receivers have got. It
// kills the process at the nth of its instants: before an append, after an append
// whose return is lost, before a message leaves, after it left. Nothing else that a
// process does outlives it, so that a kill anywhere in between is one of these.
type world struct {
	events   map[escalation.CaseID][]escalation.Event
	received []runner.Notice
	instants int
	killAt   int
	// life is how many instants every process lives, 0 for one that is not killed.
	life, lived int
	dead        bool
	now         time.Time
}

func newWorld(killAt int) *world {
	return &world{events: map[escalation.CaseID][]escalation.Event{}, killAt: killAt}
}

// instant is one at which the process may be killed.
func (w *world) instant() error {
	if w.dead {
		return errCrash
	}
	w.instants++
	w.lived++
	if w.instants == w.killAt || w.lived == w.life {
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
	w.events[id] = append(w.events[id], events...)
	return w.instant()
}

func (w *world) Send(_ context.Context, n runner.Notice) error {
	if err := w.instant(); err != nil {
		return err
	}
	w.received = append(w.received, n)
	if err := w.instant(); err != nil {
		return err
	}
	return w.bounce(n.Delivery.To)
}

// bounce is the answer of a mailbox: the controller's is full for three minutes after
// the beginning, on the first morning, when its daily letter comes, and after a case was
// found again.
func (w *world) bounce(to string) error {
	for _, full := range []time.Time{begin, begin.Add(23 * time.Hour), begin.Add(400 * time.Hour)} {
		if to == "controller" && !w.now.Before(full) && w.now.Before(full.Add(3*time.Minute)) {
			return errors.New("mailbox full")
		}
	}
	return nil
}

func loadPolicy(t testing.TB, more ...string) *policy.Policy {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	text := string(data)
	for _, m := range more {
		text = strings.Replace(text, "\nteams:", letters, 1) + m
	}
	p, err := policy.Load("policy.yaml", []byte(text), policy.Options{})
	require.NoError(t, err)
	return p
}

var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// script is a month: three cases are opened, one is taken and forgotten, one is
// closed and found again, one is left alone. The sender is made anew with every
// process.
func script(t testing.TB, w *world, p *policy.Policy, sender func(*world) runner.Sender) {
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
		w.events[id] = append(w.events[id], events...)
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
	w.now = begin
	r := start(t, w, p, sender)
	for _, a := range acts {
		for {
			next, err := r.Tick(t.Context(), w.now)
			if w.dead {
				w.dead, w.lived = false, 0 // the process is started again, at the same instant
				r = start(t, w, p, sender)
				continue
			}
			require.NoError(t, err)
			if next.IsZero() || next.After(a.at) {
				break
			}
			w.now = next
		}
		w.now = a.at
		require.NoError(t, a.do())
		for _, id := range ids {
			require.NoError(t, r.Refresh(t.Context(), id))
		}
	}
}

func start(t testing.TB, w *world, p *policy.Policy, sender func(*world) runner.Sender) *runner.Runner {
	r, err := runner.Start(t.Context(), runner.Options{Journal: w, Sender: sender(w), Directory: p})
	require.NoError(t, err)
	return r
}

// plain hands messages over as they are.
func plain(w *world) runner.Sender { return w }

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
