package interop

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/witness/persistence/inmemory"
	other "github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/evidence/witness"
)

// start serves a witness of transparency-dev that knows the log, and gives its URL and
// verifier key.
func start(t *testing.T, log *evidence.Signer) (url, vkey string) {
	t.Helper()
	skey, public, err := note.GenerateKey(rand.Reader, "witness.example/w")
	require.NoError(t, err)
	signer, err := formats.NewSignerForCosignatureV1(skey)
	require.NoError(t, err)
	known, err := note.NewVerifier(log.VerifierKey())
	require.NoError(t, err)
	w, err := other.New(t.Context(), other.Opts{
		Persistence: inmemory.New(), Signers: []note.Signer{signer},
		VerifierForLog: func(_ context.Context, origin string) (note.Verifier, bool, error) {
			return known, origin == known.Name(), nil
		},
	})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", other.NewHTTPHandler(w).AddCheckpoint)
	vkey, err = formats.VKeyToCosignatureV1(public)
	require.NoError(t, err)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, vkey
}

// A witness that no one here wrote cosigns the log as it grows, its cosignatures
// satisfy the policy of the verifier, and it refuses a second history.
func TestWitness(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := evidence.NewSigner("example.com/licences", private)
	require.NoError(t, err)
	url, vkey := start(t, signer)
	anchor, err := witness.NewHTTP(url, vkey, nil)
	require.NoError(t, err)
	text := fmt.Sprintf("log %s\nwitness w %s\nquorum w\n", signer.VerifierKey(), vkey)
	policy, err := cosign.ParsePolicy("policy", []byte(text))
	require.NoError(t, err)

	dir := t.TempDir()
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer})
	require.NoError(t, err)
	for _, n := range []int{1, 2, 300, 700} {
		for range n {
			_, err := l.Append(t.Context(), evidence.Entry{Kind: "plan"})
			require.NoError(t, err)
		}
		c, err := witness.Publish(t.Context(), l, anchor)
		require.NoError(t, err)
		seen, err := policy.Check(c.Note)
		require.NoError(t, err)
		require.Len(t, seen.Cosignatures, 1)
	}
	require.NoError(t, l.Close())
	rep, err := verify.Folder(t.Context(), os.DirFS(dir), verify.Options{Key: signer.VerifierKey(), Policy: policy})
	require.NoError(t, err)
	require.NoError(t, rep.Err())

	fork, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: signer})
	require.NoError(t, err)
	for range 2000 {
		_, err := fork.Append(t.Context(), evidence.Entry{Kind: "other"})
		require.NoError(t, err)
	}
	_, err = witness.Publish(t.Context(), fork, anchor)
	require.ErrorIs(t, err, witness.ErrConflict)
	require.NoError(t, fork.Close())
}
