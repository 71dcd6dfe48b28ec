package escalation

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

func loadPolicy(t testing.TB) *policy.Policy {
	data, err := os.ReadFile("testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	require.NoError(t, err)
	return p
}

// story drives one case by a fake clock and writes down what happens.
type story struct {
	t      testing.TB
	p      *policy.Policy
	c      Case
	now    time.Time
	events []Event
	sent   []string
	// refuse are recipients whose mail bounces.
	refuse map[string]Attempt
}

func clock(t testing.TB, s string) time.Time {
	zone, err := time.LoadLocation("Europe/Zurich")
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	require.NoError(t, err)
	return at
}

func finding(exposure string, at time.Time) compliance.Finding {
	return compliance.Finding{
		Rule: "shortfall", Verdict: compliance.Fail, Subject: "position/oracle:database", Publisher: "Oracle",
		Product: "oracle:database", Contract: "EA-17", Message: "12 licenses are missing",
		Exposure: compliance.Money{Amount: decimal.RequireFromString(exposure), Currency: "EUR"}, At: at,
	}
}

func open(t testing.TB, at, exposure string, contract compliance.Contract) *story {
	return openWith(t, loadPolicy(t), at, exposure, contract)
}

func openWith(t testing.TB, p *policy.Policy, at, exposure string, contract compliance.Contract) *story {
	s := &story{t: t, p: p, now: clock(t, at)}
	f := finding(exposure, s.now)
	r := s.p.Rubric()
	facts := factsOf(f, contract)
	answers, err := r.Answer(&facts)
	require.NoError(t, err)
	c, events, err := Open(t.Context(), s.p, Request{Finding: f, Severity: r.Classify(answers), Contract: &contract}, s.now)
	require.NoError(t, err)
	s.events, s.c = events, c
	return s
}

func (s *story) add(events []Event, err error) {
	require.NoError(s.t, err)
	for _, e := range events {
		s.c, err = s.c.Apply(e)
		require.NoError(s.t, err)
		s.events = append(s.events, e)
	}
}

// until lets the clock run to an instant, performing what is due on the way.
func (s *story) until(at string) {
	end := clock(s.t, at)
	for range 1000 {
		a, wake := s.c.Next(end)
		if a == nil {
			s.now = end
			return
		}
		if wake.After(s.now) {
			s.now = wake
		}
		if a.Kind == Deliver {
			s.sent = append(s.sent, a.Message.To+" "+a.Message.Reason)
			s.add(s.c.Record(a.Message, s.refuse[a.Message.To], s.now))
			continue
		}
		s.add(s.c.Perform(s.p, *a, s.now))
	}
	s.t.Fatal("the clock does not come to rest")
}

// String writes the events for people, in the time of Zurich.
func (s *story) String() string {
	var b strings.Builder
	zone := s.p.Calendar("zurich").Zone()
	local := func(t time.Time) string { return t.In(zone).Format("Mon 02 Jan 15:04") }
	for _, e := range s.events {
		fmt.Fprintf(&b, "%2d %s  %-9s", e.Seq, local(e.At), e.Kind)
		switch e.Kind {
		case Opened, Rated:
			fmt.Fprintf(&b, " %s by %s (%s)", e.Opened.Grade.Severity, e.Opened.Grade.Row, e.Opened.Grade.Vector)
		case Stepped:
			fmt.Fprintf(&b, " %s %s%s", e.Step, e.Owner, e.Outcome)
		case Staged, Uncovered:
			fmt.Fprintf(&b, " %s %v round %d", e.Stage.Name, e.Stage.People, e.Stage.Round)
			if !e.Stage.Until.IsZero() {
				fmt.Fprintf(&b, " until %s", local(e.Stage.Until.At))
			}
		case Missed:
			fmt.Fprintf(&b, " %s", e.Clock)
		case Asked:
			fmt.Fprintf(&b, " %s by %s, answer by %s", e.Inquiry.Reference, e.Inquiry.Supplier, local(e.Inquiry.Due))
		case Drafted, Returned, Released, Withdrawn:
			fmt.Fprintf(&b, " %s", e.Name)
		case Failed:
			fmt.Fprintf(&b, " attempt %d", e.Attempt)
			if !e.Retry.IsZero() {
				fmt.Fprintf(&b, ", again %s", local(e.Retry))
			}
		}
		if e.By != "" {
			fmt.Fprintf(&b, " by %s", e.By)
		}
		if e.Due != nil {
			fmt.Fprintf(&b, "\n     acknowledge by %s, contain by %s, remedy by %s", local(e.Due.Acknowledge.At), local(e.Due.Contain.At), local(e.Due.Remedy.At))
		}
		if !e.Lease.IsZero() {
			fmt.Fprintf(&b, " lease until %s", local(e.Lease.At))
		}
		for _, d := range e.Tell {
			fmt.Fprintf(&b, "\n     tells %s (%s)", d.To, d.Reason)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// check compares the story with the golden file, replays it, and sends it
// through JSON.
func (s *story) check(name string) {
	path := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(s.t, os.WriteFile(path, []byte(s.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(s.t, err)
	assert.Equal(s.t, string(want), s.String())

	data, err := json.Marshal(s.events)
	require.NoError(s.t, err)
	var events []Event
	require.NoError(s.t, json.Unmarshal(data, &events))
	again, err := json.Marshal(events)
	require.NoError(s.t, err)
	assert.Equal(s.t, string(data), string(again))
	replayed, err := Replay(events)
	require.NoError(s.t, err)
	a, err := json.Marshal(replayed)
	require.NoError(s.t, err)
	b, err := json.Marshal(s.c)
	require.NoError(s.t, err)
	assert.Equal(s.t, string(b), string(a), "a replayed case is the case")
}

func silent() compliance.Contract {
	return compliance.Contract{ID: "EA-17", CureDays: -1, AuditNoticeDays: -1}
}

// TestNobodyActs: every stage passes, twice, over a weekend and a holiday; the
// fallback hears of it.
func TestNobodyActs(t *testing.T) {
	s := open(t, "2026-04-01 16:00", "250000", silent())
	s.until("2026-06-30 12:00")
	s.check("nobody-acts")
	assert.True(t, s.c.Exhausted)
	assert.Empty(t, s.c.Outbox)
}

// TestLeaseLapses: somebody takes the case and forgets it; the same stage begins
// again. Then it is worked on, and contained and remedied in time.
func TestLeaseLapses(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	s.until("2026-03-02 10:00")
	s.add(s.c.Acknowledge(s.p, "bob", s.now))
	s.until("2026-03-04 09:30")
	assert.Equal(t, lifecycle.Assigned, s.c.State)
	s.add(s.c.Acknowledge(s.p, "bob", s.now))
	s.add(s.c.Move(s.p, lifecycle.Investigate, "bob", "", s.now))
	s.add(s.c.Contain("bob", "no new installs", s.now))
	s.until("2026-03-04 11:00")
	s.add(s.c.Move(s.p, lifecycle.Plan, "bob", "reclaim twelve", s.now))
	s.add(s.c.Move(s.p, lifecycle.Submit, "bob", "", s.now))
	s.add(s.c.Move(s.p, lifecycle.Approve, "cio", "", s.now))
	s.add(s.c.Move(s.p, lifecycle.Verify, "bob", "", s.now))
	s.until("2026-03-05 11:00")
	_, err := s.c.Close(s.p, lifecycle.Accepted, "cio", "", s.now)
	require.NoError(t, err)
	s.add(s.c.Close(s.p, lifecycle.Remedied, "engine", "the snapshot shows it", s.now))
	s.until("2026-12-31 11:00")
	s.check("lease-lapses")
}

// TestAbsence: the desk is away, so the manager is told at once; the manager's
// stage wants all of them.
func TestAbsence(t *testing.T) {
	s := open(t, "2026-07-07 09:00", "250000", silent())
	assert.Equal(t, "manager", s.c.Stage.Name)
	s.until("2026-07-07 10:00")
	s.add(s.c.Acknowledge(s.p, "sam-manager", s.now))
	assert.Equal(t, lifecycle.Assigned, s.c.State, "one of two is not enough")
	s.add(s.c.Acknowledge(s.p, "sam-manager", s.now))
	s.add(s.c.Acknowledge(s.p, "deputy", s.now))
	assert.Equal(t, lifecycle.Acknowledged, s.c.State)
	s.check("absence")
	f, ok := s.c.Alarm(s.events[3])
	require.True(t, ok)
	assert.Equal(t, RuleCoverage, f.Rule)
	assert.Equal(t, "standard/owner", f.Subject)
}

// TestPause: the clocks stand still while the supplier answers; the cure period
// of the contract does not.
func TestPause(t *testing.T) {
	contract := silent()
	contract.CureDays = 10
	s := open(t, "2026-03-02 09:00", "250000", contract)
	s.until("2026-03-02 10:00")
	s.add(s.c.Pause("bob", "waiting for the supplier", s.now))
	_, err := s.c.Pause("bob", "", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	s.until("2026-03-06 10:00")
	s.add(s.c.Resume(s.p, "bob", s.now))
	s.until("2026-03-06 12:00")
	s.check("pause")
	assert.Equal(t, clock(t, "2026-03-13 00:00").UTC(), s.c.Due.Remedy.At)
}

// TestRatedAndReopened: the exposure grows, the case is rated anew and mended,
// and the deviation comes back.
func TestRatedAndReopened(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "2000", silent())
	s.until("2026-03-03 09:00")
	worse := s.c.Opening
	worse.Grade = Grade{Severity: "critical", Rank: 4, Vector: "TU:1/E:V/T:H/D:N/C:H", Row: "ruinous", Reason: "r", Rubric: "standard/1"}
	worse.Plan.Clock = open(t, "2026-03-02 09:00", "250000", silent()).c.Plan.Clock
	s.add(s.c.Rate(s.p, worse, "engine", s.now))
	s.until("2026-03-03 09:10")
	s.add(s.c.Close(s.p, lifecycle.Remedied, "engine", "gone", s.now))
	s.until("2026-03-09 09:00")
	s.add(s.c.Again(s.p, s.now))
	s.until("2026-03-09 10:00")
	s.check("rated-and-reopened")
	s.add(s.c.Close(s.p, lifecycle.Accepted, "cio", "exception 12", s.now))
	s.add(s.c.Again(s.p, s.now))
	assert.False(t, s.c.IsOpen(), "what was accepted stays closed though it is found again")
}

// TestDeadLetter: mail to one recipient bounces until it is given up.
func TestDeadLetter(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "2000", silent())
	s.refuse = map[string]Attempt{"controller": {Failure: Deferred}}
	s.until("2026-03-05 09:00")
	s.check("dead-letter")
	require.NotEmpty(t, s.c.Dead)
	assert.Equal(t, "controller", s.c.Dead[0].To)
	first := s.c.Dead[0].ID
	attempts := 0
	for _, e := range s.events {
		if e.Delivery == first {
			attempts++
			assert.Equal(t, attempts, e.Attempt, "all attempts have one id")
		}
		if e.Kind == Failed {
			f, ok := s.c.Alarm(e)
			assert.Equal(t, e.Retry.IsZero(), ok)
			assert.NotContains(t, f.Message, "controller")
		}
	}
	assert.Equal(t, len(backoff)+1, attempts)
}
