package post

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// alerting is a channel to which every case is a thing of its own.
type alerting struct{ box }

func (*alerting) PerCase() bool { return true }

// TestGroups: a run finds six deviations of two publishers on a route that groups by
// publisher. Everybody gets one letter for each publisher, with every message in it;
// a channel that keeps something for each case gets them one by one.
func TestGroups(t *testing.T) {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	grouped := strings.Replace(string(data), "participants: [controller]", "participants: [controller, alertmanager]\n  group-by: [publisher]", 1)
	p, err := policy.Load("policy.yaml", []byte(grouped), policy.Options{})
	require.NoError(t, err)
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	j := journal{}
	var ids []escalation.CaseID
	for i := range 6 {
		f := compliance.Finding{Rule: "shortfall", Verdict: compliance.Fail, Subject: fmt.Sprintf("position/%d", i), Publisher: []string{"Oracle", "IBM"}[i%2], At: at}
		c, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: rubric.Severity{Name: "high", Rank: 3}}, at)
		require.NoError(t, err)
		require.NoError(t, j.Append(t.Context(), events))
		ids = append(ids, c.ID)
	}
	mail, alerts := &box{}, &alerting{}
	contacts := []Contact{{Name: "alertmanager", Channel: "alerts", Audience: notice.Audience{Clearance: notice.Public}}}
	for _, name := range []string{"ann", "bob", "controller", "sam-manager", "deputy"} {
		contacts = append(contacts, Contact{Name: name, Channel: "mail", Audience: notice.Audience{Clearance: notice.Internal}})
	}
	o, err := New(Options{Writer: writer(t), Channels: map[string]Channel{"mail": mail, "alerts": alerts}, Contacts: contacts})
	require.NoError(t, err)
	r, err := runner.Start(t.Context(), runner.Options{Journal: j, Sender: o, Directory: p})
	require.NoError(t, err)
	_, err = r.Tick(t.Context(), at)
	require.NoError(t, err)

	var to []string
	for _, l := range mail.letters {
		to = append(to, l.To)
		assert.Contains(t, l.Text, "3 messages of one group.")
		oracle := strings.Contains(l.Text, string(ids[0]))
		for i, id := range ids {
			assert.Equal(t, oracle == (i%2 == 0), strings.Contains(l.Text, string(id)), "%s to %s", id, l.To)
		}
	}
	assert.Equal(t, []string{"ann", "ann", "bob", "bob", "controller", "controller"}, to)
	assert.Len(t, alerts.letters, 6)
	for _, id := range ids {
		c, err := escalation.Replay(j[id])
		require.NoError(t, err)
		assert.Empty(t, c.Outbox)
	}
}

// unwritable is an office that cannot write about one case.
type unwritable struct {
	*Office
	about escalation.CaseID
}

func (u unwritable) SendDigest(ctx context.Context, ns []runner.Notice) error {
	for _, n := range ns {
		if n.Case.ID == u.about {
			return fmt.Errorf("no template: %w", runner.ErrPermanent)
		}
	}
	return u.Office.SendDigest(ctx, ns)
}

func (u unwritable) Register(ctx context.Context, n runner.Notice) (string, error) {
	return "", u.Send(ctx, n)
}

func (u unwritable) Send(ctx context.Context, n runner.Notice) error {
	return u.SendDigest(ctx, []runner.Notice{n})
}

// TestOneTakesNoOther: what cannot be written takes nothing with it that could have
// left in the same letter.
func TestOneTakesNoOther(t *testing.T) {
	p, j, at := night(t, 60_000)
	b := &box{}
	r, err := runner.Start(t.Context(), runner.Options{Journal: j, Sender: unwritable{office(t, b), replay(t, j, 0).ID}, Directory: p})
	require.NoError(t, err)
	for _, now := range []time.Time{at, time.Date(2026, 3, 9, 7, 0, 0, 0, time.UTC)} {
		_, err = r.Tick(t.Context(), now)
		require.NoError(t, err)
	}
	bad, good := replay(t, j, 0), replay(t, j, 1)
	assert.Len(t, bad.Dead, 3)
	assert.Empty(t, good.Dead)
	assert.Empty(t, good.Outbox)
	assert.Len(t, b.letters, 3)
}
