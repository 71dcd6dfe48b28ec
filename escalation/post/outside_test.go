package post

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// TestAnswersLeave drives an inquiry through the runner: the supplier's one letter is
// the answer, after its release.
func TestAnswersLeave(t *testing.T) {
	p, j, at := night(t, 60_000)
	c := replay(t, j, 0)
	b := &box{}
	contacts := []Contact{{Name: "oracle-audit", Channel: "mail", Address: "audit@oracle.example", Outside: true, Audience: notice.Audience{Clearance: notice.Supplier}}}
	for _, name := range []string{"ann", "bob", "controller", "sam-manager", "deputy", "cio", "counsel", "board-office"} {
		contacts = append(contacts, Contact{Name: name, Channel: "mail", Audience: notice.Audience{Clearance: notice.Internal}})
	}
	o, err := New(Options{Writer: writer(t), Channels: map[string]Channel{"mail": b}, Contacts: contacts})
	require.NoError(t, err)
	r, err := runner.Start(t.Context(), runner.Options{Journal: j, Sender: o, Directory: p})
	require.NoError(t, err)
	do := func(events []escalation.Event, err error) {
		require.NoError(t, err)
		require.NoError(t, j.Append(t.Context(), events))
		require.NoError(t, r.Refresh(t.Context(), c.ID))
		_, err = r.Tick(t.Context(), at)
		require.NoError(t, err)
		c = replay(t, j, 0)
	}
	outside := func() (texts []string) {
		for _, l := range b.letters {
			if l.To == "oracle-audit" {
				texts = append(texts, l.Text)
			}
		}
		return texts
	}
	do(c.Ask(p, inquiry.Question{
		Reference: "AUD-7", Supplier: "oracle-audit", Scope: "databases", Data: []string{"installs"}, Within: calendar.Span{Count: 30, Unit: calendar.Days},
	}, "counsel", at))
	do(c.Answer(p, "AUD-7", []inquiry.Part{{Name: "Installs", Text: "419", Needs: "supplier"}, {Name: "Debt", Text: "CANARY", Needs: "confidential"}}, "ann", at))
	assert.Empty(t, outside())
	do(c.Release("AUD-7", c.Inquiries[0].Draft().Digest(), "counsel", at))
	require.Len(t, outside(), 1)
	assert.Contains(t, outside()[0], "Installs: 419")
	assert.NotContains(t, outside()[0], "CANARY")
	assert.Equal(t, inquiry.Answered, c.Inquiries[0].State)
	for _, l := range b.letters {
		if l.Reason == "inquiry" || l.Reason == "draft" {
			assert.NotContains(t, l.Text, "419", "a draft is not in the letters that announce it")
		}
	}
}

// TestContactsOutside: a contact outside gets nothing but answers, one inside none.
func TestContactsOutside(t *testing.T) {
	b := &box{}
	outside := Contact{Name: "oracle-audit", Channel: "mail", Outside: true, Audience: notice.Audience{Clearance: notice.Supplier}}
	inside := Contact{Name: "ann", Channel: "mail", Audience: notice.Audience{Clearance: notice.Privileged}}
	o, err := New(Options{Writer: writer(t), Channels: map[string]Channel{"mail": b}, Contacts: []Contact{outside, inside}})
	require.NoError(t, err)
	for to, reason := range map[string]string{"oracle-audit": "opened", "ann": escalation.ReasonAnswer} {
		err := o.Send(t.Context(), runner.Notice{Delivery: escalation.Delivery{ID: "d", To: to, Reason: reason}, Case: escalation.Case{ID: "case-17"}})
		assert.ErrorIs(t, err, runner.ErrPermanent, to)
		assert.ErrorContains(t, err, "answers go to contacts outside")
	}
	assert.Empty(t, b.letters)
	outside.Audience.Clearance = notice.Internal
	_, err = New(Options{Writer: writer(t), Channels: map[string]Channel{"mail": b}, Contacts: []Contact{outside}})
	assert.ErrorContains(t, err, "contact oracle-audit is outside, so it cannot be cleared for what is internal")
}
