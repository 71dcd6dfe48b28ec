package notice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
)

// thread is an inquiry whose answer has parts for everybody and an embargo.
func thread() inquiry.Thread {
	three, many := 3, 419
	return inquiry.Thread{
		Question: inquiry.Question{
			Reference: "AUD-7", Supplier: "oracle-audit", Scope: "Oracle Database", Data: []string{"installs"},
			Received: at, Within: calendar.Span{Count: 10, Unit: calendar.WorkingDays}, Due: at.AddDate(0, 0, 14),
		},
		State: inquiry.Released, Delivery: "d9",
		Drafts: []inquiry.Draft{{By: "CANARY-writer", At: at, Parts: []inquiry.Part{
			{Name: "Period", Text: "since 2024", Needs: "public"},
			{Name: "Installs", Text: "419", Needs: "supplier", People: &many},
			{Name: "Administrators in Vaduz", Text: "3", Needs: "supplier", People: &three},
			{Name: "Settlement", Text: "CANARY-embargo", Needs: "supplier", Until: at.Add(time.Hour)},
			{Name: "Owner", Text: "CANARY-internal", Needs: "internal"},
			{Name: "What we owe", Text: "CANARY-250000.00 EUR", Needs: "confidential"},
			{Name: "Counsel's view", Text: "CANARY-privileged", Needs: "privileged"},
		}}},
	}
}

func ExampleWriter_Answer() {
	w, err := New(Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := w.Answer(thread(), Audience{Clearance: Supplier}, at)
	fmt.Println(l.Subject, err)
	fmt.Print(l.Text)
	fmt.Println(l.Withheld, "parts stay in the house")
	// Output:
	// Answer to your inquiry AUD-7 <nil>
	// Answer to your inquiry AUD-7.
	//
	// Period: since 2024
	// Installs: 419
	// Administrators in Vaduz: fewer than 5
	// 4 parts stay in the house
}

// TestAnswer: whatever an audience is cleared for, an answer has what suppliers may
// know, and nothing of the case, its severity or its people.
func TestAnswer(t *testing.T) {
	c := sample().Case
	c.Inquiries = []inquiry.Thread{thread()}
	m := Message{Delivery: escalation.Delivery{ID: "d9", To: "oracle-audit", Reason: escalation.ReasonAnswer}, Case: c, Facts: sample().Facts}
	greedy, err := New(Options{Text: `{{printf "%#v" .}}`, HTML: `{{printf "%#v" .}}`})
	require.NoError(t, err)
	for _, w := range []*Writer{writer(t), greedy} {
		for clearance := ClearanceInvalid; clearance <= Privileged; clearance++ {
			l, err := w.Render(m, Audience{Clearance: clearance}, at)
			require.NoError(t, err)
			all := fmt.Sprintf("%+v", l)
			assert.NotContains(t, all, "CANARY")
			assert.NotContains(t, all, "case-17")
			assert.NotContains(t, all, "high")
			assert.Equal(t, clearance >= Supplier, strings.Contains(l.Text, "419"), clearance)
			assert.Equal(t, clearance >= Public, strings.Contains(l.Text, "since 2024"), clearance)
			assert.Equal(t, "oracle-audit", l.To)
			assert.Equal(t, "d9", l.ID)
		}
	}
	later, err := writer(t).Render(m, Audience{Clearance: Supplier}, at.Add(time.Hour))
	require.NoError(t, err)
	assert.Contains(t, later.Text, "CANARY-embargo", "an embargo ends")
}

// TestNoAnswerBeforeRelease: a message that claims to be an answer and carries none.
func TestNoAnswerBeforeRelease(t *testing.T) {
	c := sample().Case
	c.Inquiries = []inquiry.Thread{thread()}
	m := Message{Delivery: escalation.Delivery{ID: "d9", To: "oracle-audit", Reason: escalation.ReasonAnswer}, Case: c}
	for _, state := range inquiry.States() {
		c.Inquiries[0].State = state
		_, err := writer(t).Render(m, Audience{Clearance: Supplier}, at)
		assert.Equal(t, state == inquiry.Released, err == nil, state)
	}
	c.Inquiries[0].State = inquiry.Released
	m.Delivery.ID = "another"
	_, err := writer(t).Render(m, Audience{Clearance: Supplier}, at)
	assert.ErrorContains(t, err, "carries no released answer")
	m.Delivery.ID, m.Drill = "d9", true
	_, err = writer(t).Render(m, Audience{Clearance: Supplier}, at)
	assert.ErrorContains(t, err, "carries no released answer")
}

// TestClearancesOfParts: package inquiry knows the same words.
func TestClearancesOfParts(t *testing.T) {
	for c := Public; c <= Privileged; c++ {
		assert.NoError(t, inquiry.CheckParts([]inquiry.Part{{Name: "n", Needs: c.String()}}))
	}
	bad := thread()
	bad.Drafts[0].Parts[0].Needs = "secret"
	_, err := writer(t).Answer(bad, Audience{Clearance: Supplier}, at)
	assert.ErrorContains(t, err, `no clearance is called "secret"`)
}
