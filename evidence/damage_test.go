package evidence_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
)

// crashed is a folder as a killed process leaves it: entries after the checkpoint,
// and zeros after the entries.
func crashed(t *testing.T, n int) string {
	t.Helper()
	live, dir := t.TempDir(), t.TempDir()
	l := openLog(t, live, evidence.Options{})
	defer l.Close()
	for i := range n {
		_, err := l.Append(t.Context(), entry(i))
		require.NoError(t, err)
	}
	require.NoError(t, os.CopyFS(dir, os.DirFS(live)))
	return dir
}

const segment = "entries/0000000000000000"

func damage(t *testing.T, path string, change func(b []byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, change(b), 0o644))
}

func TestTornGroupIsDropped(t *testing.T) {
	dir := crashed(t, 10)
	l := openLog(t, dir, evidence.Options{})
	require.NoError(t, l.Close())
	whole, err := os.ReadFile(filepath.Join(dir, segment))
	require.NoError(t, err)
	for _, cut := range []int{1, 40, 100} {
		dir := crashed(t, 10)
		damage(t, filepath.Join(dir, segment), func(b []byte) []byte {
			clear(b[len(whole)-cut:])
			return b
		})
		l := openLog(t, dir, evidence.Options{})
		n, err := l.Len(t.Context())
		require.NoError(t, err)
		require.Less(t, n, int64(10))
		i, err := l.Append(t.Context(), entry(9))
		require.NoError(t, err)
		require.EqualValues(t, n, i)
		require.NoError(t, l.Close())
		require.NoError(t, check(t, dir).Err())
	}
}

// Damage with whole groups after it is no torn write: dropping it would drop
// entries that were acknowledged.
func TestDamageBeforeTheEndIsRefused(t *testing.T) {
	dir := crashed(t, 10)
	path := filepath.Join(dir, segment)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	damage(t, path, func(b []byte) []byte { b[300] ^= 1; return b })
	_, err = evidence.Open(t.Context(), dir, evidence.Options{Signer: testSigner(t)})
	require.ErrorIs(t, err, evidence.ErrCorrupt)
	damage(t, path, func(b []byte) []byte { b[300] ^= 1; return b })
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after, "a refused folder must be left as it is")
}

func TestLostEntriesAreRefused(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, evidence.Options{})
	for i := range 5 {
		_, err := l.Append(t.Context(), entry(i))
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	damage(t, filepath.Join(dir, segment), func(b []byte) []byte { return b[:len(b)-1] })
	_, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: testSigner(t)})
	require.ErrorIs(t, err, evidence.ErrCorrupt)
}

func TestReadingDamagedEntry(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, evidence.Options{SegmentSize: 4000, CheckpointEvery: 100})
	for i := range 600 {
		_, err := l.Append(t.Context(), entry(i))
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	// The last byte of the first segment is in the payload of its last entry.
	damage(t, filepath.Join(dir, segment), func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
	damage(t, filepath.Join(dir, "tile/0/001"), func(b []byte) []byte { b[0] ^= 1; return b })
	l = openLog(t, dir, evidence.Options{})
	defer l.Close()
	_, err := l.Entry(t.Context(), 0)
	require.ErrorIs(t, err, evidence.ErrCorrupt)
	_, err = l.Entry(t.Context(), 300)
	require.ErrorIs(t, err, evidence.ErrCorrupt)
	require.ErrorContains(t, err, "tile/0/001")
	_, err = l.Entry(t.Context(), 599)
	require.NoError(t, err)
}

// Tiles can be computed from the entries, and are when they are gone.
func TestTilesAreRebuilt(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, evidence.Options{})
	for i := range 300 {
		_, err := l.Append(t.Context(), entry(i))
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "tile")))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "keys")))
	require.False(t, check(t, dir).OK())
	l = openLog(t, dir, evidence.Options{})
	i, err := l.Append(t.Context(), entry(17))
	require.NoError(t, err)
	require.EqualValues(t, 17, i)
	_, err = l.Append(t.Context(), entry(300))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, check(t, dir).Err())
}

// folderTiles reads tiles as any client of tlog-tiles does.
type folderTiles string

func (folderTiles) Height() int                     { return 8 }
func (folderTiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (d folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := "tile" + tile.Path()[len("tile/8"):] // C2SP leaves the height out
		b, err := os.ReadFile(filepath.Join(string(d), path))
		if err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

// The folder as a stranger's client sees it: golang.org/x/mod opens the checkpoint
// and authenticates every leaf hash from the tiles.
func TestFolderAsSeenByXMod(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, evidence.Options{CheckpointEvery: 100})
	const n = 700
	leaves := make([]tlog.Hash, n)
	for i := range n {
		_, err := l.Append(t.Context(), entry(i))
		require.NoError(t, err)
		leaf, err := l.Leaf(t.Context(), evidence.Index(i))
		require.NoError(t, err)
		leaves[i] = tlog.RecordHash(leaf)
	}
	require.NoError(t, l.Close())

	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	require.NoError(t, err)
	v, err := note.NewVerifier(testSigner(t).VerifierKey())
	require.NoError(t, err)
	opened, err := note.Open(msg, note.VerifierList(v))
	require.NoError(t, err)
	require.Len(t, opened.Sigs, 1)
	c, err := evidence.ParseCheckpoint(msg, testSigner(t).VerifierKey())
	require.NoError(t, err)
	require.EqualValues(t, n, c.Size)

	r := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, folderTiles(dir))
	for i, want := range leaves {
		got, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		require.NoError(t, err)
		require.Equal(t, want, got[0])
	}
}

// A cancelled append that is still queued is withdrawn, and its place is not lost.
func TestAppendIsWithdrawn(t *testing.T) {
	l := openLog(t, t.TempDir(), evidence.Options{})
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	_, err := l.Append(ctx, entry(0))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	i, err := l.Append(t.Context(), entry(1))
	require.NoError(t, err)
	require.Zero(t, i)
}
