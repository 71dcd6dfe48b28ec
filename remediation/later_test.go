package remediation

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

// What is possible by the due date is the plan, the rest is what comes after it.
func TestBeforeTheDueDateAndAfter(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400), person("d3", 7, 400)), ended("old", 1), entitlement("e1", 1))
	r := request(t, in)
	r.Policy = withOffers(t, offers)
	r.Policy.quotes = nil
	r.Due = now.AddDate(0, 0, 5)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"renew old, 1 of autodesk/autocad"}, verbsOf(plan), "a renewal takes three days")
	require.Len(t, plan.Open, 1)
	assert.Equal(t, "1", plan.Open[0].Short.String())
	var later []string
	for _, s := range plan.Later {
		later = append(later, s.Verb)
		assert.True(t, s.Due.After(plan.Due))
	}
	assert.Equal(t, []string{"reclaim autodesk/autocad from d2"}, later, "cheaper than buying one")
	in = applied(t, in, plan)
	for _, s := range plan.Later {
		in, err = Apply(in, s.Actions)
		require.NoError(t, err)
	}
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, compliance.Compliant, res.Positions[0].Status)
	assert.Contains(t, plan.Text(), "Possible only after the due date: reclaim autodesk/autocad from d2")
	r.Due = now.AddDate(0, 1, 0)
	plan, err = Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Empty(t, plan.Later)
}
