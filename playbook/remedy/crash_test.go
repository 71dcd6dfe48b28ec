package remedy_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/internal/norace"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// machines are the fleet of the connector without its process: the same rows, and the
// same ways to fail.
type machines struct {
	fleet
	now func() time.Time
}

// Look implements [remedy.Hands].
func (m *machines) Look(context.Context) (playbook.Facts, error) {
	b := compliance.NewBuilder(m.now())
	err := b.AddSource(compliance.Source{ID: "fleet", Collected: m.now(), Devices: -1, Installs: -1})
	for _, id := range slices.Sorted(maps.Keys(m.LastUse)) {
		err = errors.Join(err, b.AddDevice(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Source: "fleet"}),
			b.AddInstall(compliance.Install{
				Device: compliance.DeviceID(id), Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"},
				FirstSeen: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), LastUsed: m.LastUse[id], Source: "fleet",
			}))
	}
	return playbook.Facts{Estate: b.Build()}, err
}

var errBrokenOff = errors.New("the connection broke off")

// Act implements [remedy.Hands].
func (m *machines) Act(_ context.Context, _ compliance.SourceID, a connectors.Action) (connectors.Effect, error) {
	id := a.Target["device"]
	m.Asked[id]++
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	fate := h.Sum32() % 15
	if fate == 0 {
		return connectors.Effect{Outcome: connectors.Refused}, &connectors.Error{Kind: connectors.PermissionDenied, Err: errors.New("the machine is locked")}
	}
	if fate == 1 && m.Asked[id] == 1 {
		return connectors.Effect{Outcome: connectors.Uncertain}, errBrokenOff
	}
	if _, there := m.LastUse[id]; there {
		delete(m.LastUse, id)
		m.Changed[id]++
	}
	if fate == 2 {
		return connectors.Effect{Outcome: connectors.Uncertain}, errBrokenOff
	}
	return connectors.Effect{Outcome: connectors.Performed}, nil
}

func (m *machines) clone() fleet {
	return fleet{LastUse: maps.Clone(m.LastUse), Asked: maps.Clone(m.Asked), Changed: maps.Clone(m.Changed)}
}

// instant is what is left of a process that is killed: the log's folder and the fleet.
type instant struct {
	log   string
	fleet fleet
}

// watched takes down what would be left after each append and after each action. Before
// a call the disk is what it was after the call before, so that these are all instants.
type watched struct {
	*evidence.Log
	*machines
	t        *testing.T
	dir, all string
	instants []instant
}

func (w *watched) Append(ctx context.Context, e evidence.Entry) (evidence.Index, error) {
	at, err := w.Log.Append(ctx, e)
	w.take()
	return at, err
}

func (w *watched) Act(ctx context.Context, s compliance.SourceID, a connectors.Action) (connectors.Effect, error) {
	effect, err := w.machines.Act(ctx, s, a)
	w.take()
	return effect, err
}

func (w *watched) take() {
	to := filepath.Join(w.all, fmt.Sprint(len(w.instants)))
	require.NoError(w.t, os.CopyFS(to, os.DirFS(w.dir)))
	w.instants = append(w.instants, instant{to, w.clone()})
}

// quickDir is a folder in memory where the system has one: what survives a power cut is
// tested where the log is.
func quickDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "instants")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Killed at every instant of a run of 50 actions, some of which go wrong, a run goes on
// from the log's folder to the same end, and no machine is changed twice.
func TestKilledAtEveryInstantOverTheLog(t *testing.T) {
	if norace.Again(t) { // one goroutine, many times
		return
	}
	t.Parallel()
	s := newScene(t, 100, 50, false)
	plan := s.run().Plan
	require.Equal(t, 50, plan.Takes())
	c := s.approved(plan)
	require.NoError(t, s.log.Close())
	signer, err := evidence.LoadKeyFile(filepath.Join(s.dir, "log.key"))
	require.NoError(t, err)
	public, err := os.ReadFile(filepath.Join(s.dir, "log.key"+evidence.PublicKeySuffix))
	require.NoError(t, err)
	all := quickDir(t)
	dir := filepath.Join(all, "first")
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(s.dir, "log"))))
	s.now = start.AddDate(0, 0, 14)
	m := &machines{s.fleet(), func() time.Time { return s.now }}

	// proceed goes on over a folder as a new process would, until there is no more to do.
	proceed := func(dir, name string, m *machines, watch *watched) execution.State {
		log, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer, SegmentSize: 1 << 18})
		require.NoError(t, err)
		defer func() { require.NoError(t, log.Close()) }()
		var over remedy.Log = log
		var hands remedy.Hands = m
		if watch != nil {
			watch.Log = log
			over, hands = watch, watch
			watch.take()
		}
		desk, err := remedy.Open(t.Context(), s.book, over, name)
		require.NoError(t, err)
		x := s.execution(c)
		x.Hands = hands
		res, err := desk.Execute(t.Context(), x)
		require.NoError(t, err, name)
		require.Equal(t, execution.Over, res.State.Status, name)
		return res.State
	}
	first := &watched{t: t, machines: m, dir: dir, all: all}
	want := proceed(dir, "first", m, first)
	count := map[execution.Outcome]int{}
	for _, st := range want.Steps {
		count[st.Outcome()]++
	}
	require.Positive(t, count[execution.Failed])
	require.Greater(t, count[execution.Done], 40)

	s.now = s.now.Add(2 * time.Minute) // the lease of the dead runs out
	for n, at := range first.instants {
		name := fmt.Sprintf("killed at instant %d", n)
		left := &machines{at.fleet, func() time.Time { return s.now }}
		got := proceed(at.log, name, left, nil)
		for i := range want.Steps {
			require.Equal(t, want.Steps[i].Outcome(), got.Steps[i].Outcome(), "%s: step %s", name, want.Steps[i].ID)
		}
		require.Equal(t, m.LastUse, left.LastUse, name)
		for id, times := range left.Changed {
			require.Equal(t, 1, times, "%s: %s", name, id)
			require.Equal(t, m.Asked[id], left.Asked[id], "%s: what had its effect is not asked for again: %s", name, id)
		}
		if n%20 == 0 {
			sound, err := verify.Folder(t.Context(), os.DirFS(at.log), verify.Options{Key: string(public)})
			require.NoError(t, err)
			require.True(t, sound.OK(), name)
		}
		require.NoError(t, os.RemoveAll(at.log))
	}
	assert.Greater(t, len(first.instants), 300)
	t.Logf("killed at %d instants; %d done, %d failed", len(first.instants), count[execution.Done], count[execution.Failed])
}
