package remediation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// weekdays works on all days but Saturdays and Sundays.
type weekdays struct{}

func (weekdays) NextOpen(at time.Time) time.Time {
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, 1).Truncate(24 * time.Hour)
	}
	return at
}

func TestPlanSaysWhy(t *testing.T) {
	before := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400)), entitlement("e1", 3))
	in := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400), person("d3", 7, 400)), entitlement("e1", 1))
	r := request(t, in)
	r.Before = &before
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	got := map[string]string{}
	for _, c := range plan.Causes {
		got[c.Name] = c.Short.String()
	}
	assert.Equal(t, map[string]string{"entitlements": "2"}, got, "the third install alone was covered")
	assert.Contains(t, plan.Text(), "entitlements, short by 2 more, exposure 2000.00 EUR more")
	assert.Equal(t, plan.Causes, plan.Alternatives[0].Causes)
	assert.Equal(t, 1, plan.Impact.Devices)
	assert.Contains(t, plan.Text(), "Devices touched: 1, users: 0")
}

func TestStepsFallIntoWorkingTime(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400), person("d3", 7, 400)), entitlement("e1", 1))
	r := request(t, in)
	every, err := Solve(t.Context(), r)
	require.NoError(t, err)
	r.Calendar = weekdays{}
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	moved := 0
	for i, s := range plan.Steps {
		assert.NotContains(t, []time.Weekday{time.Saturday, time.Sunday}, s.Due.Weekday())
		assert.False(t, s.Due.Before(every.Steps[i].Due))
		if s.Due.After(every.Steps[i].Due) {
			moved++
		}
	}
	r.Now = r.Now.AddDate(0, 0, 3)
	again, err := Solve(t.Context(), r)
	require.NoError(t, err)
	for i, s := range again.Steps {
		assert.NotContains(t, []time.Weekday{time.Saturday, time.Sunday}, s.Due.Weekday())
		if d := r.Now.AddDate(0, 0, int(every.Steps[i].Due.Sub(every.Created).Hours()/24)); s.Due.After(d) {
			moved++
		}
	}
	assert.Positive(t, moved)
}

// A team does no more than it can; the rest is bought.
func TestCapacityOfATeam(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 10, 400), person("d2", 120, 400), person("d3", 130, 400), person("d4", 140, 400)), entitlement("e1", 1))
	r := request(t, in)
	free, err := Solve(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, 3, free.Takes())
	owner := free.Steps[0].Owner
	policy := *r.Policy
	policy.limits.Teams = []TeamDocument{{Owner: owner, Actions: 2}}
	r.Policy = &policy
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, 2, plan.Takes())
	assert.True(t, plan.Closed())
	assert.True(t, plan.Exact)
	assert.True(t, plan.Cost.Amount.GreaterThan(free.Cost.Amount))
}
