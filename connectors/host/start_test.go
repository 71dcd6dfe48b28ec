//go:build unix

package host_test

import (
	"context"
	"os"
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

func TestFailuresAtStart(t *testing.T) {
	for _, c := range []struct {
		mode string
		kind connectors.ErrorKind
		says string
	}{
		{"chatty", connectors.BadHandshake, `"hello from init"`},
		{"exits", connectors.Crashed, "exit status 3: no license for this machine"},
		{"mute", connectors.Hung, "did not serve within"},
		{"old", connectors.VersionMismatch, "version 7, this host version 1"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			t.Setenv(modeVar, c.mode)
			short := limits
			short.Start = time.Second
			h := open(t, host.Config{Env: []string{modeVar}, Limits: short})
			r, _ := collect(t, h, source(t, "src", "well"))
			require.ErrorIs(t, r.Err, &connectors.Error{Source: "src", Op: "start", Kind: c.kind})
			assert.ErrorContains(t, r.Err, c.says)
		})
	}
}

func TestBinaries(t *testing.T) {
	path, sum := self(t)
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte("not a program"), 0o755))
	scriptSum, err := host.Checksum(script)
	require.NoError(t, err)
	for _, c := range []struct {
		name, path, sum string
		kind            connectors.ErrorKind
		says            string
	}{
		{"another checksum", path, strings.Repeat("ab", 32), connectors.ChecksumMismatch, sum},
		{"no checksum", path, "", connectors.Unpinned, "no SHA-256"},
		{"no checksum at all", path, "beef", connectors.BadConfig, "beef"},
		{"no file", "/nonexistent", sum, connectors.StartFailed, "/nonexistent"},
		{"a folder", os.TempDir(), sum, connectors.StartFailed, "not a regular file"},
		{"no program", script, scriptSum, connectors.StartFailed, "begins with 6e 6f 74 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t, host.Config{})
			r, sink := collect(t, h, host.Source{ID: "src", Path: c.path, SHA256: c.sum})
			require.ErrorIs(t, r.Err, &connectors.Error{Source: "src", Op: "start", Kind: c.kind})
			assert.ErrorContains(t, r.Err, c.says)
			assert.NotEmpty(t, sink.Sources[0].Failure)
		})
	}
}

func TestUnpinnedWhenAllowed(t *testing.T) {
	path, sum := self(t)
	h := open(t, host.Config{AllowUnpinned: true})
	r, _ := collect(t, h, host.Source{ID: "src", Path: path, Config: map[string]string{"mode": "well"}})
	require.NoError(t, r.Err)
	assert.Equal(t, sum, r.SHA256, "the checksum of what ran is known all the same")
}

func TestBadConfiguration(t *testing.T) {
	h := open(t, host.Config{})
	src := source(t, "src", "well")
	src.Config = map[string]string{"password": "hunter2", "colour": "red"}
	r, _ := collect(t, h, src)
	require.ErrorIs(t, r.Err, &connectors.Error{Op: "configure", Kind: connectors.BadConfig})
	assert.ErrorContains(t, r.Err, `setting "mode" is required`)
	assert.ErrorContains(t, r.Err, `setting "colour" is not one of connector test`)
	assert.ErrorContains(t, r.Err, `"password" is a secret`)
	assert.NotContains(t, r.Err.Error(), "hunter2")
}

func TestEnvironmentIsNotInherited(t *testing.T) {
	t.Setenv(modeVar, "chatty") // not in Config.Env, so the connector must not see it
	h := open(t, host.Config{})
	r, _ := collect(t, h, source(t, "src", "prints"))
	require.NoError(t, r.Err)
}

func TestGrandchildrenEnd(t *testing.T) {
	t.Setenv(modeVar, "orphan")
	h := open(t, host.Config{Env: []string{modeVar}})
	r, _ := collect(t, h, source(t, "src", "well"))
	require.NoError(t, r.Err)
	assert.Eventually(t, func() bool { return sleepers(t) == 0 }, 3*time.Second, 20*time.Millisecond, "a child of the connector lives on")
}

// sleepers counts the processes that mode "orphan" leaves when nobody stops them.
func sleepers(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	n := 0
	for _, f := range files {
		if line, err := os.ReadFile(f); err == nil && string(line) == "sleep\x00300\x00" {
			n++
		}
	}
	return n
}

func TestCancel(t *testing.T) {
	h := open(t, host.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	sink := &connectortest.Recorder{}
	results, err := h.Collect(ctx, []host.Source{source(t, "a", "sleeps"), source(t, "b", "well")}, sink, func(p connectors.Progress) {
		if p.Source == "a" && p.Stage == connectors.Collecting {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, results, 2)
	require.ErrorIs(t, results[0].Err, &connectors.Error{Source: "a", Kind: connectors.Canceled})
}

func TestRunDeadline(t *testing.T) {
	short := limits
	short.Run, short.Idle = time.Second, 5*time.Second
	h := open(t, host.Config{Limits: short})
	r, _ := collect(t, h, source(t, "src", "waits"))
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.Hung})
	assert.ErrorContains(t, r.Err, "did not finish within 1s")
}

func TestBudgets(t *testing.T) {
	small := limits
	small.Rows = 100
	h := open(t, host.Config{Limits: small})
	src := source(t, "src", "well")
	src.Config["rows"] = "100000"
	r, _ := collect(t, h, src)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.OverBudget})
}

func TestOneSourceFailsAlone(t *testing.T) {
	h := open(t, host.Config{})
	sink := &connectortest.Recorder{}
	var stages []string
	results, err := h.Collect(t.Context(), []host.Source{source(t, "a", "dies"), source(t, "b", "well"), source(t, "c", "removes")}, sink,
		func(p connectors.Progress) {
			if p.Stage == connectors.Done || p.Stage == connectors.Failed {
				stages = append(stages, string(p.Source)+" "+p.Stage.String())
			}
		})
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, &connectors.Error{Kind: connectors.Crashed})
	require.NoError(t, results[1].Err)
	require.NoError(t, results[2].Err)
	assert.Len(t, sink.RemovedInstalls, 1)
	assert.ElementsMatch(t, []string{"a failed", "b done", "c done"}, stages)
	assert.ElementsMatch(t, []compliance.SourceID{"a", "b", "c"}, []compliance.SourceID{sink.Sources[0].ID, sink.Sources[1].ID, sink.Sources[2].ID})
}

func TestSinkThatTakesNoRemovals(t *testing.T) {
	h := open(t, host.Config{})
	var sink struct{ connectors.Sink }
	sink.Sink = &connectortest.Recorder{}
	results, err := h.Collect(t.Context(), []host.Source{source(t, "a", "removes")}, sink, nil)
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, &connectors.Error{Kind: connectors.Unsupported})
}

func TestSourcesMustDiffer(t *testing.T) {
	h := open(t, host.Config{})
	_, err := h.Collect(t.Context(), []host.Source{{ID: "a"}, {ID: "a"}}, &connectortest.Recorder{}, nil)
	require.ErrorContains(t, err, "two sources are called a")
}

func TestSweep(t *testing.T) {
	dir := shortDir(t)
	stale := filepath.Join(dir, "hdead")
	require.NoError(t, os.MkdirAll(filepath.Join(stale, "p-1"), 0o700))
	first, err := host.Open(t.Context(), host.Config{RunDir: dir})
	require.NoError(t, err)
	assert.NoDirExists(t, stale)
	second, err := host.Open(t.Context(), host.Config{RunDir: dir})
	require.NoError(t, err)
	live, err := filepath.Glob(filepath.Join(dir, "h*"))
	require.NoError(t, err)
	assert.Len(t, live, 2, "the folder of a live host stays")
	require.NoError(t, first.Close(t.Context()))
	require.NoError(t, second.Close(t.Context()))
	require.ErrorIs(t, second.Close(t.Context()), host.ErrClosed)
}

func TestRunDirTooLong(t *testing.T) {
	_, err := host.Open(t.Context(), host.Config{RunDir: filepath.Join(t.TempDir(), strings.Repeat("x", 100))})
	require.ErrorContains(t, err, "too long")
}
