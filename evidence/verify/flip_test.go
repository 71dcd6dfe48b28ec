package verify_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/internal/norace"
)

func signer(t testing.TB) *evidence.Signer {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef")))
	require.NoError(t, err)
	return s
}

// write makes a log of two runs, over several groups and segments, with n entries
// more than the small ones.
func write(t testing.TB, dir string, n int) {
	t.Helper()
	ctx := t.Context()
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: signer(t), SegmentSize: 400})
	require.NoError(t, err)
	for _, id := range []evidence.RunID{"2026-Q2", "2026-Q3"} {
		run := l.Run(id)
		for i, kind := range []evidence.Kind{"batch", "plan"} {
			_, err := run.Append(ctx, evidence.Entry{Kind: kind, Key: fmt.Sprintf("%s/%d", id, i), Payload: []byte("payload")})
			require.NoError(t, err)
		}
		_, err := run.Complete(ctx)
		require.NoError(t, err)
	}
	for i := range n {
		_, err := l.Append(ctx, evidence.Entry{Kind: "note", Payload: fmt.Appendf(nil, "%d", i)})
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
}

// load reads a folder into memory, where it is cheap to damage.
func load(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(dir + "/" + name)
		m[name] = &fstest.MapFile{Data: b}
		return err
	}))
	return m
}

func check(t testing.TB, fsys fs.FS) *verify.Report {
	t.Helper()
	rep, err := verify.Folder(context.Background(), fsys, verify.Options{Key: signer(t).VerifierKey()})
	require.NoError(t, err)
	return rep
}

// Every single bit of every file: a named failure each time.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	if norace.Again(t) {
		return
	}
	dir := t.TempDir()
	write(t, dir, 1)
	m := load(t, dir)
	require.True(t, check(t, m).OK())
	require.Greater(t, len(m), 6, "several segments, tiles, keys, checkpoint, lock")
	bits := 0
	for name, f := range m {
		for bit := range 8 * len(f.Data) {
			f.Data[bit/8] ^= 1 << (bit % 8)
			rep := check(t, m)
			problems := append(rep.Integrity.Problems, rep.Provenance.Problems...)
			require.False(t, rep.OK(), "%s, bit %d", name, bit)
			require.NotEmpty(t, problems, "%s, bit %d", name, bit)
			require.True(t, blames(problems, name), "%s, bit %d: %v", name, bit, problems)
			f.Data[bit/8] ^= 1 << (bit % 8)
			bits++
		}
	}
	require.Greater(t, bits, 5_000)
	require.True(t, check(t, m).OK())
}

// blames is whether the first problem names the damaged file, or, for a damaged
// segment, an entry.
func blames(problems []verify.Problem, name string) bool {
	if strings.HasPrefix(name, "entries/") {
		return strings.HasPrefix(problems[0].Where, "entry ") || problems[0].Where == name
	}
	return problems[0].Where == name
}
