//go:build unix

package host_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
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

// limits are short, so that a test of a hanging connector does not.
var limits = host.Limits{Start: 10 * time.Second, Idle: time.Second, Run: 20 * time.Second, Stop: time.Second}

func self(t *testing.T) (path, sum string) {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	sum, err = host.Checksum(path)
	require.NoError(t, err)
	return path, sum
}

func source(t *testing.T, id, mode string) host.Source {
	path, sum := self(t)
	return host.Source{
		ID: compliance.SourceID(id), Path: path, SHA256: sum,
		Config: map[string]string{"mode": mode}, Secrets: map[string]string{"password": "hunter2"},
	}
}

// open opens a host and, at the end of the test, checks that closing it leaves
// neither a process nor a file.
func open(t *testing.T, cfg host.Config) *host.Host {
	t.Helper()
	if cfg.Limits == (host.Limits{}) {
		cfg.Limits = limits
	}
	cfg.RunDir = shortDir(t)
	cfg.Env = append(slices.Clone(cfg.Env), "GORACE")
	h, err := host.Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, h.Close(context.Background()))
		left, err := filepath.Glob(filepath.Join(cfg.RunDir, "h*"))
		assert.NoError(t, err)
		assert.Empty(t, left, "files left in the run folder")
		assert.Empty(t, processesBelow(t, cfg.RunDir), "processes left")
	})
	return h
}

// shortDir is a temporary folder whose path leaves room for a socket's.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "t")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// processesBelow lists the processes whose binary lies below a folder: every
// connector runs from its private copy there.
func processesBelow(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	require.NoError(t, err)
	var found []string
	for _, link := range links {
		if exe, err := os.Readlink(link); err == nil && strings.HasPrefix(exe, dir) {
			found = append(found, link+" "+exe)
		}
	}
	return found
}

func collect(t *testing.T, h *host.Host, src host.Source) (host.Result, *connectortest.Recorder) {
	t.Helper()
	sink := &connectortest.Recorder{}
	results, err := h.Collect(t.Context(), []host.Source{src}, sink, nil)
	require.NoError(t, err)
	require.Len(t, results, 1)
	require.Len(t, sink.Sources, 1)
	return results[0], sink
}

func TestCollect(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	h := open(t, host.Config{Now: func() time.Time { return now }})
	r, sink := collect(t, h, source(t, "src", "well"))

	require.NoError(t, r.Err)
	assert.Equal(t, "test", r.Connector.Name)
	assert.True(t, r.Complete)
	assert.Equal(t, "all", string(r.Cursor))
	assert.EqualValues(t, 3, r.Put[connectors.Install])
	assert.Len(t, sink.Installs, 3)
	assert.Equal(t, compliance.Device{ID: "d1", Name: "one", Kind: compliance.Physical, Cores: 8, Source: "src"}, sink.Devices[0])
	assert.Equal(t, compliance.Source{ID: "src", Collected: now, Devices: -1, Installs: -1}, sink.Sources[0])

	again, _ := collect(t, h, source(t, "src", "well"))
	assert.Equal(t, r.Digest, again.Digest, "equal inputs give equal digests")
}

func TestFailuresOfRunningConnectors(t *testing.T) {
	for _, c := range []struct {
		mode string
		kind connectors.ErrorKind
		says string
	}{
		{"dies", connectors.Crashed, "signal: killed"},
		{"freezes", connectors.Hung, "said nothing for 1s"},
		{"sleeps", connectors.Hung, "said nothing for 1s"},
		{"panics", connectors.Internal, "out of cheese"},
		{"huge", connectors.BadData, "longer than"},
		{"latin1", connectors.BadData, "not valid UTF-8"},
		{"nameless", connectors.BadData, "batch 3: row 0"},
		{"short", connectors.BadData, "the source states 4 installs, 3 arrived"},
		{"partial", connectors.BadData, "a.json: line 3, column 5: is broken"},
		{"throttled", connectors.Throttled, "429"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			h := open(t, host.Config{})
			src := source(t, "src", c.mode)
			if c.kind == connectors.Crashed || c.kind == connectors.Hung {
				src.Config["rows"] = "200000" // what was on its way is lost, so let something have arrived
			}
			r, sink := collect(t, h, src)
			require.ErrorIs(t, r.Err, &connectors.Error{Source: "src", Op: "collect", Kind: c.kind})
			assert.ErrorContains(t, r.Err, c.says)
			assert.NotEmpty(t, sink.Sources[0].Failure)
			assert.EqualValues(t, len(sink.Installs), r.Put[connectors.Install]-r.Refused, "what arrived counts")
			assert.GreaterOrEqual(t, len(sink.Installs), 3)
			var e *connectors.Error
			require.ErrorAs(t, r.Err, &e)
			assert.NotContains(t, strings.Join(e.Output, "\n")+r.Err.Error(), "hunter2", "the secret shows")
		})
	}
}
