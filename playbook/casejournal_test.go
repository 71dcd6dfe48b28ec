package playbook_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/playbook"
)

// mailbox keeps what a runner sends; the first of each delivery is lost.
type mailbox struct{ tried, got map[string]int }

func (m *mailbox) Send(_ context.Context, n runner.Notice) error {
	if m.tried[n.Delivery.ID]++; m.tried[n.Delivery.ID] == 1 {
		return errors.New("CANARY not now")
	}
	m.got[n.Delivery.To]++
	return nil
}

// TestRunnerOverTheLog: what a run opens a runner carries on over the same log,
// through a restart, and what the runner appends the next run goes by.
func TestRunnerOverTheLog(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	id := s.run(estate(t, now, 3, ""), now).Cases[0].ID
	box := &mailbox{map[string]int{}, map[string]int{}}
	start := func() *runner.Runner {
		r, err := runner.Start(t.Context(), runner.Options{Journal: s.engine.CaseJournal(), Sender: box, Directory: s.engine.Directory()})
		require.NoError(t, err)
		return r
	}
	drive := func(r *runner.Runner, from, until time.Time) {
		for from.Before(until) {
			next, err := r.Tick(t.Context(), from)
			require.NoError(t, err)
			if next.IsZero() {
				return
			}
			from = next
		}
	}
	drive(start(), now, now.Add(2*time.Hour))
	assert.Equal(t, map[string]int{"license.manager": 1}, box.got)

	require.NoError(t, s.log.Close())
	s = open(t, dir)
	later := now.AddDate(0, 0, 3)
	drive(start(), now.Add(2*time.Hour), later)
	assert.Equal(t, 1, box.got["cfo"], "nobody took the case, so the fallback was told")

	rep := s.run(estate(t, later, 3, ""), later)
	require.Len(t, rep.Cases, 1)
	assert.Equal(t, id, rep.Cases[0].ID)
	assert.True(t, rep.Cases[0].Exhausted)
	assert.Empty(t, rep.Cases[0].Dead)
	assert.True(t, s.verify().OK(), s.verify())
	for rec, err := range s.log.Entries(t.Context(), 0) {
		require.NoError(t, err)
		assert.NotContains(t, string(rec.Payload), "CANARY", "entry %d has a sender's words", rec.Index)
	}

	stale := rep.Cases[0]
	stale.Seq--
	events, err := stale.Note("ann", "x", later)
	require.NoError(t, err)
	assert.ErrorIs(t, s.engine.CaseJournal().Append(t.Context(), events), escalation.ErrSequence)
}

// TestExceptionsAndInhibitions: what an exception lets stand or another finding
// explains gets no case, is counted and listed, and an open case is accepted.
func TestExceptionsAndInhibitions(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	id := s.run(estate(t, now, 3, ""), now).Cases[0].ID
	text, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	csv, err := os.ReadFile("testdata/entitlements.csv")
	require.NoError(t, err)
	waived := strings.Replace(string(text), "  routes: {name", `  exceptions:
    - {name: migration, approver: cio, reason: until the move, match: {product: autodesk/autocad}, from: 2026-11-01, until: 2026-12-31, calendar: office}
  routes: {name`, 1)
	p, err := playbook.LoadFS(fstest.MapFS{"playbook.yaml": {Data: []byte(waived)}, "entitlements.csv": {Data: csv}}, "playbook.yaml")
	require.NoError(t, err)
	e, err := playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: s.log})
	require.NoError(t, err)
	later := now.AddDate(0, 0, 1)
	rep, err := e.Run(t.Context(), estate(t, later, 3, ""), later)
	require.NoError(t, err)
	require.Len(t, rep.Findings, 1, "it stays a finding")
	require.Len(t, rep.Suppressed, 1)
	assert.Equal(t, "migration", rep.Suppressed[0].Exception)
	require.Len(t, rep.Cases, 1)
	assert.Equal(t, id, rep.Cases[0].ID)
	assert.Equal(t, lifecycle.Accepted, rep.Cases[0].Outcome)
	var b strings.Builder
	require.NoError(t, rep.WriteText(&b))
	assert.Contains(t, b.String(), "Kept back, without a case: 1")
	assert.Contains(t, b.String(), "exception migration of cio")
	assert.Equal(t, 1, s.kinds()[playbook.KindSuppressed])

	fresh := open(t, filepath.Join(t.TempDir()))
	e, err = playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: fresh.log})
	require.NoError(t, err)
	rep, err = e.Run(t.Context(), estate(t, now, 3, ""), now)
	require.NoError(t, err)
	assert.Empty(t, rep.Cases, "no case is opened")
	assert.Zero(t, fresh.kinds()[playbook.KindCase])
}
