package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/rubric"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/escalation/ticket"
)

// desk is a service desk that does its work and then, once in a while, loses the
// answer.
type desk struct {
	ids      map[string]string
	tickets  map[string]ticket.Ticket
	had      map[string]bool
	updates  int
	calls    int
	loseEach int
}

var errLost = errors.New("answer lost")

func newDesk(loseEach int) *desk {
	return &desk{ids: map[string]string{}, tickets: map[string]ticket.Ticket{}, had: map[string]bool{}, loseEach: loseEach}
}

func (d *desk) Put(_ context.Context, t ticket.Ticket) (string, error) {
	id := d.ids[t.Key]
	if id == "" {
		id = fmt.Sprintf("T-%d", len(d.ids)+1)
		d.ids[t.Key] = id
	}
	if t.ID != "" && t.ID != id {
		return "", fmt.Errorf("no ticket %s: %w", t.ID, runner.ErrPermanent)
	}
	if !d.had[t.Delivery] {
		d.had[t.Delivery] = true
		d.updates++
	}
	d.tickets[id] = t
	if d.calls++; d.loseEach > 0 && d.calls%d.loseEach == 0 {
		return "", errLost
	}
	return id, nil
}

func ExampleChannel_Register() {
	c := ticket.New(newDesk(0))
	id, err := c.Register(context.Background(), notice.Letter{ID: "d1", Case: "case-17"}, time.Time{})
	fmt.Println(id, err)
	// Output:
	// T-1 <nil>
}

type journal map[escalation.CaseID][]escalation.Event

func (j journal) Cases(context.Context) (ids []escalation.CaseID, _ error) {
	for id := range j {
		ids = append(ids, id)
	}
	return ids, nil
}

func (j journal) Events(_ context.Context, id escalation.CaseID) ([]escalation.Event, error) {
	return j[id], nil
}

func (j journal) Append(_ context.Context, es []escalation.Event) error {
	j[es[0].Case] = append(j[es[0].Case], es...)
	return nil
}

// discard is a channel for everybody else.
type discard struct{}

func (discard) Send(context.Context, notice.Letter, time.Time) error { return nil }

// TestInStep: the ticket of a case is opened with it, goes on with it, is resolved
// with it and opened again with it, on a desk that loses every second answer.
func TestInStep(t *testing.T) {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	require.NoError(t, err)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	f := compliance.Finding{Rule: "shortfall", Verdict: compliance.Fail, Subject: "CANARY-subject", Message: "CANARY-message", At: now,
		Exposure: compliance.Money{Amount: decimal.NewFromInt(250_000), Currency: "EUR"}}
	facts := rubric.FactsOf(f, nil)
	facts.Tier, facts.Confidence = "high", "high"
	answers, err := p.Rubric().Answer(&facts)
	require.NoError(t, err)
	_, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: p.Rubric().Classify(answers)}, now)
	require.NoError(t, err)
	id := events[0].Case
	j := journal{id: events}

	d := newDesk(2)
	w, err := notice.New(notice.Options{})
	require.NoError(t, err)
	contacts := []post.Contact{{Name: "controller", Channel: "desk", Audience: notice.Audience{Clearance: notice.Internal}}}
	for _, n := range []string{"ann", "bob", "sam-manager", "deputy", "cio", "counsel", "board-office"} {
		contacts = append(contacts, post.Contact{Name: n, Channel: "none", Audience: notice.Audience{Clearance: notice.Public}})
	}
	office, err := post.New(post.Options{Writer: w, Contacts: contacts, Channels: map[string]post.Channel{"desk": ticket.New(d), "none": discard{}}})
	require.NoError(t, err)
	r, err := runner.Start(t.Context(), runner.Options{Journal: j, Sender: office, Directory: p})
	require.NoError(t, err)
	run := func(until time.Time) escalation.Case {
		t.Helper()
		for {
			next, err := r.Tick(t.Context(), now)
			require.NoError(t, err)
			if next.IsZero() || next.After(until) {
				break
			}
			now = next
		}
		now = until
		c, err := escalation.Replay(j[id])
		require.NoError(t, err)
		return c
	}
	command := func(events []escalation.Event, err error) {
		t.Helper()
		require.NoError(t, err)
		require.NoError(t, j.Append(t.Context(), events))
		require.NoError(t, r.Refresh(t.Context(), id))
	}

	c := run(now.Add(time.Hour))
	require.Len(t, d.tickets, 1)
	assert.Equal(t, ticket.Open, d.tickets["T-1"].Status)
	assert.Equal(t, "T-1", c.ReceiptOf("controller"), "the number is in the case")

	c = run(now.AddDate(0, 0, 10))
	assert.NotEmpty(t, c.MissedClocks)
	before := d.updates
	assert.Greater(t, before, 1, "missed due times update the ticket")
	assert.Equal(t, "T-1", d.tickets["T-1"].ID)

	command(c.Close(p, lifecycle.Remedied, "engine", "gone", now))
	c = run(now.Add(2 * time.Hour))
	assert.Equal(t, ticket.Resolved, d.tickets["T-1"].Status)

	command(c.Again(p, now))
	run(now.Add(2 * time.Hour))
	assert.Equal(t, ticket.Open, d.tickets["T-1"].Status)
	assert.Len(t, d.tickets, 1, "one case, one ticket")
	for _, tk := range d.tickets {
		assert.NotContains(t, tk.Title+tk.Body, "CANARY", "a ticket is an audience like any other")
	}
}
