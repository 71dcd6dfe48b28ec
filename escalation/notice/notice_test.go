package notice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

var at = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func sample() Message {
	one := 1
	c := escalation.Case{ID: "case-17", Owner: "CANARY-owner"}
	c.State = lifecycle.Assigned
	c.Due = escalation.Due{
		Acknowledge: escalation.Timer{At: at.Add(2 * time.Hour)}, Contain: escalation.Timer{At: at.AddDate(0, 0, 2)}, Remedy: escalation.Timer{At: at.AddDate(0, 1, 0)},
	}
	c.Rule, c.Subject, c.Message = "shortfall", "CANARY-subject", "CANARY-message"
	c.Grade = escalation.Grade{Severity: "high", Vector: "CANARY-vector", Reason: "CANARY-reason"}
	c.Log = []escalation.Entry{{At: at, By: "CANARY-author", Text: "CANARY-note"}}
	return Message{
		Delivery: escalation.Delivery{ID: "d1", To: "ann", Reason: "stage"}, Case: c,
		Facts: []Fact{
			{Name: "Exposure", Value: "CANARY-250000.00 EUR", Needs: Confidential},
			{Name: "License key", Value: "CANARY-key"},
			{Name: "Users in Vaduz", Value: "1 (CANARY-few)", Needs: Internal, People: &one},
			{Name: "Settlement", Value: "CANARY-embargo", Needs: Internal, Until: at.Add(time.Hour)},
		},
	}
}

func writer(t require.TestingT) *Writer {
	w, err := New(Options{})
	require.NoError(t, err)
	return w
}

func ExampleWriter_Render() {
	w, err := New(Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := w.Render(sample(), Audience{Clearance: Internal}, at)
	fmt.Println(l.Subject, err)
	fmt.Print(l.Text)
	// Output:
	// [high] case-17: stage <nil>
	// A case needs somebody to take it.
	//
	// Case: case-17
	// State: assigned
	// Severity: high
	// Acknowledge by: 2026-03-02 10:00 UTC
	// Contain by: 2026-03-04 08:00 UTC
	// Remedy by: 2026-04-02 08:00 UTC
	// Rule: shortfall
	// Users in Vaduz: fewer than 5
	//
	// 9 more facts are for readers with a higher clearance.
}

// TestCanaries: what an audience may not know appears in no part of a letter,
// even where a template prints all that it is given.
func TestCanaries(t *testing.T) {
	may := map[string]Clearance{
		"CANARY-owner": Confidential, "CANARY-subject": Confidential, "CANARY-message": Confidential,
		"CANARY-vector": Confidential, "CANARY-reason": Confidential, "CANARY-note": Privileged,
		"CANARY-250000.00 EUR": Confidential, "CANARY-few": Confidential, "CANARY-embargo": Privileged,
		"CANARY-key": Privileged + 1, "CANARY-author": Privileged + 1,
	}
	greedy, err := New(Options{Text: `{{printf "%#v" .}}`, HTML: `{{printf "%#v" .}}`})
	require.NoError(t, err)
	for _, w := range []*Writer{writer(t), greedy} {
		for c := ClearanceInvalid; c <= Privileged; c++ {
			l, err := w.Render(sample(), Audience{Clearance: c}, at)
			require.NoError(t, err)
			for canary, needs := range may {
				for part, text := range map[string]string{"subject": l.Subject, "text": l.Text, "html": l.HTML} {
					assert.Equal(t, c >= needs && part != "subject", strings.Contains(text, canary), "%s in the %s for %s", canary, part, c)
				}
			}
		}
	}
}

func TestEmbargoEnds(t *testing.T) {
	l, err := writer(t).Render(sample(), Audience{Clearance: Internal}, at.Add(time.Hour))
	require.NoError(t, err)
	assert.Contains(t, l.Text, "CANARY-embargo")
}

func TestThreshold(t *testing.T) {
	for n := range 12 {
		f := Fact{Value: fmt.Sprint(n), Needs: Internal, People: &n}
		got, _ := Audience{Clearance: Internal, Threshold: 10}.visible(f, at)
		if n < 10 {
			assert.Equal(t, "fewer than 10", got)
		} else {
			assert.Equal(t, fmt.Sprint(n), got)
		}
		got, _ = Audience{Clearance: Confidential, Threshold: 10}.visible(f, at)
		assert.Equal(t, fmt.Sprint(n), got)
	}
}

// TestValuesStayValues: a value can neither add a line to the text nor markup to
// the page, and a repeated letter is the same.
func TestValuesStayValues(t *testing.T) {
	w := writer(t)
	rapid.Check(t, func(t *rapid.T) {
		m := sample()
		m.Case.Message = rapid.String().Draw(t, "message") + "\r\nOwner: <script>alert(1)</script>"
		l, err := w.Render(m, Audience{Clearance: Confidential}, at)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(l.Text, "\nOwner: ") != 1 || strings.Contains(l.HTML, "<script>") {
			t.Fatalf("%q", l.Text)
		}
		again, err := w.Render(m, Audience{Clearance: Confidential}, at)
		if err != nil || again != l {
			t.Fatal("a repeated letter differs")
		}
	})
}

func TestDrill(t *testing.T) {
	m := sample()
	m.Drill = true
	l, err := writer(t).Render(m, Audience{Clearance: Public}, at)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(l.Subject, "DRILL "))
	assert.True(t, strings.HasPrefix(l.Text, "THIS IS A DRILL."))
	assert.Contains(t, l.HTML, "This is a drill.")
}

func TestTemplatesAreChecked(t *testing.T) {
	for _, bad := range []string{"{{.Nothing}}", "{{if}}", "{{.Case.Owner}}"} {
		_, err := New(Options{Text: bad})
		assert.Error(t, err, bad)
		_, err = New(Options{HTML: bad})
		assert.Error(t, err, bad)
	}
}

func TestClearanceNames(t *testing.T) {
	for c := Public; c <= Privileged; c++ {
		var got Clearance
		require.NoError(t, got.UnmarshalText([]byte(c.String())))
		assert.Equal(t, c, got)
	}
	assert.Error(t, new(Clearance).UnmarshalText([]byte("secret")))
	assert.Equal(t, "invalid", Clearance(99).String())
}
