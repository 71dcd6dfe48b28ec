package collect_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/sdk"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
)

// modeVar tells the test binary, started as a connector, what to do before it
// serves.
const modeVar = "TRUEUP_TEST_MODE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(runVar); dir != "" {
		runApart(dir)
		return
	}
	if os.Getenv("TRUEUP_CONNECTOR") == "" {
		os.Exit(m.Run())
	}
	if os.Getenv(modeVar) == "chatty" {
		fmt.Println("hello from init")
	}
	sdk.Serve(connectors.Description{
		Name: "test", Version: "1.0.0", Summary: "gives one install and then does what it is told", Kinds: connectors.Kinds(),
		Settings: []connectors.Setting{{Name: "mode", Required: true, Doc: "what to do"}},
	}, misbehaving{})
}

type misbehaving struct{}

func (misbehaving) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	if held, ok := strings.CutPrefix(req.Settings.Values["mode"], "steps "); ok {
		return steps(ctx, held, req, to)
	}
	in := compliance.Install{Device: "d", Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English"}}
	if err := to.Install(in); err != nil {
		return err
	}
	if err := to.Flush(); err != nil {
		return err
	}
	switch req.Settings.Values["mode"] {
	case "crash":
		os.Exit(7)
	case "hang":
		select {}
	}
	return to.Complete("", nil)
}

// binaries makes a folder of connectors: the test binary under the name test.
func binaries(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	from, err := os.Open(os.Args[0])
	require.NoError(t, err)
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(dir, "trueup-connector-test"), os.O_CREATE|os.O_WRONLY, 0o700)
	require.NoError(t, err)
	_, err = io.Copy(to, from)
	require.NoError(t, err)
	require.NoError(t, to.Close())
	return dir
}

const book = `
name: test
version: "1"
sources:
  - {id: good, connector: test, settings: {mode: good}}
  - {id: bad, connector: test, settings: {mode: %s}%s}
licensing: [{product: autodesk/autocad, metric: generic.device, price: 2100, currency: EUR}]
rules:
  - {id: source, over: source, when: 'source.doubt != ""', message: "{source.id} {source.doubt}: {source.failure}"}
  - {id: undecided, over: position, when: '!has(position.required)', message: "{position.product}: {position.missing}"}
escalation:
  calendars: [{name: c, zone: UTC, week: {monday: ["08:00-17:00"]}}]
  chains:
    - name: c
      calendar: c
      clocks: [{severity: info or more, acknowledge: 1 day, contain: 1 day, remedy: 1 day}]
      stages: [{name: s, tell: [owner], wait: 1 day}]
      fallback: [cfo]
  routes: {name: root, owner: o, chain: c}
`

// A source that fails, however it fails, ends in a finding about it and in
// positions that say they do not know, and leaves nothing behind.
func TestFailingSources(t *testing.T) {
	tests := []struct{ name, mode, extra, before, want string }{
		{"crash in mid-stream", "crash", "", "", "bad failed: connectors: bad: collect: crashed"},
		{"hang", "hang", "", "", "bad failed: connectors: bad: collect: hung"},
		{"wrong checksum", "good", ", checksum: 'sha256:" + strings.Repeat("0", 64) + "'", "", "bad failed: connectors: bad: start: checksum mismatch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rep := runBook(t, fmt.Sprintf(book, tt.mode, tt.extra), host.Config{Limits: host.Limits{Idle: 500 * time.Millisecond}})
			require.Len(t, rep.Findings, 2)
			assert.Contains(t, rep.Findings[0].Message, tt.want)
			assert.Equal(t, "autodesk/autocad: source bad", rep.Findings[1].Message)
			assert.Equal(t, []compliance.SourceID{"bad"}, rep.Result.Positions[0].Doubtful)
			assert.Equal(t, "1..unknown", rep.Result.Positions[0].Required.String(), "the good source counts all the same")
		})
	}
}

func TestChattyConnector(t *testing.T) {
	t.Setenv(modeVar, "chatty")
	rep := runBook(t, fmt.Sprintf(book, "good", ""), host.Config{Env: []string{modeVar}})
	require.Len(t, rep.Findings, 3)
	for _, f := range rep.Findings[:2] {
		assert.Contains(t, f.Message, "start: bad handshake")
		assert.Contains(t, f.Message, "hello from init")
	}
}

// runBook collects, judges, and checks that nothing is left behind.
func runBook(t *testing.T, text string, cfg host.Config) *playbook.Report {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.yaml"), []byte(text), 0o600))
	p, err := playbook.Load(filepath.Join(dir, "p.yaml"))
	require.NoError(t, err)
	now := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	bin := binaries(t)
	pins, err := collect.Checksums(bin)
	require.NoError(t, err)
	cfg.RunDir, err = os.MkdirTemp("", "tu") // short, for the sockets
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(cfg.RunDir) })
	cfg.Now = func() time.Time { return now }
	h, err := host.Open(t.Context(), cfg)
	require.NoError(t, err)
	facts, err := collect.Estate(t.Context(), h, p, now, collect.Options{Dir: bin, Base: dir, Checksums: pins})
	require.NoError(t, err)
	require.NoError(t, h.Close(t.Context()))
	assertNothingLeft(t, cfg.RunDir, bin)

	signer, err := evidence.GenerateKeyFile(filepath.Join(dir, "key"), "test.example/log")
	require.NoError(t, err)
	log, err := evidence.Open(t.Context(), filepath.Join(dir, "log"), evidence.Options{Signer: signer})
	require.NoError(t, err)
	defer log.Close()
	engine, err := playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: log})
	require.NoError(t, err)
	rep, err := engine.Run(t.Context(), facts, now)
	require.NoError(t, err)
	return rep
}

// assertNothingLeft finds files in the run folder, the hosts' lock aside, and
// processes that run a file below it.
func assertNothingLeft(t *testing.T, runDir, bin string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(runDir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "lock" {
			t.Errorf("%s is left behind", path)
		}
		return err
	}))
	if _, err := exec.LookPath("pgrep"); err == nil {
		out, _ := exec.Command("pgrep", "-f", runDir+"|"+bin).Output()
		assert.Empty(t, string(out), "a process is left behind")
	}
}

func TestEqualInputsGiveEqualReports(t *testing.T) {
	text := fmt.Sprintf(book, "good", "")
	a, b := runBook(t, text, host.Config{}), runBook(t, text, host.Config{})
	assert.Equal(t, a.Result, b.Result)
	assert.Equal(t, a.Findings, b.Findings)
	assert.Equal(t, a.Facts.Collections, b.Facts.Collections)
}
