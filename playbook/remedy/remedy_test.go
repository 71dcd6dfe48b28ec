package remedy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// A finding is taken to its verified closure by a real connector process that changes
// what it reads. A second plan is then empty.
func TestFindingToClosure(t *testing.T) {
	s := newScene(t, 12, 8, false)
	rep := s.run()
	require.Len(t, rep.Findings, 1)
	require.NotNil(t, rep.Plan)
	c := s.approved(rep.Plan)

	before := s.fleet()
	state, err := s.desk.Rehearse(t.Context(), c, s.hands(), s.now)
	require.NoError(t, err)
	for _, st := range state.Steps {
		assert.Equal(t, execution.Done, st.Outcome(), st.ID)
	}
	assert.Equal(t, before, s.fleet(), "a rehearsal changes nothing")

	res, err := s.desk.Execute(t.Context(), s.execution(c))
	require.NoError(t, err)
	assert.Equal(t, start.AddDate(0, 0, 14), res.Next, "users are told first")
	assert.Len(t, s.fleet().LastUse, 12)
	s.now = res.Next
	s.open()
	res, err = s.desk.Execute(t.Context(), s.execution(c))
	require.NoError(t, err)
	require.Equal(t, execution.Over, res.State.Status)
	assert.Len(t, s.fleet().LastUse, 8)

	_, err = s.signed(c, position)
	require.ErrorIs(t, err, closure.ErrNotVerified, "that calls returned proves nothing")
	s.now = s.now.Add(time.Hour)
	rep = s.run()
	assert.Empty(t, rep.Findings)
	assert.Nil(t, rep.Plan, "nothing is left to plan")
	verified, err := s.desk.Settle(t.Context(), rep)
	require.NoError(t, err)
	require.Len(t, verified, 1)
	assert.True(t, verified[0].Report.Verified)
	assert.Equal(t, "8400.00 EUR", verified[0].Report.Positions[0].Saving.String())
	rec, err := s.signed(c, position)
	require.NoError(t, err)
	assert.Equal(t, c.Plan, rec.Plan)

	s.open()
	again, err := s.desk.Case(t.Context(), c.Case)
	require.NoError(t, err)
	require.NotNil(t, again.Closed)
	assert.Equal(t, rec, *again.Closed, "the log tells it to whoever opens it")
	learned, err := s.desk.Lessons(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []remedy.Learned{{Cause: "machines are handed on with what was on them", Cases: []string{c.Case}, Positions: []string{position},
		Saved: []compliance.Money{verified[0].Report.Positions[0].Saving}, Proposals: []string{"reinstall machines that change hands"}}}, learned)
	key, err := os.ReadFile(filepath.Join(s.dir, "log.key"+evidence.PublicKeySuffix))
	require.NoError(t, err)
	sound, err := verify.Folder(t.Context(), os.DirFS(filepath.Join(s.dir, "log")), verify.Options{Key: string(key)})
	require.NoError(t, err)
	assert.True(t, sound.OK(), sound)
}

// Of fifteen machines one refuses, one breaks off before it acted and one after it had.
func TestNothingIsDoneTwice(t *testing.T) {
	s := newScene(t, 30, 15, true)
	plan := s.run().Plan
	require.Equal(t, 15, plan.Takes())
	c := s.approved(plan)
	s.now = start.AddDate(0, 0, 14)
	var state execution.State
	for range 5 {
		res, err := s.desk.Execute(t.Context(), s.execution(c))
		require.NoError(t, err)
		if state = res.State; state.Status == execution.Over {
			break
		}
	}
	require.Equal(t, execution.Over, state.Status)
	after, count := s.fleet(), map[execution.Outcome]int{}
	for i, st := range state.Steps {
		id := string(plan.Steps[i].Actions[0].Device)
		_, there := after.LastUse[id]
		assert.Equal(t, st.Outcome() == execution.Done, !there, "%s is told to be %s", id, st.Outcome())
		count[st.Outcome()]++
	}
	for id, n := range after.Changed {
		assert.Equal(t, 1, n, id)
	}
	assert.Positive(t, count[execution.Failed], "a refusal is final")
	var repeated, certain int
	for _, n := range after.Asked {
		if n > 1 {
			repeated++
		}
	}
	closed, err := s.desk.Case(t.Context(), c.Case)
	require.NoError(t, err)
	for _, e := range closed.Effects {
		if e.Outcome == "performed" {
			certain++
		}
	}
	assert.Positive(t, repeated, "what broke off before it acted is tried again")
	assert.Less(t, certain, count[execution.Done], "what broke off after it had acted was read back")

	s.now = s.now.Add(time.Hour)
	rep := s.run()
	verified, err := s.desk.Settle(t.Context(), rep)
	require.NoError(t, err)
	assert.False(t, verified[0].Report.Verified, "what failed leaves a shortfall")
	require.NotNil(t, rep.Plan)
	for _, st := range rep.Plan.Steps {
		for _, a := range st.Actions {
			assert.Zero(t, after.Changed[string(a.Device)], "the second plan holds only what is left")
		}
	}
}

// What no connector can do is a task for a person, and needs a later run to show it.
func TestTaskIsConfirmedAndThenShown(t *testing.T) {
	s := newScene(t, 4, 1, false)
	c := s.approved(s.run().Plan)
	s.now = start.AddDate(0, 0, 14)
	res, err := s.desk.Execute(t.Context(), s.execution(c))
	require.NoError(t, err)
	assert.Equal(t, execution.Running, res.State.Status)
	assert.Zero(t, res.Next)
	open, err := s.desk.Case(t.Context(), c.Case)
	require.NoError(t, err)
	require.Len(t, open.Tasks, 1)
	assert.Equal(t, remediation.Purchase, open.Tasks[0].Action.Verb)

	require.Error(t, s.desk.Confirm(t.Context(), remedy.Confirmation{Case: c.Case, Key: open.Tasks[0].Key, By: "operator", At: s.now}))
	for _, who := range []approval.AccountID{"manager", "owner"} {
		require.ErrorIs(t, s.desk.Confirm(t.Context(), remedy.Confirmation{Case: c.Case, Key: open.Tasks[0].Key, By: who, Reference: "PO 4711", At: s.now}), approval.ErrSeparation, who)
	}
	forged, err := json.Marshal(remedy.Confirmation{Case: c.Case, Key: open.Tasks[0].Key, By: "manager", Reference: "PO 4711", At: s.now})
	require.NoError(t, err)
	_, err = s.log.Append(t.Context(), evidence.Entry{Kind: remedy.KindConfirmed, Key: "forged", Payload: forged})
	require.NoError(t, err)
	res, err = s.desk.Execute(t.Context(), s.execution(c))
	require.NoError(t, err)
	assert.Equal(t, execution.Running, res.State.Status, "who asked does not say that it is done")
	require.NoError(t, s.desk.Confirm(t.Context(), remedy.Confirmation{Case: c.Case, Key: open.Tasks[0].Key, By: "operator", Reference: "PO 4711", At: s.now}))
	res, err = s.desk.Execute(t.Context(), s.execution(c))
	require.NoError(t, err)
	assert.Equal(t, execution.Over, res.State.Status)

	settle := func() remedy.Verification {
		s.now = s.now.Add(time.Hour)
		verified, err := s.desk.Settle(t.Context(), s.run())
		require.NoError(t, err)
		return verified[0]
	}
	assert.False(t, settle().Report.Verified, "no entitlement shows the purchase")
	s.own(2)
	s.open()
	assert.True(t, settle().Report.Verified)
}

// Plans of a log are what runs made, to the digest.
func TestPlansSurviveTheLog(t *testing.T) {
	s := newScene(t, 12, 3, false)
	plan := s.run().Plan
	plans, err := s.desk.Plans(t.Context())
	require.NoError(t, err)
	want, err := plan.Digest()
	require.NoError(t, err)
	require.NotEmpty(t, plans)
	assert.Equal(t, want, plans[0].Digest)
	data, err := json.Marshal(plan)
	require.NoError(t, err)
	var back remediation.Plan
	require.NoError(t, json.Unmarshal(data, &back))
	got, err := back.Digest()
	require.NoError(t, err)
	assert.Equal(t, want, got)
}
