package post

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/shopspring/decimal"
	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// box keeps the letters of a channel.
type box struct {
	letters []notice.Letter
	fail    error
}

func (b *box) Send(_ context.Context, l notice.Letter, _ time.Time) error {
	if b.fail != nil {
		return b.fail
	}
	b.letters = append(b.letters, l)
	return nil
}

func writer(t require.TestingT) *notice.Writer {
	w, err := notice.New(notice.Options{})
	require.NoError(t, err)
	return w
}

func ExampleOffice_Send() {
	w, err := notice.New(notice.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	mail := &box{}
	office, err := New(Options{
		Writer: w, Channels: map[string]Channel{"mail": mail},
		Contacts: []Contact{{Name: "ann", Channel: "mail", Address: "ann@example.org", Audience: notice.Audience{Clearance: notice.Public}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := runner.Notice{Delivery: escalation.Delivery{ID: "d1", To: "ann", Reason: "opened"}, Case: escalation.Case{ID: "case-17"}}
	fmt.Println(office.Send(context.Background(), n))
	fmt.Println(mail.letters[0].Address, mail.letters[0].Subject)
	n.Delivery.To = "nobody"
	fmt.Println(office.Send(context.Background(), n))
	// Output:
	// <nil>
	// ann@example.org [] case-17: opened
	// post: the recipient has no contact: no address: permanent failure
}

func TestNewNamesEveryMistake(t *testing.T) {
	_, err := New(Options{})
	require.Error(t, err)
	_, err = New(Options{Writer: writer(t), Channels: map[string]Channel{"mail": &box{}}, Contacts: []Contact{
		{Name: "ann", Channel: "fax", Audience: notice.Audience{Clearance: notice.Public}},
		{Name: "bob", Channel: "mail"},
		{Channel: "mail"},
		{Name: "bob", Channel: "mail", Audience: notice.Audience{Clearance: notice.Public}},
	}})
	for _, want := range []string{`ann uses the channel "fax"`, "bob has no clearance", "contact 3 has no name", "bob is listed twice"} {
		assert.ErrorContains(t, err, want)
	}
}

// journal is a runner's, in memory.
type journal map[escalation.CaseID][]escalation.Event

func (j journal) Cases(context.Context) ([]escalation.CaseID, error) {
	var ids []escalation.CaseID
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

const quiet = `
quiet:
  - {name: office hours, people: [ann, bob], calendar: zurich, unless: critical, urgent: [missed], digest: true}
`

// night is a policy with quiet hours and two cases opened on a Saturday.
func night(t *testing.T, amount int64) (*policy.Policy, journal, time.Time) {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", append(data, quiet...), policy.Options{})
	require.NoError(t, err)
	at := time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC)
	j := journal{}
	for i := range 2 {
		f := compliance.Finding{
			Rule: "shortfall", Verdict: compliance.Fail, Subject: fmt.Sprintf("position/%d", i), At: at,
			Exposure: compliance.Money{Amount: decimal.NewFromInt(amount), Currency: "EUR"},
		}
		facts := rubric.FactsOf(f, nil)
		facts.Tier, facts.Confidence = "high", "high"
		answers, err := p.Rubric().Answer(&facts)
		require.NoError(t, err)
		_, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: p.Rubric().Classify(answers)}, at)
		require.NoError(t, err)
		require.NoError(t, j.Append(t.Context(), events))
	}
	return p, j, at
}

func office(t *testing.T, b *box) *Office {
	var contacts []Contact
	for _, name := range []string{"ann", "bob", "controller", "sam-manager", "deputy", "cio", "counsel", "board-office"} {
		contacts = append(contacts, Contact{Name: name, Channel: "mail", Address: name + "@example.org", Audience: notice.Audience{Clearance: notice.Internal}})
	}
	o, err := New(Options{Writer: writer(t), Channels: map[string]Channel{"mail": b}, Contacts: contacts})
	require.NoError(t, err)
	return o
}

// TestQuietHours: over the night nothing leaves for those who sleep, in the
// morning one letter each does, with everything in it, and nothing is lost.
func TestQuietHours(t *testing.T) {
	p, j, at := night(t, 60_000)
	b := &box{}
	r, err := runner.Start(t.Context(), runner.Options{Journal: j, Sender: office(t, b), Directory: p})
	require.NoError(t, err)
	next, err := r.Tick(t.Context(), at)
	require.NoError(t, err)
	to := func() (names []string) {
		for _, l := range b.letters {
			names = append(names, l.To)
		}
		return names
	}
	assert.Equal(t, []string{"controller", "controller"}, to(), "ann and bob sleep")
	c := replay(t, j, 0)
	held := c.Held(at)
	require.Len(t, held, 2, "what is held back is listed")
	morning := time.Date(2026, 3, 9, 7, 0, 0, 0, time.UTC)
	assert.True(t, morning.Equal(next) && held[0].Hold.Equal(morning), next)

	b.letters = nil
	_, err = r.Tick(t.Context(), morning)
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "bob"}, to())
	for _, l := range b.letters {
		assert.Contains(t, l.Text, "2 messages were held back")
		for i := range 2 {
			c := replay(t, j, i)
			assert.Empty(t, c.Outbox)
			assert.Contains(t, l.Text, string(c.ID))
		}
		for _, h := range held {
			if h.To == l.To {
				assert.Contains(t, l.Text, h.ID)
			}
		}
	}
}

// TestUrgentBreaksThrough: the severity that the policy names is told at once.
func TestUrgentBreaksThrough(t *testing.T) {
	p, j, at := night(t, 50_000_000)
	require.Equal(t, "critical", replay(t, j, 0).Grade.Severity)
	b := &box{}
	r, err := runner.Start(t.Context(), runner.Options{Journal: j, Sender: office(t, b), Directory: p})
	require.NoError(t, err)
	_, err = r.Tick(t.Context(), at)
	require.NoError(t, err)
	assert.Len(t, b.letters, 6)
	assert.Empty(t, replay(t, j, 0).Outbox)
}

// TestDigestFails: a digest that does not leave is tried again, whole.
func TestDigestFails(t *testing.T) {
	p, j, at := night(t, 60_000)
	b := &box{}
	var told int
	r, err := runner.Start(t.Context(), runner.Options{
		Journal: j, Sender: office(t, b), Directory: p, Failed: func(context.Context, runner.Notice, error) { told++ },
	})
	require.NoError(t, err)
	_, err = r.Tick(t.Context(), at)
	require.NoError(t, err)
	b.letters, b.fail = nil, fmt.Errorf("CANARY mailbox full")
	morning := time.Date(2026, 3, 9, 7, 0, 0, 0, time.UTC)
	next, err := r.Tick(t.Context(), morning)
	require.NoError(t, err)
	assert.Equal(t, 4, told)
	assert.True(t, morning.Add(time.Minute).Equal(next), next)
	for i := range 2 {
		events := j[replay(t, j, i).ID]
		last := events[len(events)-1]
		assert.Equal(t, escalation.Failed, last.Kind)
		assert.Equal(t, escalation.Deferred, last.Failure)
		assert.Empty(t, last.Text, "the other side's words stay out of the events")
	}
	b.fail = nil
	_, err = r.Tick(t.Context(), next)
	require.NoError(t, err)
	require.Len(t, b.letters, 2)
	assert.Contains(t, b.letters[0].Text, "2 messages were held back")
}

func replay(t *testing.T, j journal, i int) escalation.Case {
	id := escalation.IDOf(compliance.Finding{Rule: "shortfall", Subject: fmt.Sprintf("position/%d", i)})
	c, err := escalation.Replay(j[id])
	require.NoError(t, err)
	return c
}
