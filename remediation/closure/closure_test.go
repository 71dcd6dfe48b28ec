package closure

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

func TestPlanIsCarriedOutVerifiedAndLeavesNothingToPlan(t *testing.T) {
	c := newCompany(t, 30)
	plan, _, _ := c.plan(t)
	kinds := map[remediation.Kind]bool{}
	for _, s := range plan.Steps {
		kinds[s.Kind] = true
	}
	assert.True(t, kinds[remediation.Reclaim] && kinds[remediation.Reallocate] && kinds[remediation.Buy], "%v", kinds)
	run := c.execute(t, "one", plan)

	stale := c.verify(t, plan, run)
	assert.False(t, stale.Verified, "the inventory is older than the run")
	assert.Equal(t, Judgement{compliance.Unknown, []string{"source inventory read since 2026-06-01T09:00:00Z"}}, stale.Positions[0].Success)
	assert.Equal(t, compliance.Unknown, stale.Steps[0].Criterion.Verdict)

	c.collect()
	rep := c.verify(t, plan, run)
	assert.True(t, rep.Verified, "%+v", rep)
	assert.Equal(t, rep.PlannedCost.String(), rep.RealisedCost.String())
	p := rep.Positions[0]
	assert.Equal(t, "0", p.Short)
	assert.Equal(t, p.PlannedSaving.String(), p.Saving.String())
	assert.Equal(t, plan.Positions[0].Before.Exposure.String(), p.Saving.String())
	for key, n := range c.done {
		assert.Equal(t, 1, n, key)
	}
	second, _, _ := c.plan(t)
	assert.Empty(t, second.Steps)
}

// With a fifth of the calls going wrong the report tells the truth, and plans
// made on what is left lead to the same end.
func TestMishapsAreMendedByTheNextPlan(t *testing.T) {
	c := newCompany(t, 30)
	c.fault = func(n int) (bool, bool) { return n%5 < 2, n%10 < 3 }
	var rounds, untold int
	for {
		rounds++
		require.Less(t, rounds, 10)
		plan, _, _ := c.plan(t)
		if len(plan.Steps) == 0 {
			break
		}
		run := c.execute(t, fmt.Sprintf("round %d", rounds), plan)
		c.collect()
		rep := c.verify(t, plan, run)
		for _, s := range rep.Steps {
			if s.Outcome == execution.Done && s.Criterion.Verdict != compliance.Pass {
				untold++
			}
		}
		assert.Equal(t, rep.Positions[0].Short == "0", rep.Verified)
	}
	assert.Greater(t, rounds, 2, "the faults did not matter")
	assert.Zero(t, untold)
	for key, n := range c.done {
		assert.Equal(t, 1, n, key)
	}
}

// A finding that is gone because its source failed is not a plan that worked.
func TestFailedSourceIsNoSuccess(t *testing.T) {
	c := newCompany(t, 12)
	plan, _, _ := c.plan(t)
	run := c.execute(t, "one", plan)
	c.collect()
	in := c.input()
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	res.Positions = nil
	res.Sources[0].Failure = "connection reset"
	rep, err := Verify(t.Context(), Evidence{Plan: plan, Run: run, Result: res, Now: c.now})
	require.NoError(t, err)
	assert.False(t, rep.Verified)
	assert.Equal(t, compliance.Unknown, rep.Positions[0].Success.Verdict)
}

func TestRunOfAnotherPlanProvesNothing(t *testing.T) {
	c := newCompany(t, 12)
	plan, _, res := c.plan(t)
	run := c.execute(t, "one", plan)
	plan.Disruption++
	_, err := Verify(t.Context(), Evidence{Plan: plan, Run: run, Result: res, Now: c.now})
	assert.ErrorContains(t, err, "the run is of plan")
}

func closing(t *testing.T) Closing {
	c := newCompany(t, 12)
	plan, _, _ := c.plan(t)
	run := c.execute(t, "one", plan)
	c.collect()
	rep := c.verify(t, plan, run)
	digest, err := rep.Digest()
	require.NoError(t, err)
	sign := func(role string) SignOff {
		return SignOff{Account: approval.AccountID(role), Role: role, Report: digest, At: c.now.Add(time.Hour)}
	}
	return Closing{
		Report: rep, Roles: []string{"auditor", "owner"}, SignOffs: []SignOff{sign("owner"), sign("auditor")},
		Lessons:  []Lesson{{Cause: "images carry AutoCAD", What: "one install in three was idle", Change: "take it out of the image", Positions: []string{"autodesk/autocad|generic.device"}}},
		Executor: "operator", Now: c.now.Add(2 * time.Hour),
	}
}

func TestCloseNeedsSignaturesAndLessons(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Closing)
		want   error
	}{
		{"all there", func(*Closing) {}, nil},
		{"not verified", func(c *Closing) { c.Report.Verified = false }, ErrNotVerified},
		{"a role is missing", func(c *Closing) { c.SignOffs = c.SignOffs[:1] }, ErrNotSigned},
		{"another report was signed", func(c *Closing) { c.SignOffs[0].Report = "x" }, ErrNotSigned},
		{"without the role", func(c *Closing) { c.SignOffs[0].Account = "auditor" }, ErrNotSigned},
		{"by the executor", func(c *Closing) { c.Executor = "owner" }, ErrNotSigned},
		{"signed before it was read", func(c *Closing) { c.SignOffs[0].At = start }, ErrNotSigned},
		{"nobody is asked", func(c *Closing) { c.Roles = nil }, ErrNotSigned},
		{"no lesson", func(c *Closing) { c.Lessons = nil }, ErrNoLesson},
		{"no cause", func(c *Closing) { c.Lessons[0].Cause = "" }, ErrNoLesson},
		{"lesson of another position", func(c *Closing) { c.Lessons[0].Positions = nil }, ErrNoLesson},
		{"report changed after it was signed", func(c *Closing) { c.Report.Estate = "" }, ErrNotSigned},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := closing(t)
			tt.change(&c)
			rec, err := Close(t.Context(), everyone{}, c)
			if tt.want == nil {
				require.NoError(t, err)
				assert.Equal(t, c.Report.Plan, rec.Plan)
				return
			}
			assert.ErrorIs(t, err, tt.want)
		})
	}
}
