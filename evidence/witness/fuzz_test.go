package witness_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/witness"
)

// Whatever is sent to a witness: it cosigns only what the log has signed, and remembers
// nothing else.
func FuzzAddCheckpoint(f *testing.F) {
	s, err := evidence.NewSigner("example.com/licences", key("log"))
	require.NoError(f, err)
	l, err := evidence.Open(f.Context(), f.TempDir(), evidence.Options{Signer: s})
	require.NoError(f, err)
	_, err = l.Append(f.Context(), evidence.Entry{Kind: "note"})
	require.NoError(f, err)
	c, err := l.Checkpoint(f.Context())
	require.NoError(f, err)
	require.NoError(f, l.Close())
	good := "old 0\n\n" + string(c.Note)
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "old 0", "old 9223372036854775807", 1)))
	f.Add([]byte(strings.Replace(good, "old 0\n", "old 0\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n", 1)))
	f.Add([]byte("old -1\n\nexample.com/licences\n-1\n\n"))
	cosigner, err := cosign.NewCosigner("w", key("w"))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		srv, err := witness.NewServer(witness.ServerOptions{Cosigner: cosigner, Logs: []string{s.VerifierKey()}, Dir: dir, Now: time.Now})
		require.NoError(t, err)
		_, err = srv.AddCheckpoint(t.Context(), b)
		kept, globErr := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, globErr)
		if err != nil {
			require.Empty(t, kept)
			return
		}
		require.Len(t, kept, 1)
		note, err := os.ReadFile(kept[0])
		require.NoError(t, err)
		_, err = evidence.ParseCheckpoint(note, s.VerifierKey())
		require.NoError(t, err)
	})
}
