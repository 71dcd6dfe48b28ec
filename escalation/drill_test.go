package escalation

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// TestDrill: a drill is overdue until somebody has taken its case, and again
// three months later.
func TestDrill(t *testing.T) {
	data, err := os.ReadFile("testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", append(data, "\ndrills: [{name: quarterly, every: 3 months, calendar: zurich, since: 2026-01-01}]\n"...), policy.Options{})
	require.NoError(t, err)
	at := clock(t, "2026-04-01 12:00")
	assert.Empty(t, OverdueDrills(p, nil, clock(t, "2026-03-31 12:00")))
	require.Len(t, OverdueDrills(p, nil, at.AddDate(0, 0, 1)), 1)

	f := DrillFinding("quarterly", at)
	facts := rubric.FactsOf(f, nil)
	answers, err := p.Rubric().Answer(&facts)
	require.NoError(t, err)
	c, _, err := Open(t.Context(), p, Request{Finding: f, Severity: p.Rubric().Classify(answers), Drill: "quarterly"}, at)
	require.NoError(t, err)
	assert.Equal(t, "quarterly", c.Drill)
	got := OverdueDrills(p, []Case{c}, at.AddDate(0, 0, 1))
	require.Len(t, got, 1, "nobody has taken it")
	assert.Contains(t, got[0].Message, "last held: never")

	s := &story{t: t, p: p, c: c, now: at}
	s.add(c.Acknowledge(p, "ann", at))
	assert.Empty(t, OverdueDrills(p, []Case{s.c}, at.AddDate(0, 0, 1)))
	again := OverdueDrills(p, []Case{s.c}, at.AddDate(0, 4, 0))
	require.Len(t, again, 1)
	assert.Equal(t, got[0].Identity(), again[0].Identity(), "one drill, one case")

	_, err = policy.Load("policy.yaml", append(data, "\ndrills: [{name: q, every: 0 months, calendar: nowhere, since: soon}]\n"...), policy.Options{})
	for _, want := range []string{"needs a time", `no calendar "nowhere"`, `"soon" is no date`} {
		assert.ErrorContains(t, err, want)
	}
}
