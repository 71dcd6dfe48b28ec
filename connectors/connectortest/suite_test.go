//go:build unix

package connectortest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// modeVar makes the test binary a connector that breaks one rule.
const modeVar = "TRUEUP_TEST_MODE"

func TestMain(m *testing.M) {
	mode := os.Getenv(modeVar)
	if mode == "" {
		os.Exit(m.Run())
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
		},
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

// Collect gives three devices with an install each, a checkpoint after each.
func (mode rulebreaker) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
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

func (mode rulebreaker) device(i int, req sdk.Request, to *sdk.Writer) error {
	id := compliance.DeviceID(fmt.Sprint("d", i))
	if mode == "twins" {
		id = "d0"
	}
	name := "product"
	switch mode {
	case "random":
		name = time.Now().String()
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
	report, err := connectortest.Run(t.Context(), connectortest.Target{
		Path: self, Env: []string{modeVar}, Config: map[string]string{"source": "x"}, Secrets: map[string]string{"token": "hunter2"},
	}, connectortest.Options{Start: 20 * time.Second, Idle: 5 * time.Second, Only: only})
	require.NoError(t, err)
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
		assert.Equal(t, connectortest.Passed, o.Verdict, "%s: %s", name, o.Why)
	}
}

// Each broken rule is named by the check that is about it.
func TestBreaksAreNamed(t *testing.T) {
	for _, c := range []struct{ mode, check string }{
		{"chatty", "handshake"},
		{"deaf", "orphan"},
		{"nameless", "describe"},
		{"unauthorised", "check"},
		{"fails", "collect"},
		{"undeclared", "kinds"},
		{"vague", "whole"},
		{"twins", "identities"},
		{"dangling", "references"},
		{"random", "repeatable"},
		{"leaky", "secrets"},
		{"crashes on cursors", "foreign cursor"},
		{"forgets cursors", "nothing new"},
		{"skips", "resume"},
	} {
		t.Run(c.mode, func(t *testing.T) {
			o := judge(t, c.mode, c.check)[c.check]
			assert.Equal(t, connectortest.Broken, o.Verdict, "%s", o.Why)
			assert.NotContains(t, o.Why, "hunter2")
		})
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
	} {
		assert.True(t, slices.Contains(connectortest.Checks(), name), "check %q is gone", name)
	}
}
