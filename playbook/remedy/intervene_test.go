package remedy_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// held is a scene with a case that is approved, and hands without a process.
type held struct {
	*scene
	c    remedy.Case
	m    *machines
	plan *remediation.Plan
}

func newHeld(t *testing.T, machinery, owned int, change func(string) string) *held {
	s := newScene(t, machinery, owned, false)
	if change != nil {
		s.rewrite(change)
	}
	h := &held{scene: s, plan: s.run().Plan}
	h.c = s.approved(h.plan)
	h.m = &machines{s.fleet(), func() time.Time { return s.now }}
	return h
}

func (h *held) execution() remedy.Execution {
	x := h.scene.execution(h.c)
	x.Hands = h.m
	return x
}

func (h *held) execute() execution.Result {
	h.t.Helper()
	res, err := h.desk.Execute(h.t.Context(), h.execution())
	require.NoError(h.t, err)
	return res
}

func (h *held) says(by, why string) remedy.Intervention {
	return remedy.Intervention{Case: h.c.Case, By: approval.AccountID(by), Why: why, At: h.now}
}

func outcomes(s execution.State) string {
	var out []string
	for _, st := range s.Steps {
		out = append(out, st.Outcome().String())
	}
	return strings.Join(out, " ")
}

// Users are told, may object until their turn comes, keep what they use again, and no more
// is taken in a day and in all than the playbook allows.
func TestNoticeObjectionActivityAndCaps(t *testing.T) {
	h := newHeld(t, 12, 6, func(book string) string { return book + "  caps: {per-day: 2, per-run: 3}\n" })
	res := h.execute()
	assert.Equal(t, start.AddDate(0, 0, 14), res.Next, "the window")
	for _, st := range res.State.Steps {
		assert.True(t, st.Noticed, st.ID)
	}
	h.now = start.AddDate(0, 0, 10)
	require.NoError(t, h.desk.Object(t.Context(), h.plan.Steps[0].ID, h.says("user of m-000", "needed for the tender")))
	h.m.LastUse[string(h.plan.Steps[1].Actions[0].Device)] = h.now
	assert.Empty(t, h.m.Asked, "nothing happens within the window")

	h.now = start.AddDate(0, 0, 14)
	res = h.execute()
	assert.Equal(t, "skipped skipped done done open open", outcomes(res.State))
	assert.Contains(t, res.State.Steps[0].Objection, "user of m-000: needed for the tender")
	assert.Contains(t, res.State.Steps[1].Drift, "last used")
	assert.Equal(t, h.now.AddDate(0, 0, 1), res.Next, "two in a day")
	h.now = res.Next
	res = h.execute()
	assert.Equal(t, "skipped skipped done done done skipped", outcomes(res.State))
	assert.Equal(t, "the cap of the run is reached", res.State.Steps[5].Actions[0].Detail)
	assert.Len(t, h.m.Changed, 3)
	assert.ErrorIs(t, h.desk.Object(t.Context(), h.plan.Steps[2].ID, h.says("user of m-004", "too late")), execution.ErrTransition)
}

// Every account may stop a case; who resumes it is whoever stopped it or approved it, and
// the log has who said what.
func TestPauseResumeCancel(t *testing.T) {
	h := newHeld(t, 4, 2, nil)
	h.execute()
	require.ErrorIs(t, h.desk.Pause(t.Context(), h.says("nobody", "why not")), approval.ErrNotEntitled)
	require.ErrorIs(t, h.desk.Pause(t.Context(), h.says("auditor", " ")), approval.ErrOther)
	require.ErrorIs(t, h.desk.Resume(t.Context(), h.says("auditor", "go on")), execution.ErrTransition, "it is not paused")
	require.NoError(t, h.desk.Pause(t.Context(), h.says("auditor", "legal hold")))
	h.now = start.AddDate(0, 0, 14)
	assert.Equal(t, execution.OnHold, h.execute().State.Status)
	assert.Empty(t, h.m.Asked)
	for _, who := range []string{"operator", "manager", "finance"} {
		require.ErrorIs(t, h.desk.Resume(t.Context(), h.says(who, "go on")), approval.ErrNotEntitled, who)
	}
	require.NoError(t, h.desk.Resume(t.Context(), h.says("owner", "counsel has released it")))
	require.NoError(t, h.desk.Pause(t.Context(), h.says("auditor", "once more")))
	require.NoError(t, h.desk.Resume(t.Context(), h.says("auditor", "done")))
	require.NoError(t, h.desk.Cancel(t.Context(), h.says("manager", "the project goes on")))
	assert.Equal(t, execution.Stopped, h.execute().State.Status)
	assert.Empty(t, h.m.Asked)
	require.ErrorIs(t, h.desk.Resume(t.Context(), h.says("owner", "no")), execution.ErrTransition)

	h.open()
	events, err := h.desk.History(t.Context(), h.c.Case)
	require.NoError(t, err)
	var said []string
	for _, e := range events {
		if e.By != "" {
			said = append(said, e.Kind.String()+" by "+e.By+": "+e.Detail)
		}
	}
	assert.Equal(t, []string{"paused by auditor: legal hold", "resumed by owner: counsel has released it", "paused by auditor: once more",
		"resumed by auditor: done", "cancelled by manager: the project goes on"}, said)
}

// What was taken off machines is put back by a person and counts as taken back when the
// source shows it, or who did it says so.
func TestCompensate(t *testing.T) {
	h := newHeld(t, 4, 2, nil)
	h.now = start.AddDate(0, 0, 14)
	before := h.m.clone()
	res := h.execute()
	require.Equal(t, "done done", outcomes(res.State))
	undone := func() string {
		t.Helper()
		s, err := h.desk.Compensate(t.Context(), h.execution())
		require.NoError(t, err)
		return s.Steps[0].Actions[0].Undone.String() + " " + s.Steps[1].Actions[0].Undone.String()
	}
	x := h.execution()
	x.Executor = "auditor"
	_, err := h.desk.Compensate(t.Context(), x)
	require.ErrorIs(t, err, execution.ErrOther, "another did it")
	assert.Equal(t, "unknown unknown", undone())
	c, err := h.desk.Case(t.Context(), h.c.Case)
	require.NoError(t, err)
	require.Len(t, c.Tasks, 2)
	assert.Equal(t, "take back: uninstall Autodesk AutoCAD 2025 - English from m-002", c.Tasks[0].String())
	back := string(h.plan.Steps[0].Actions[0].Device)
	h.m.LastUse[back] = before.LastUse[back]
	assert.Equal(t, "done unknown", undone(), "the source shows one")
	require.NoError(t, h.desk.Confirm(t.Context(), remedy.Confirmation{Case: c.Case, Key: c.Tasks[0].Key, By: "operator", Reference: "ticket 12", At: h.now}))
	assert.Equal(t, "done done", undone())
	again, err := h.desk.Case(t.Context(), h.c.Case)
	require.NoError(t, err)
	assert.Len(t, again.Tasks, 2, "nothing is asked for twice")
}

// seatDesk is a source of seats that gives back what it took.
type seatDesk struct {
	*shop
	asked []string
}

func (d *seatDesk) Act(_ context.Context, _ compliance.SourceID, a connectors.Action) (connectors.Effect, error) {
	d.asked = append(d.asked, a.Verb.String()+" "+a.Target["user"])
	d.seats = nil
	if a.Verb == connectors.Assign {
		d.seats = newShop().seats
	}
	return connectors.Effect{Outcome: connectors.Performed}, nil
}

// A seat is given back by the system that took it.
func TestSeatIsGivenBack(t *testing.T) {
	s := newScene(t, 2, 2, false)
	d := &seatDesk{shop: newShop()}
	s.book = d.write(t, s.dir)
	plan := d.everyVerb(t, s.book)
	plan.Steps = slices.DeleteFunc(plan.Steps, func(st remediation.Step) bool { return st.ID != "unassign" })
	payload, err := json.Marshal(plan)
	require.NoError(t, err)
	_, err = s.log.Append(t.Context(), evidence.Entry{Kind: playbook.KindPlan, Key: "by hand", Payload: payload})
	require.NoError(t, err)
	h := &held{scene: s, c: s.approved(&plan), plan: &plan}
	x := h.scene.execution(h.c)
	x.Hands = d
	res, err := s.desk.Execute(t.Context(), x)
	require.NoError(t, err)
	require.Equal(t, "done", outcomes(res.State))
	for range 2 {
		state, err := s.desk.Compensate(t.Context(), x)
		require.NoError(t, err)
		assert.Equal(t, execution.Done, state.Steps[0].Actions[0].Undone)
	}
	assert.Equal(t, []string{"reclaim ann", "assign ann"}, d.asked)
	c, err := s.desk.Case(t.Context(), h.c.Case)
	require.NoError(t, err)
	assert.Empty(t, c.Tasks)
}

// A task that the sources can show needs no word of a person; one that they cannot does.
func TestTaskIsShown(t *testing.T) {
	s := newScene(t, 2, 2, false)
	d := newShop()
	d.write(t, s.dir)
	s.open()
	plan := d.everyVerb(t, s.book)
	plan.Steps = slices.DeleteFunc(plan.Steps, func(st remediation.Step) bool { return st.ID != "relocate" && st.ID != "purchase" })
	slices.SortFunc(plan.Steps, func(a, b remediation.Step) int { return strings.Compare(a.ID, b.ID) })
	payload, err := json.Marshal(plan)
	require.NoError(t, err)
	_, err = s.log.Append(t.Context(), evidence.Entry{Kind: playbook.KindPlan, Key: "by hand", Payload: payload})
	require.NoError(t, err)
	h := &held{scene: s, c: s.approved(&plan), plan: &plan}
	x := h.scene.execution(h.c)
	x.Hands = d
	execute := func() string {
		res, err := s.desk.Execute(t.Context(), x)
		require.NoError(t, err)
		return outcomes(res.State)
	}
	assert.Equal(t, "unknown unknown", execute())
	c, err := s.desk.Case(t.Context(), h.c.Case)
	require.NoError(t, err)
	require.Len(t, c.Tasks, 2)
	assert.Equal(t, "move vm-moved to host-2", c.Tasks[1].String())
	device("vm-moved", func(d *compliance.Device) { d.Host = "host-2" })(d)
	assert.Equal(t, "unknown done", execute())
	require.NoError(t, s.desk.Confirm(t.Context(), remedy.Confirmation{Case: c.Case, Key: c.Tasks[0].Key, By: "operator", Reference: "PO 1", At: s.now}))
	assert.Equal(t, "done done", execute())
}
