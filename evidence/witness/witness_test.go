package witness_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/evidence/witness"
)

func key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func signer(t *testing.T) *evidence.Signer {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", key("log"))
	require.NoError(t, err)
	return s
}

func openLog(t *testing.T, dir string) *evidence.Log {
	t.Helper()
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer(t)})
	require.NoError(t, err)
	return l
}

func grow(t *testing.T, l *evidence.Log, n int, text string) {
	t.Helper()
	for range n {
		_, err := l.Append(t.Context(), evidence.Entry{Kind: "note", Payload: []byte(text)})
		require.NoError(t, err)
	}
}

// newWitness runs a witness that remembers in dir.
func newWitness(t *testing.T, name, dir string) (anchor *witness.HTTP, vkey string) {
	t.Helper()
	c, err := cosign.NewCosigner(name, key(name))
	require.NoError(t, err)
	srv, err := witness.NewServer(witness.ServerOptions{
		Cosigner: c, Logs: []string{signer(t).VerifierKey()}, Dir: dir,
		Now:    func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
		Failed: func(_ *http.Request, err error) { t.Error(err) },
	})
	require.NoError(t, err)
	web := httptest.NewServer(srv)
	t.Cleanup(web.Close)
	anchor, err = witness.NewHTTP(web.URL, c.VerifierKey(), web.Client())
	require.NoError(t, err)
	return anchor, c.VerifierKey()
}

// A log is cosigned by two witnesses of distinct owners as it grows, and verifies
// under a policy that needs both. A witness that is restarted goes on.
func TestPublish(t *testing.T) {
	ctx := t.Context()
	dir, anchors, memory := t.TempDir(), witness.Folder(t.TempDir()), t.TempDir()
	auditor, auditorKey := newWitness(t, "auditor.example", memory)
	supplier, supplierKey := newWitness(t, "supplier.example", t.TempDir())
	policy, err := cosign.ParsePolicy("policy", fmt.Appendf(nil,
		"log %s\nwitness a %s\nwitness s %s\ngroup both all a s\nquorum both\n", signer(t).VerifierKey(), auditorKey, supplierKey))
	require.NoError(t, err)
	l := openLog(t, dir)
	for _, n := range []int{0, 1, 5, 300, 0, 7} {
		grow(t, l, n, "x")
		c, err := witness.Publish(ctx, l, auditor, supplier, anchors)
		require.NoError(t, err)
		w, err := policy.Check(c.Note)
		require.NoError(t, err)
		require.Len(t, w.Cosignatures, 2)
		auditor, _ = newWitness(t, "auditor.example", memory)
	}
	require.NoError(t, l.Close())

	remembered, err := anchors.Checkpoints()
	require.NoError(t, err)
	require.Len(t, remembered, 5)
	opts := verify.Options{Key: signer(t).VerifierKey(), Policy: policy, Remembered: remembered}
	rep, err := verify.Folder(ctx, os.DirFS(dir), opts)
	require.NoError(t, err)
	require.NoError(t, rep.Err())
	require.Len(t, rep.Witnesses, 2)

	// Without the policy the cosignatures cannot be checked, and that is said.
	opts.Policy = nil
	rep, err = verify.Folder(ctx, os.DirFS(dir), opts)
	require.NoError(t, err)
	require.Equal(t, verify.Unknown, rep.Provenance.Status)

	// Each bit of the cosigned checkpoint counts.
	opts.Policy = policy
	path := filepath.Join(dir, "checkpoint")
	msg, err := os.ReadFile(path)
	require.NoError(t, err)
	for bit := 0; bit < 8*len(msg); bit += 5 {
		msg[bit/8] ^= 1 << (bit % 8)
		require.NoError(t, os.WriteFile(path, msg, 0o600))
		rep, err := verify.Folder(ctx, os.DirFS(dir), opts)
		require.NoError(t, err)
		require.False(t, rep.OK(), "bit %d", bit)
		msg[bit/8] ^= 1 << (bit % 8)
	}
}

// The same key signs two histories, one for each witness: neither cosigns both,
// and what they remember proves it.
func TestSplitView(t *testing.T) {
	ctx := t.Context()
	one, two := openLog(t, t.TempDir()), openLog(t, t.TempDir())
	defer one.Close()
	defer two.Close()
	grow(t, one, 9, "what the auditor sees")
	grow(t, two, 9, "what the supplier sees")
	auditor, _ := newWitness(t, "auditor.example", t.TempDir())
	anchors := witness.Folder(t.TempDir())
	a, err := witness.Publish(ctx, one, auditor, anchors)
	require.NoError(t, err)
	b, err := witness.Publish(ctx, two, auditor, anchors)
	require.ErrorIs(t, err, witness.ErrConflict)
	grow(t, two, 1, "more")
	_, err = witness.Publish(ctx, two, auditor)
	require.ErrorIs(t, err, witness.ErrConflict)

	rep, err := verify.Folder(ctx, os.DirFS(t.TempDir()), verify.Options{
		Key: signer(t).VerifierKey(), Remembered: [][]byte{stripped(a.Note), stripped(b.Note)},
	})
	require.NoError(t, err)
	require.Contains(t, rep.Integrity.Problems[0].String(), "split view: two logs of 9 entries were signed")
}

// stripped is a note with the log's own signature only.
func stripped(msg []byte) []byte {
	lines := strings.SplitAfter(string(msg), "\n")
	return []byte(strings.Join(lines[:5], ""))
}

// An older log than the one cosigned is refused.
func TestRollback(t *testing.T) {
	ctx := t.Context()
	dir, old := t.TempDir(), t.TempDir()
	l := openLog(t, dir)
	grow(t, l, 3, "x")
	auditor, _ := newWitness(t, "auditor.example", t.TempDir())
	_, err := witness.Publish(ctx, l, auditor)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, os.CopyFS(old, os.DirFS(dir)))
	l = openLog(t, dir)
	grow(t, l, 3, "y")
	_, err = witness.Publish(ctx, l, auditor)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	l = openLog(t, old)
	defer l.Close()
	grow(t, l, 1, "z")
	_, err = witness.Publish(ctx, l, auditor)
	require.ErrorIs(t, err, witness.ErrConflict)
	require.ErrorContains(t, err, "auditor.example has cosigned 6 entries, this checkpoint is of 4")
}

func TestRequests(t *testing.T) {
	l := openLog(t, t.TempDir())
	defer l.Close()
	grow(t, l, 3, "x")
	c, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	cosigner, err := cosign.NewCosigner("w", key("w"))
	require.NoError(t, err)
	srv, err := witness.NewServer(witness.ServerOptions{
		Cosigner: cosigner, Logs: []string{signer(t).VerifierKey()}, Dir: t.TempDir(), Now: time.Now,
	})
	require.NoError(t, err)
	note := string(c.Note)
	hash := "sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"
	for _, r := range []struct {
		body   string
		status int
		answer string
	}{
		{"", 400, ""},
		{"old x\n\n" + note, 400, ""},
		{"old 00\n\n" + note, 400, ""},
		{"old 4\n\n" + note, 400, ""},
		{"old 0\nnohash\n\n" + note, 400, ""},
		{"old 0\n" + strings.Repeat(hash, 64) + "\n" + note, 400, ""},
		{"old 0\n\nother.example" + note[len("example.com/licences"):], 404, ""},
		{"old 0\n\n" + strings.Replace(note, "\n3\n", "\n4\n", 1), 403, ""},
		{"old 2\n\n" + note, 409, "0\n"},
		{"old 0\n" + hash + "\n" + note, 422, ""},
		{"old 0\n\n" + note, 200, "— w "},
		{"old 0\n\n" + note, 409, "3\n"},
		{"old 3\n\n" + note, 200, "— w "},
	} {
		rec := httptest.NewRecorder()
		srv.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/add-checkpoint", strings.NewReader(r.body)))
		require.Equal(t, r.status, rec.Code, "%.60q: %s", r.body, rec.Body)
		require.Contains(t, rec.Body.String(), r.answer)
	}
}
