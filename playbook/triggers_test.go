package playbook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/trigger"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
)

const triggers = `
triggers:
  spike: {share: 0.5, least: 2}
  undisclosed: {}
  mismatch: {}
  stale-source: {after-days: 7}
  machinery: true
`

// withTriggers is a scene whose playbook sets triggers, and drills where some are given.
func withTriggers(t *testing.T, dir, drills string) *scene {
	t.Helper()
	s := open(t, dir)
	s.book = triggerBook(t, drills)
	var err error
	s.engine, err = playbook.Open(t.Context(), playbook.Options{Playbook: s.book, Log: s.log})
	require.NoError(t, err)
	return s
}

func triggerBook(t testing.TB, drills string) *playbook.Playbook {
	t.Helper()
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	bought, err := os.ReadFile("testdata/entitlements.csv")
	require.NoError(t, err)
	text := strings.Replace(string(book), "  routes:", drills+"  routes:", 1) + triggers
	p, err := playbook.LoadFS(fstest.MapFS{"p.yaml": {Data: []byte(text)}, "entitlements.csv": {Data: bought}}, "p.yaml")
	require.NoError(t, err)
	return p
}

// found are the rules of a report's findings with their subjects.
func found(rep *playbook.Report) (out []string) {
	for _, f := range rep.Findings {
		out = append(out, string(f.Rule)+" "+f.Subject)
	}
	return out
}

// recomputed checks that the entries of a run come out of its facts and its own entry
// of what was before.
func (s *scene) recomputed(rep *playbook.Report) {
	s.t.Helper()
	logged := map[string]evidence.Entry{}
	facts := rep.Facts
	facts.Past = nil
	for rec, err := range s.log.Entries(s.t.Context(), 0) {
		require.NoError(s.t, err)
		if rec.Run != rep.Run {
			continue
		}
		logged[rec.Key] = rec.Entry
		if rec.Kind == playbook.KindPast {
			facts.Past, err = playbook.ReadPast(rec.Run, rec.Payload)
			require.NoError(s.t, err)
		}
	}
	entries, err := s.book.Recompute(s.t.Context(), facts, rep.Now)
	require.NoError(s.t, err)
	kinds := map[evidence.Kind]bool{}
	for _, e := range entries {
		kinds[e.Kind] = true
		assert.Equal(s.t, string(logged[e.Key].Payload), string(e.Payload), e.Key)
	}
	assert.True(s.t, kinds[playbook.KindPast])
	assert.True(s.t, kinds[playbook.KindFinding])
}

// TestSpikeOverRuns: what a run finds beside the runs before it, it finds again when it
// is repeated after later ones, and anybody who has its entries does.
func TestSpikeOverRuns(t *testing.T) {
	s := withTriggers(t, t.TempDir(), "")
	const spike = "spike position autodesk/autocad|generic.device"
	for i := range 3 {
		at := now.AddDate(0, 0, i)
		assert.NotContains(t, found(s.run(estate(t, at, 3, ""), at)), spike)
	}
	at := now.AddDate(0, 0, 3)
	jumped := s.run(estate(t, at, 7, ""), at)
	require.Contains(t, found(jumped), spike)
	var c escalation.Case
	for i, f := range jumped.Findings {
		if f.Rule == trigger.RuleSpike {
			assert.Contains(t, f.Message, "requires 7, after a median of 3 in the 3 runs before")
			assert.Equal(t, "license-desk", f.Route)
			c = jumped.Cases[i]
		}
	}
	s.recomputed(jumped)

	next := at.AddDate(0, 0, 1)
	still := s.run(estate(t, next, 7, ""), next)
	assert.Contains(t, found(still), spike)
	assert.Contains(t, still.Cases, c, "the same case")
	for i := range 3 {
		next = next.AddDate(0, 0, i+1)
		s.run(estate(t, next, 7, ""), next)
	}
	assert.Equal(t, lifecycle.Closed, s.caseStates()[c.ID], "seven is what it requires now")

	size := s.run(estate(t, next, 7, ""), next).Checkpoint.Size
	again := s.run(estate(t, at, 7, ""), at)
	assert.Equal(t, found(jumped), found(again), "as it was then, whatever came later")
	assert.Equal(t, size, again.Checkpoint.Size)
	assert.True(t, s.verify().OK(), s.verify())
}

// TestTriggersSeeTheEstate: measured use beside the inventory, and what nobody
// declared.
func TestTriggersSeeTheEstate(t *testing.T) {
	s := withTriggers(t, t.TempDir(), "")
	autocad := catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddInstall(compliance.Install{Device: "ws-a", Source: "inv", Title: autocad}))
	require.NoError(t, b.AddInstall(compliance.Install{Device: "ws-a", Source: "inv", Title: catalog.Title{Publisher: "Microsoft Corporation", Name: "Microsoft Visio Professional 2019"}}))
	require.NoError(t, b.AddUsage(compliance.Usage{Title: autocad, From: now.AddDate(0, -1, 0), To: now, Peak: 9, At: now.AddDate(0, 0, -3), Source: "lmgrd"}))
	require.NoError(t, b.AddUsage(compliance.Usage{Title: autocad, From: now.AddDate(-3, 0, 0), To: now.AddDate(-2, 0, 0), Peak: 99, At: now.AddDate(-3, 0, 1), Source: "lmgrd"}))
	require.NoError(t, b.AddSource(compliance.Source{ID: "inv", Collected: now.AddDate(0, 0, -8), Devices: -1, Installs: -1}))
	require.NoError(t, b.AddSource(compliance.Source{ID: "lmgrd", Collected: now, Devices: -1, Installs: -1}))
	rep := s.run(playbook.Facts{Estate: b.Build()}, now)
	assert.Equal(t, []string{"undisclosed product microsoft/visio", "usage-not-in-inventory product autodesk/autocad",
		"usage-over-entitlement product autodesk/autocad", "stale-source source inv"}, found(rep))
	for _, f := range rep.Findings {
		if f.Product == "autodesk/autocad" {
			assert.Contains(t, f.Message, "9 of autodesk/autocad were in use at once", "older use does not count")
		}
	}
	s.recomputed(rep)
}

// tell carries a case's messages: those to the names given do not arrive.
func (s *scene) tell(id escalation.CaseID, at time.Time, lost ...string) {
	s.t.Helper()
	j := s.engine.CaseJournal()
	events, err := j.Events(s.t.Context(), id)
	require.NoError(s.t, err)
	c, err := escalation.Replay(events)
	require.NoError(s.t, err)
	for _, m := range c.Outbox {
		a := escalation.Attempt{}
		if strings.Contains(strings.Join(lost, " "), m.To) {
			a = escalation.Attempt{Failure: escalation.Refused, Permanent: true}
		}
		events, err := c.Record(m, a, at)
		require.NoError(s.t, err)
		require.NoError(s.t, j.Append(s.t.Context(), events))
		for _, e := range events {
			c, err = c.Apply(e)
			require.NoError(s.t, err)
		}
	}
}

// TestMachineryIsFound: a message that does not arrive, and a drill that nobody holds,
// are findings with cases of their own until they are mended.
func TestMachineryIsFound(t *testing.T) {
	s := withTriggers(t, t.TempDir(), "")
	first := s.run(estate(t, now, 3, ""), now)
	id := first.Cases[0].ID
	s.tell(id, now.Add(time.Hour), "license.manager")

	at := now.AddDate(0, 0, 1)
	rep := s.run(estate(t, at, 3, ""), at)
	require.Len(t, rep.Findings, 2)
	dead := rep.Findings[1]
	assert.Equal(t, escalation.RuleDeadLetter, dead.Rule)
	assert.NotContains(t, dead.Message, "license.manager", "who is not told is in the case alone")
	s.recomputed(rep)
	own := rep.Cases[1].ID
	s.tell(own, at.Add(time.Hour), "license.manager")

	at = at.AddDate(0, 0, 1)
	assert.Equal(t, found(rep), found(s.run(estate(t, at, 3, ""), at)), "a message about a lost message is not told of again")
	assert.NotEqual(t, lifecycle.Closed, s.caseStates()[own])

	events, err := escalation.Replay(s.events(id))
	require.NoError(t, err)
	assigned, err := events.Assign(s.engine.Directory(), "license.manager", "cfo", at.Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, s.engine.CaseJournal().Append(t.Context(), assigned))
	s.tell(id, at.Add(2*time.Hour))
	at = at.AddDate(0, 0, 1)
	assert.Len(t, s.run(estate(t, at, 3, ""), at).Findings, 1, "the mailbox works again")
	assert.Equal(t, lifecycle.Closed, s.caseStates()[own])
	assert.True(t, s.verify().OK(), s.verify())
}

// TestDrills: one that nobody holds is a finding, and so is one that nobody took.
func TestDrills(t *testing.T) {
	s := withTriggers(t, t.TempDir(), "  drills: [{name: night, every: 90 days, calendar: office, since: 2026-08-01}]\n")
	const overdue = "escalation-drill-overdue drill night"
	rep := s.run(estate(t, now, 1, ""), now)
	require.Contains(t, found(rep), overdue)
	s.recomputed(rep)
	_, err := s.engine.Drill(t.Context(), "day", now)
	require.ErrorIs(t, err, playbook.ErrNoDrill)
	c, err := s.engine.Drill(t.Context(), "night", now.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, "night", c.Drill)
	assert.Equal(t, "license.manager", c.Owner)
	_, err = s.engine.Drill(t.Context(), "night", now.Add(2*time.Hour))
	require.ErrorIs(t, err, playbook.ErrNoDrill, "once a day")

	at := now.AddDate(0, 0, 1)
	assert.Contains(t, found(s.run(estate(t, at, 1, ""), at)), overdue, "nobody took it")
	taken, err := c.Acknowledge(s.engine.Directory(), "license.manager", at.Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, s.engine.CaseJournal().Append(t.Context(), taken))
	at = at.AddDate(0, 0, 1)
	assert.NotContains(t, found(s.run(estate(t, at, 1, ""), at)), overdue)
	assert.Equal(t, lifecycle.Acknowledged, s.caseStates()[c.ID], "no run closes a drill")
}

func (s *scene) events(id escalation.CaseID) []escalation.Event {
	events, err := s.engine.CaseJournal().Events(s.t.Context(), id)
	require.NoError(s.t, err)
	return events
}

func TestTriggersAreChecked(t *testing.T) {
	book, err := os.ReadFile("testdata/playbook.yaml")
	require.NoError(t, err)
	dir := t.TempDir()
	text := strings.Replace(string(book), "id: shortfall", "id: spike", 1)
	text = strings.Replace(text, "rules:", "sources: [{id: inv, connector: glpi}]\nrules:", 1)
	text += "triggers:\n  spike: {share: -1}\n  stale-source: {after-days: 7, sources: [{id: in, after-days: 1}]}\n"
	file := filepath.Join(dir, "p.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	_, err = playbook.Load(file)
	for _, want := range []string{
		"p.yaml:34:10: share is -1", `rule "spike" has the name of a trigger`, `p.yaml:35:48: the playbook has no source "in"`,
	} {
		assert.ErrorContains(t, err, want)
	}
}

// Equal histories give equal bytes, in every entry of the log.
func TestEqualHistoriesGiveEqualBytes(t *testing.T) {
	history := func() (payloads []string) {
		s := withTriggers(t, t.TempDir(), "")
		for i, n := range []int{3, 3, 8, 1} {
			at := now.AddDate(0, 0, i)
			rep := s.run(estate(t, at, n, ""), at)
			if i == 0 {
				s.tell(rep.Cases[0].ID, at.Add(time.Hour), "license.manager")
			}
		}
		for rec, err := range s.log.Entries(t.Context(), 0) {
			require.NoError(t, err)
			payloads = append(payloads, string(rec.Kind)+" "+string(rec.Payload))
		}
		return payloads
	}
	first := history()
	assert.Equal(t, first, history())
	assert.Greater(t, len(first), 20)
}
