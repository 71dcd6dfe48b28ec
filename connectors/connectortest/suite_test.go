//go:build unix

package connectortest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/sdk"
	"github.com/trueup-dev/trueup/connectors/trust"
)

// modeVar makes the test binary a connector that breaks one rule.
const modeVar = "TRUEUP_TEST_MODE"

func TestMain(m *testing.M) {
	mode := os.Getenv(modeVar)
	if mode == "" {
		os.Exit(m.Run())
	}
	if strings.HasPrefix(mode, "bare") {
		serveBare(mode)
	}
	switch mode {
	case "chatty":
		fmt.Println("hello")
	case "deaf":
		r, _, err := os.Pipe()
		if err != nil {
			panic(err)
		}
		os.Stdin = r // never ends
	}
	about := connectors.Description{
		Name: "test", Version: "1", Summary: "breaks one rule", Incremental: true,
		Kinds: []connectors.Kind{connectors.Device, connectors.Install},
		Settings: []connectors.Setting{
			{Name: "source", Required: true, Doc: "anything"},
			{Name: "token", Secret: true, Doc: "anything"},
			{Name: "mode", Default: "a", Values: []string{"a", "b"}, Doc: "anything"},
			{Name: "state", Doc: "a file that stands for a seat that was reclaimed"},
		},
		Verbs: []connectors.Verb{connectors.Reclaim},
	}
	switch mode {
	case "nameless":
		about.Name = ""
	case "undeclared":
		about.Kinds = about.Kinds[:1]
	case "excused":
		about.Kinds = about.Kinds[:1]
		about.Skips = []connectors.Skip{{Check: "kinds", Reason: "installs are a bonus"}}
	}
	sdk.Serve(about, rulebreaker(mode))
}

type rulebreaker string

func (mode rulebreaker) Check(context.Context, connectors.Settings) error {
	if mode == "unauthorised" {
		return &connectors.Error{Kind: connectors.AuthFailed, Err: errors.New("401")}
	}
	return nil
}

func (mode rulebreaker) Act(_ context.Context, s connectors.Settings, a connectors.Action) (connectors.Effect, error) {
	yes, no := map[string]string{"seat": "yes"}, map[string]string{"seat": "no"}
	if _, err := os.Stat(s.Values["state"]); err == nil && mode != "acts twice" {
		return connectors.Effect{Outcome: connectors.Unchanged, Before: no, After: no}, nil
	}
	if a.DryRun && mode != "dry acts" {
		if mode == "lies dry" {
			no = map[string]string{"seat": "perhaps"}
		}
		return connectors.Effect{Outcome: connectors.Performed, Before: yes, After: no}, nil
	}
	return connectors.Effect{Outcome: connectors.Performed, Before: yes, After: no}, os.WriteFile(s.Values["state"], nil, 0o600)
}

func (mode rulebreaker) Ticket(_ context.Context, _ connectors.Settings, t connectors.Ticket) (connectors.TicketState, error) {
	id := t.Key
	if mode == "two tickets" {
		id = time.Now().String()
	}
	return connectors.TicketState{Outcome: connectors.Performed, ID: id}, nil
}

// token is what a connector that mixes up its instances has for all of them.
var (
	first sync.Once
	token string
)

// busy counts collections at the same time.
var busy atomic.Int32

// Collect gives three devices with an install each, a checkpoint after each.
func (mode rulebreaker) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	if done, err := mode.begin(ctx, req, to); done != nil {
		defer done()
	} else if err != nil {
		return err
	}
	from := 0
	if len(req.Cursor) > 0 {
		if len(req.Cursor) != 4 {
			if mode == "crashes on cursors" {
				os.Exit(4)
			}
			return &connectors.Error{Kind: connectors.BadCursor, Err: errors.New("not one of mine")}
		}
		from = int(binary.BigEndian.Uint32(req.Cursor))
	}
	if mode == "forgets cursors" {
		from = 0
	}
	for i := from; i < 3; i++ {
		if err := mode.device(i, req, to); err != nil {
			return err
		}
		at := i + 1
		if mode == "skips" {
			at++
		}
		if err := to.Checkpoint(binary.BigEndian.AppendUint32(nil, uint32(at))); err != nil {
			return err
		}
	}
	switch mode {
	case "fails":
		return io.ErrUnexpectedEOF
	case "vague":
		return nil
	}
	return to.Complete("", binary.BigEndian.AppendUint32(nil, 3))
}

// within gives another reading some time to come, which most checks do not start.
func within(ctx context.Context, come func() bool) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	for !come() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// begin breaks rules that are about a reading as a whole. The function returned,
// if any, is called at its end.
func (mode rulebreaker) begin(ctx context.Context, req sdk.Request, to *sdk.Writer) (done func(), err error) {
	switch mode {
	case "shares":
		if busy.Add(1) > 1 {
			return nil, errors.New("one at a time, please")
		}
		within(ctx, func() bool { return busy.Load() > 1 })
		return func() { busy.Add(-1) }, nil
	case "locks":
		lock := req.Settings.Values["state"] + ".lock"
		f, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		err = errors.Join(f.Close(), to.Device(compliance.Device{ID: "first"}), to.Flush())
		within(ctx, func() bool { return false }) // what kills it comes, if the check is one that kills
		return func() { _ = os.Remove(lock) }, err
	case "floods":
		for i := 0; ctx.Err() == nil; i++ {
			if err := to.Device(compliance.Device{ID: compliance.DeviceID(fmt.Sprint("flood", i))}); err != nil {
				return nil, err
			}
		}
	case "miscounts":
		to.Total(connectors.Total{Name: "devices", Kind: connectors.Device, Count: 4})
	case "removes":
		return nil, to.DeleteDevice("d9")
	case "prints secrets":
		fmt.Fprintln(os.Stderr, "logging in with", req.Settings.Secrets["token"])
	}
	return nil, nil
}

func (mode rulebreaker) device(i int, req sdk.Request, to *sdk.Writer) error {
	id := compliance.DeviceID(fmt.Sprint("d", i))
	if mode == "twins" {
		id = "d0"
	}
	name := "product"
	switch mode {
	case "random":
		name = time.Now().String()
	case "mixes":
		first.Do(func() { token = req.Settings.Secrets["token"] })
		name = fmt.Sprint("product for a token of ", len(token))
	case "leaky":
		name = "token " + req.Settings.Secrets["token"]
	}
	if err := to.Device(compliance.Device{ID: id}); err != nil {
		return err
	}
	if mode == "dangling" {
		id = "elsewhere"
	}
	return to.Install(compliance.Install{Device: id, Title: catalog.Title{Name: name, Version: fmt.Sprint(i)}})
}

func judge(t *testing.T, mode string, only ...string) map[string]connectortest.Outcome {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(modeVar, mode)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // else each process waits a second before it ends
	idle := 10 * time.Second
	if mode == "bare never lets go" {
		idle = time.Second // which is waited for
	}
	report, err := connectortest.Run(t.Context(), connectortest.Target{
		Path: self, Env: []string{modeVar, "GORACE"}, Secrets: map[string]string{"token": "hunter2"},
		Config:  map[string]string{"source": "x", "state": filepath.Join(t.TempDir(), "state")},
		Actions: []connectors.Action{{Key: "k", Verb: connectors.Reclaim, Kind: connectors.Seat, Target: map[string]string{"user": "u"}}},
	}, connectortest.Options{Start: 20 * time.Second, Idle: idle, Rows: 10_000, Only: only})
	require.NoError(t, err)
	if only == nil {
		c := report.Certificate()
		assert.Equal(t, trust.Resuming, c.Level)
		assert.Equal(t, !strings.HasPrefix(mode, "bare"), c.Acts)
		assert.Equal(t, len(connectortest.Checks()), c.Checks)
	}
	out := map[string]connectortest.Outcome{}
	for _, o := range report.Outcomes {
		out[o.Check] = o
	}
	if only == nil {
		require.Len(t, out, len(connectortest.Checks()))
	}
	return out
}

func TestSoundConnectorPasses(t *testing.T) {
	for name, o := range judge(t, "sound") {
		if name == "totals" {
			assert.Equal(t, connectortest.Skipped, o.Verdict, "it states none")
			continue
		}
		assert.Equal(t, connectortest.Passed, o.Verdict, "%s: %s", name, o.Why)
	}
}

func TestDeclaredSkips(t *testing.T) {
	o := judge(t, "excused", "kinds")["kinds"]
	assert.Equal(t, connectortest.Skipped, o.Verdict)
	assert.Contains(t, o.Why, "installs are a bonus")
}

// A connector that passed yesterday must not pass tomorrow by a check less.
func TestChecksOnlyGrow(t *testing.T) {
	for _, name := range []string{
		"person", "handshake", "version", "orphan", "describe", "unknown setting", "missing setting", "check", "collect", "kinds",
		"whole", "identities", "references", "repeatable", "cancel", "secrets", "foreign cursor", "nothing new", "resume",
		"old version", "health", "stranger", "garbage", "unknown call", "wrong value", "exposed secret", "unconfigured", "released",
		"unknown verb", "quiet", "end", "instances", "apart", "only", "message limit", "row limit", "bounded", "slow reader", "frozen",
		"killed", "tombstones", "totals", "canary", "dry act", "act", "act again", "ticket",
	} {
		assert.True(t, slices.Contains(connectortest.Checks(), name), "check %q is gone", name)
	}
	assert.GreaterOrEqual(t, len(connectortest.Checks()), 47, "checks are gone")
}

// A certificate shows no more than was seen.
func TestCertificate(t *testing.T) {
	outcomes := func(broken string) []connectortest.Outcome {
		var all []connectortest.Outcome
		for _, name := range connectortest.Checks() {
			o := connectortest.Outcome{Check: name, Verdict: connectortest.Passed}
			if name == broken {
				o.Verdict = connectortest.Broken
			}
			all = append(all, o)
		}
		return all
	}
	about := connectors.Description{Name: "x", Version: "1", Incremental: true}
	for broken, want := range map[string]trust.Level{
		"": trust.Resuming, "resume": trust.Reading, "whole": trust.Process, "handshake": trust.None, "act": trust.Resuming,
	} {
		c := connectortest.Report{Connector: about, Outcomes: outcomes(broken)}.Certificate()
		assert.Equal(t, want, c.Level, broken)
		assert.Equal(t, broken != "act", c.Acts, broken)
	}
	about.Incremental = false
	assert.Equal(t, trust.Reading, connectortest.Report{Connector: about, Outcomes: outcomes("")}.Certificate().Level)
	assert.Equal(t, trust.None, connectortest.Report{Connector: about, Outcomes: outcomes("")[1:]}.Certificate().Level)
}
