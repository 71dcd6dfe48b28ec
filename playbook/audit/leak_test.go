package audit_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
)

const devices = 12

// canaries of each clearance: what must not show below it.
var canaries = map[audit.Clearance][]string{
	audit.Places:  {"canary-device-", "canary-entity", "canary-country"},
	audit.Persons: {"canary-user-"},
}

// full is a run whose every confidential field is a canary.
func full(t *testing.T) (*evidence.Log, *playbook.Report, *playbook.Playbook) {
	t.Helper()
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: logKey(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	p, err := playbook.Load("../testdata/playbook.yaml")
	require.NoError(t, err)
	e, err := playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: l})
	require.NoError(t, err)
	b := compliance.NewBuilder(now)
	for i := range devices {
		id, user := compliance.DeviceID(fmt.Sprintf("canary-device-%d", i)), compliance.UserID(fmt.Sprintf("canary-user-%d", i))
		require.NoError(t, b.AddUser(compliance.User{ID: user, Name: "canary-name", Kind: compliance.Person}))
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Name: "canary-hostname", Kind: compliance.Physical, Model: "canary-model",
			Entity: "canary-entity", Country: "canary-country", Environment: "canary-environment", User: user, Source: "inv"}))
		require.NoError(t, b.AddInstall(compliance.Install{Device: id, User: user, Source: "inv",
			Title: catalog.Title{Publisher: "Autodesk", Name: "Autodesk AutoCAD 2025 - English", ProductCode: "canary-code"}}))
	}
	require.NoError(t, b.AddSource(compliance.Source{ID: "inv", Collected: now.Add(-time.Hour), Devices: -1, Installs: -1}))
	rep, err := e.Run(t.Context(), playbook.Facts{Estate: b.Build(), Collections: []playbook.Collection{{Source: "inv", Problems: []string{"canary-path"}, Rows: map[string]int64{"install": devices}}}}, now)
	require.NoError(t, err)
	return l, rep, p
}

// A bundle at each clearance shows what that clearance allows, and of the rest
// nothing: not in clear, not in any layer of base64, and not as a hash that a guess
// from the small set of possible values can be tested against.
func TestBundlesLeakNothing(t *testing.T) {
	l, rep, p := full(t)
	pos := rep.Short()[0]
	opening, err := disclose.Commit(audit.Consumers(pos), nil)
	require.NoError(t, err)
	commitment := opening.Commitment()
	i, err := l.Append(t.Context(), evidence.Entry{Kind: disclose.Kind, Payload: commitment.Payload()})
	require.NoError(t, err)
	c, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	proof, err := evidence.Present(t.Context(), l, i, c)
	require.NoError(t, err)
	signer, err := statement.NewSigner(logKey(t).Key())
	require.NoError(t, err)
	policy, err := cosign.ParsePolicy("policy", []byte("log "+logKey(t).VerifierKey()+"\nquorum none\n"))
	require.NoError(t, err)

	for clearance := audit.Totals; clearance <= audit.Persons; clearance++ {
		r := disclose.Request{Audience: "supplier.example", Purpose: "audit", Expires: now.Add(time.Hour),
			Header: audit.Header(rep, p, pos, "trueup test", now)}
		clearance.Show(&r)
		bundle, err := opening.Bundle(proof, r, signer)
		require.NoError(t, err)
		shown, err := disclose.Open(bundle, disclose.Options{Policy: policy, Audience: "supplier.example", Now: now,
			Keys: []ed25519.PublicKey{logKey(t).Key().Public().(ed25519.PublicKey)}})
		require.NoError(t, err)
		require.Equal(t, pos.Required.Low.String(), shown.Totals["required"].String())
		require.Equal(t, pos.Covered.String(), shown.Totals["covered"].String())
		require.Equal(t, pos.Short.Low.String(), shown.Totals["short"].String())
		require.Len(t, shown.Rows, map[bool]int{true: devices}[clearance >= audit.Quantities])

		layers := unwrapped(string(bundle))
		for least, words := range canaries {
			for _, word := range words {
				require.Equal(t, clearance >= least, strings.Contains(layers, word), "%s at clearance %d", word, clearance)
			}
		}
		for _, never := range []string{"canary-name", "canary-hostname", "canary-model", "canary-code", "canary-environment", "canary-path"} {
			require.NotContains(t, layers, never)
		}
		if clearance < audit.Places {
			requireNoGuess(t, layers)
		}
	}
}

// unwrapped is a text with every layer of base64 in it decoded beside it.
func unwrapped(s string) string {
	all := s
	for range 4 {
		next := ""
		for _, word := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune("\" \\{}[],:\n.~", c) }) {
			for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
				if d, err := enc.DecodeString(word); err == nil && len(d) > 8 {
					next += "\n" + string(d)
				}
			}
		}
		all, s = all+next, next
	}
	return all
}

// requireNoGuess tries every device and user under every salt that the bundle has, and
// under the obvious ones, in the forms that are hashed here.
func requireNoGuess(t *testing.T, layers string) {
	t.Helper()
	salts := []string{"", base64.RawURLEncoding.EncodeToString(make([]byte, 16))}
	for _, word := range strings.FieldsFunc(layers, func(c rune) bool { return strings.ContainsRune("\"[],", c) }) {
		if d, err := base64.RawURLEncoding.DecodeString(word); err == nil && len(d) == 16 {
			salts = append(salts, word)
		}
	}
	for i := range devices {
		for name, value := range map[string]string{"device": fmt.Sprintf("canary-device-%d", i), "user": fmt.Sprintf("canary-user-%d", i)} {
			plain := sha256.Sum256([]byte(value))
			require.NotContains(t, layers, base64.RawURLEncoding.EncodeToString(plain[:]))
			for _, salt := range salts {
				field := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `["%s","%s","%s"]`, salt, name, value))
				sum := sha256.Sum256([]byte(field))
				require.NotContains(t, layers, base64.RawURLEncoding.EncodeToString(sum[:]))
			}
		}
	}
}
