package playbook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/playbook"
)

var now = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

// scene is a log with an engine over the playbook of testdata.
type scene struct {
	t      *testing.T
	dir    string
	key    string
	log    *evidence.Log
	engine *playbook.Engine
	book   *playbook.Playbook
}

func open(t *testing.T, dir string) *scene {
	t.Helper()
	s := &scene{t: t, dir: dir, key: filepath.Join(dir, "log.key")}
	signer, err := evidence.LoadKeyFile(s.key)
	if errors.Is(err, fs.ErrNotExist) {
		signer, err = evidence.GenerateKeyFile(s.key, "test.example/log")
	}
	require.NoError(t, err)
	p, err := playbook.Load("testdata/playbook.yaml")
	require.NoError(t, err)
	s.book = p
	s.log, err = evidence.Open(t.Context(), filepath.Join(dir, "log"), evidence.Options{Signer: signer})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.log.Close() })
	s.engine, err = playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: s.log})
	require.NoError(t, err)
	return s
}

// estate has as many workstations with AutoCAD as said, seen an hour ago.
func estate(t *testing.T, at time.Time, workstations int, failure string) playbook.Facts {
	t.Helper()
	b := compliance.NewBuilder(at)
	for i := range workstations {
		id := compliance.DeviceID("ws-" + string(rune('a'+i)))
		require.NoError(t, b.AddInstall(compliance.Install{Device: id, Source: "inv",
			Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}}))
	}
	require.NoError(t, b.AddSource(compliance.Source{ID: "inv", Collected: at.Add(-time.Hour), Failure: failure, Devices: -1, Installs: -1}))
	return playbook.Facts{Estate: b.Build(), Collections: []playbook.Collection{{Source: "inv", Failure: failure}}}
}

func (s *scene) run(facts playbook.Facts, at time.Time) *playbook.Report {
	s.t.Helper()
	rep, err := s.engine.Run(s.t.Context(), facts, at)
	require.NoError(s.t, err)
	return rep
}

func (s *scene) verify() *verify.Report {
	s.t.Helper()
	key, err := os.ReadFile(s.key + evidence.PublicKeySuffix)
	require.NoError(s.t, err)
	rep, err := verify.Folder(s.t.Context(), os.DirFS(filepath.Join(s.dir, "log")), verify.Options{Key: string(key)})
	require.NoError(s.t, err)
	return rep
}

func (s *scene) kinds() map[evidence.Kind]int {
	out := map[evidence.Kind]int{}
	for rec, err := range s.log.Entries(s.t.Context(), 0) {
		require.NoError(s.t, err)
		out[rec.Entry.Kind]++
	}
	return out
}

func TestTheLoop(t *testing.T) {
	s := open(t, t.TempDir())
	rep := s.run(estate(t, now, 3, ""), now)

	require.Len(t, rep.Short(), 1)
	assert.Equal(t, "4200.00 EUR", rep.Short()[0].Exposure.String())
	require.Len(t, rep.Findings, 1)
	f := rep.Findings[0]
	assert.Equal(t, "2 licenses short of autodesk/autocad", f.Message)
	assert.Equal(t, "TU:1/E:L/T:H/D:N/C:H", f.Vector)
	require.Len(t, rep.Cases, 1)
	c := rep.Cases[0]
	assert.Equal(t, escalation.IDOf(f.Finding), c.ID)
	assert.Equal(t, lifecycle.Assigned, c.State)
	assert.Equal(t, "license.manager", c.Owner)
	assert.Equal(t, "2026-11-18T16:00:00Z", c.Due.Acknowledge.At.Format(time.RFC3339), "two working days after Monday morning, Vienna time")
	require.NotNil(t, rep.Plan)
	assert.Equal(t, "4200.00 EUR", rep.Plan.Cost.String())
	assert.True(t, rep.Plan.Closed())

	assert.Equal(t, map[evidence.Kind]int{playbook.KindRun: 1, playbook.KindCollected: 1, playbook.KindPosition: 1, playbook.KindFinding: 1,
		playbook.KindCase: 4, playbook.KindPlan: 1, evidence.KindRunStatement: 1}, s.kinds())
	assert.True(t, s.verify().OK(), s.verify())
}

func TestEqualRunsGiveEqualBytes(t *testing.T) {
	text := func(rep *playbook.Report) string {
		var b bytes.Buffer
		require.NoError(t, rep.WriteText(&b))
		export := rep.Export()
		export.Log.Root = ""
		out, err := json.Marshal(export)
		require.NoError(t, err)
		// The root differs, as the key and the salts of two logs do.
		return b.String()[:bytes.Index(b.Bytes(), []byte("Log:"))] + string(out)
	}
	first := text(open(t, t.TempDir()).run(estate(t, now, 3, ""), now))
	second := text(open(t, t.TempDir()).run(estate(t, now, 3, ""), now))
	assert.Equal(t, first, second)
}

func TestRunningTheSameAgainAppendsNothing(t *testing.T) {
	s := open(t, t.TempDir())
	first := s.run(estate(t, now, 3, ""), now)
	again := s.run(estate(t, now, 3, ""), now)
	assert.Equal(t, first.Checkpoint.Size, again.Checkpoint.Size)
	assert.Equal(t, first.Findings, again.Findings)
	assert.Equal(t, first.Cases, again.Cases)
	assert.Equal(t, first.Plan, again.Plan)
	assert.True(t, s.verify().OK(), s.verify())
}

// A case lives as long as its deviation, over runs and over engines.
func TestCasesOutliveRuns(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	opened := s.run(estate(t, now, 3, ""), now).Cases[0]
	require.NoError(t, s.log.Close())

	s = open(t, dir)
	later := now.AddDate(0, 0, 1)
	assert.Equal(t, opened, s.run(estate(t, later, 4, ""), later).Cases[0], "the same deviation is the same case, with the same clock")

	later = later.AddDate(0, 0, 1)
	s.run(estate(t, later, 1, "hung"), later)
	assert.NotEqual(t, lifecycle.Closed, s.caseStates()[opened.ID], "a source that failed shows nothing to be gone")

	later = later.AddDate(0, 0, 1)
	assert.Empty(t, s.run(estate(t, later, 1, ""), later).Findings)
	assert.Equal(t, lifecycle.Closed, s.caseStates()[opened.ID])

	later = later.AddDate(0, 0, 1)
	back := s.run(estate(t, later, 3, ""), later).Cases[0]
	assert.Equal(t, opened.ID, back.ID)
	assert.Equal(t, later, back.Since, "its clocks begin anew")
	assert.True(t, s.verify().OK(), s.verify())
}

// caseStates replays the events of cases from the log.
func (s *scene) caseStates() map[escalation.CaseID]lifecycle.State {
	cases := map[escalation.CaseID]escalation.Case{}
	out := map[escalation.CaseID]lifecycle.State{}
	for rec, err := range s.log.Entries(s.t.Context(), 0) {
		require.NoError(s.t, err)
		if rec.Entry.Kind != playbook.KindCase {
			continue
		}
		var e escalation.Event
		require.NoError(s.t, json.Unmarshal(rec.Entry.Payload, &e))
		c, err := cases[e.Case].Apply(e)
		require.NoError(s.t, err)
		cases[e.Case], out[e.Case] = c, c.State
	}
	return out
}

func TestCancelledRunCanBeRunAgain(t *testing.T) {
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.engine.Run(ctx, estate(t, now, 3, ""), now)
	require.ErrorIs(t, err, context.Canceled)
	s.run(estate(t, now, 3, ""), now)
	assert.True(t, s.verify().OK(), s.verify())
}
