package remedy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
)

// look is a run over the machines as they are.
func (h *held) look() *playbook.Report {
	h.t.Helper()
	facts, err := h.m.Look(h.t.Context())
	require.NoError(h.t, err)
	engine, err := playbook.Open(h.t.Context(), playbook.Options{Playbook: h.book, Log: h.log})
	require.NoError(h.t, err)
	rep, err := engine.Run(h.t.Context(), facts, h.now)
	require.NoError(h.t, err)
	_, err = h.desk.Settle(h.t.Context(), rep)
	require.NoError(h.t, err)
	return rep
}

// through takes the case to its closure with a lesson.
func (h *held) through(l closure.Lesson) {
	h.t.Helper()
	h.now = h.now.AddDate(0, 0, 14)
	h.execute()
	h.now = h.now.Add(time.Hour)
	h.look()
	for role, who := range map[string]approval.AccountID{"license owner": "owner", "internal audit": "auditor"} {
		require.NoError(h.t, h.desk.SignOff(h.t.Context(), h.c.Case, who, role, h.now))
	}
	l.Positions = []string{position}
	_, err := h.desk.Close(h.t.Context(), h.c.Case, []closure.Lesson{l}, h.now)
	require.NoError(h.t, err)
}

func money(list []compliance.Money) string { return fmt.Sprint(list) }

// Indicators are what the log says: how long, how often again, and to the cent how much.
func TestIndicators(t *testing.T) {
	h := newHeld(t, 12, 8, nil)
	none, err := h.desk.Indicators(t.Context())
	require.NoError(t, err)
	assert.Equal(t, remedy.Indicators{Asked: 1}, none, "nothing is closed: shares and means are not known")

	h.through(closure.Lesson{Cause: "handed on", What: "software stays on it", Change: "look sooner", Path: "remediation.idle-days", Value: "60"})
	once, err := h.desk.Indicators(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "14.04", once.MeanDays.Decimal.String(), "two weeks of notice and an hour")
	assert.Equal(t, "0", once.ShareReopened.Decimal.String())

	// Three machines come, and the position is short again.
	for i := range 3 {
		h.m.LastUse[fmt.Sprintf("x-%d", i)] = start.AddDate(0, 0, -200)
	}
	h.now = h.now.AddDate(0, 0, 1)
	h.plan = h.look().Plan
	require.NotNil(t, h.plan)
	h.c = h.approved(h.plan)
	again, err := h.desk.Indicators(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "1", again.ShareReopened.Decimal.String())
	h.through(closure.Lesson{Cause: "handed on", What: "it came again", Change: "look sooner", Path: "remediation.idle-days", Value: "60"})
	h.open()
	got, err := h.desk.Indicators(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, got.Closed)
	assert.Equal(t, 1, got.Reopened)
	assert.Equal(t, "0.5", got.ShareReopened.Decimal.String())
	assert.Equal(t, "[14700.00 EUR] [14700.00 EUR] [105.00 EUR] [105.00 EUR]", money(got.PlannedSaving)+" "+money(got.Saving)+" "+money(got.PlannedCost)+" "+money(got.Cost),
		"seven machines at 2100 and fifteen each")

	h.proposes()
}

// proposes checks that what two cases taught is one change that a person can apply.
func (h *held) proposes() {
	t := h.t
	file := filepath.Join(h.dir, "playbook.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	proposals, err := h.desk.Proposals(t.Context(), "playbook.yaml", text)
	require.NoError(t, err)
	require.Len(t, proposals, 1)
	p := proposals[0]
	assert.Len(t, p.Cases, 2)
	assert.Equal(t, []string{"handed on: software stays on it; look sooner", "handed on: it came again; look sooner"}, p.Reasons)
	assert.Contains(t, p.Diff, "-  idle-days: 90\n+  idle-days: 60\n")
	patch := filepath.Join(h.dir, "change.patch")
	require.NoError(t, os.WriteFile(patch, []byte(p.String()), 0o600))
	cmd := exec.Command("git", "apply", patch)
	cmd.Dir = h.dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	book, err := playbook.Load(file)
	require.NoError(t, err, "the changed playbook is sound")
	assert.NotEqual(t, h.book.Digest(), book.Digest())
	changed, err := os.ReadFile(file)
	require.NoError(t, err)
	taken, err := h.desk.Proposals(t.Context(), "playbook.yaml", changed)
	require.NoError(t, err)
	assert.True(t, taken[0].Taken)
	assert.Empty(t, taken[0].Diff)
	other, err := h.desk.Proposals(t.Context(), "playbook.yaml", []byte("name: other\n"))
	require.NoError(t, err)
	assert.Equal(t, "the document has no remediation", other[0].Problem)
}
