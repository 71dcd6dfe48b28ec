package simulate

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/route"
)

var update = flag.Bool("update", false, "write the golden file anew")

func load(t testing.TB) *policy.Policy {
	data, err := os.ReadFile("../testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	require.NoError(t, err)
	return p
}

func year(p *policy.Policy) Options {
	return Options{Policy: p, From: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), Until: time.Date(2027, 1, 5, 8, 0, 0, 0, time.UTC)}
}

// TestYear holds a year in which nobody acts against a page that a person has
// read.
func TestYear(t *testing.T) {
	p := load(t)
	begin := time.Now()
	r, err := Run(t.Context(), year(p))
	require.NoError(t, err)
	t.Logf("%d cases, %d events in %v", r.Cases, r.Events, time.Since(begin))
	var b strings.Builder
	require.NoError(t, r.WriteText(&b))
	const golden = "testdata/year.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())

	// The two members of the desk are away together from 6 to 10 July.
	require.Len(t, r.Gaps, 1)
	assert.Equal(t, policy.Gap{Chain: "standard", Stage: "owner", Tell: []string{"sam-desk"},
		From: calendar.Date{Year: 2026, Month: 7, Day: 6}, Until: calendar.Date{Year: 2026, Month: 7, Day: 10}}, r.Gaps[0])
	exhausted := 0
	for _, c := range r.Exhausted {
		exhausted += c.Times
	}
	assert.Greater(t, exhausted, r.Cases*9/10, "nobody acts")
	require.Len(t, r.Changes, 2)
	assert.Equal(t, "2026-03-29T01:00:00Z", r.Changes[0].At.Format(time.RFC3339))
	assert.Equal(t, -time.Hour, r.Changes[1].Shift)
}

// TestSomebodyActs: a desk that takes its cases in an hour and mends them in half a
// day leaves nothing to its manager but the week in which it is away.
func TestSomebodyActs(t *testing.T) {
	o := year(load(t))
	o.Take, o.Mend = calendar.Span{Count: 1, Unit: calendar.WorkingHours}, calendar.Span{Count: 4, Unit: calendar.WorkingHours}
	r, err := Run(t.Context(), o)
	require.NoError(t, err)
	assert.Empty(t, r.Exhausted)
	for _, l := range r.Load {
		if l.Person == "sam-manager" {
			assert.Equal(t, 5, l.Messages, "one case of each severity")
		}
	}
	assert.Equal(t, []Count{{"chain standard, stage owner", 5}}, r.Uncovered)
}

func ExampleRun() {
	data, err := os.ReadFile("../testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	from := time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)
	r, err := Run(context.Background(), Options{Policy: p, From: from, Until: from.AddDate(0, 0, 7), Subjects: []route.Subject{{Severity: "critical"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Cases, r.Uncovered, r.Exhausted)
	// Output:
	// 1 [{chain standard, stage owner 2}] [{chain standard, severity critical 1}]
}

func TestRefuses(t *testing.T) {
	_, err := Run(t.Context(), Options{})
	require.ErrorIs(t, err, ErrOptions)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Run(ctx, year(load(t)))
	require.ErrorIs(t, err, context.Canceled)
}
