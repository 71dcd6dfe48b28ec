//go:build unix

package host_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/host"
)

// sharers are sources that share, each with a secret of its own.
func sharers(t *testing.T, modes ...string) []host.Source {
	t.Helper()
	var all []host.Source
	for i, mode := range modes {
		src := source(t, string(rune('a'+i)), mode)
		src.Shared = true
		src.Secrets = map[string]string{"password": fmt.Sprint("secret-of-", src.ID)}
		all = append(all, src)
	}
	return all
}

func gather(t *testing.T, h *host.Host, sources []host.Source) ([]host.Result, *connectortest.Recorder) {
	t.Helper()
	sink := &connectortest.Recorder{}
	results, err := h.Collect(t.Context(), sources, sink, nil)
	require.NoError(t, err)
	return results, sink
}

// processes counts the processes that rows came from.
func processes(sink *connectortest.Recorder) int {
	seen := map[string]bool{}
	for _, u := range sink.Users {
		seen[u.Name] = true
	}
	return len(seen)
}

func TestSharedProcess(t *testing.T) {
	ids := []compliance.SourceID{"a", "b", "c"}
	h := open(t, host.Config{})
	results, sink := gather(t, h, sharers(t, "meets", "meets", "meets"))
	for _, r := range results {
		require.NoError(t, r.Err)
		assert.Equal(t, ids, r.Shared)
	}
	require.Len(t, sink.Users, 3)
	assert.Equal(t, 1, processes(sink))

	// One by one, still in one process.
	one := limits
	one.Parallel = 1
	results, sink = gather(t, open(t, host.Config{Limits: one}), sharers(t, "pid", "pid", "pid"))
	assert.Equal(t, 1, processes(sink))
	assert.Equal(t, ids, results[2].Shared)
}

// Without being asked to, or with one that asks, none share.
func TestProcessesApart(t *testing.T) {
	alone := sharers(t, "pid", "pid", "pid")
	alone[1].Shared, alone[2].Shared = false, false
	results, sink := gather(t, open(t, host.Config{}), alone)
	assert.Equal(t, 3, processes(sink))
	for _, r := range results {
		require.NoError(t, r.Err)
		assert.Nil(t, r.Shared)
	}
}

// A connector whose instances must not share has a process for each all the same.
func TestOwnProcesses(t *testing.T) {
	t.Setenv(modeVar, "apart")
	results, sink := gather(t, open(t, host.Config{Env: []string{modeVar}}), sharers(t, "pid", "pid"))
	assert.Equal(t, 2, processes(sink))
	for _, r := range results {
		require.NoError(t, r.Err)
		assert.Nil(t, r.Shared)
	}
}

// What kills the process is a failure of every source that it was reading, of no
// other, and shows the secrets of none.
func TestSharedCrash(t *testing.T) {
	sources := append(sharers(t, "meets and waits", "meets and waits", "meets and dies"), source(t, "other", "well"))
	results, _ := gather(t, open(t, host.Config{}), sources)
	for _, r := range results[:3] {
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.Crashed, Source: r.Source}, r.Source)
		assert.ErrorContains(t, r.Err, "the process that the sources [a b c] share ended: signal: killed")
		var e *connectors.Error
		require.ErrorAs(t, r.Err, &e)
		said := fmt.Sprint(e.Output)
		assert.NotContains(t, said, "secret-of-")
		assert.Equal(t, 3, strings.Count(said, "met with [secret]"), said)
	}
	require.NoError(t, results[3].Err)
}

// One that hangs is given up; the others are read to their end.
func TestSharedHang(t *testing.T) {
	results, sink := gather(t, open(t, host.Config{}), sharers(t, "pid", "sleeps", "pid"))
	require.NoError(t, results[0].Err)
	require.ErrorIs(t, results[1].Err, &connectors.Error{Kind: connectors.Hung, Source: "b"})
	require.NoError(t, results[2].Err)
	assert.Len(t, sink.Users, 2)
}

// A process that is frozen is so for all that it reads.
func TestSharedFreeze(t *testing.T) {
	results, _ := gather(t, open(t, host.Config{}), sharers(t, "meets and freezes", "meets and waits", "meets and waits"))
	for _, r := range results {
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.Hung}, r.Source)
	}
}

// After a crash all go on in a new process from what was kept, and it counts once.
func TestSharedRestart(t *testing.T) {
	sources := sharers(t, "crashes once", "steps")
	sources[0].Secrets["password"] = filepath.Join(t.TempDir(), "crashed")
	for i := range sources {
		sources[i].Config["rows"] = "60"
	}
	h := open(t, host.Config{StateDir: t.TempDir(), Limits: limits, Restart: host.Restart{Attempts: 2, Base: time.Millisecond, Trip: 2}})
	results, _ := gather(t, h, sources)
	for _, r := range results {
		require.NoError(t, r.Err, r.Source)
		assert.True(t, r.Complete)
	}
}

// A level that one member's source demands is asked of it alone.
func TestSharedDemand(t *testing.T) {
	sources := sharers(t, "pid", "pid")
	sources[1].Demand = 1
	results, _ := gather(t, open(t, host.Config{}), sources)
	require.NoError(t, results[0].Err)
	var e *connectors.Error
	require.True(t, errors.As(results[1].Err, &e))
	assert.Equal(t, connectors.Uncertified, e.Kind)
}
