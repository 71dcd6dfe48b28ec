package evidence_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
)

// testSigner is a fixed key: tests must not depend on which one.
func testSigner(t testing.TB) *evidence.Signer {
	t.Helper()
	seed := []byte("0123456789abcdef0123456789abcdef")
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(seed))
	require.NoError(t, err)
	return s
}

func openLog(t testing.TB, dir string, opts evidence.Options) *evidence.Log {
	t.Helper()
	if opts.Signer == nil {
		opts.Signer = testSigner(t)
	}
	l, err := evidence.Open(context.Background(), dir, opts)
	require.NoError(t, err)
	return l
}

func entry(i int) evidence.Entry {
	return evidence.Entry{
		Kind: "position", Key: fmt.Sprintf("k%d", i),
		Payload: fmt.Appendf(nil, `{"n":%d,"pad":%q}`, i, strings.Repeat("x", i%50)),
	}
}

func check(t testing.TB, dir string) *verify.Report {
	t.Helper()
	return checkKey(t, dir, testSigner(t).VerifierKey())
}

func checkKey(t testing.TB, dir, key string) *verify.Report {
	t.Helper()
	rep, err := verify.Folder(context.Background(), os.DirFS(dir), verify.Options{Key: key})
	require.NoError(t, err)
	return rep
}

func TestAppendReadReopen(t *testing.T) {
	ctx := t.Context()
	// Small segments, checkpoints on the way: each session crosses tile, segment
	// and key run borders.
	opts := evidence.Options{SegmentSize: 20_000, CheckpointEvery: 100}
	dir := t.TempDir()
	n := 0
	for _, session := range []int{0, 1, 254, 1, 1, 300} {
		l := openLog(t, dir, opts)
		got, err := l.Len(ctx)
		require.NoError(t, err)
		require.EqualValues(t, n, got)
		for range session {
			i, err := l.Append(ctx, entry(n))
			require.NoError(t, err)
			require.EqualValues(t, n, i)
			n++
		}
		for i := range n {
			e, err := l.Entry(ctx, evidence.Index(i))
			require.NoError(t, err)
			require.Equal(t, entry(i), e)
		}
		require.NoError(t, l.Close())
		require.NoError(t, check(t, dir).Err())
	}
}

func TestEntries(t *testing.T) {
	ctx := t.Context()
	l := openLog(t, t.TempDir(), evidence.Options{SegmentSize: 1000})
	defer l.Close()
	for i := range 40 {
		_, err := l.Append(ctx, entry(i))
		require.NoError(t, err)
	}
	next := 7
	for r, err := range l.Entries(ctx, 7) {
		require.NoError(t, err)
		require.EqualValues(t, next, r.Index)
		require.Equal(t, entry(next), r.Entry)
		next++
	}
	require.Equal(t, 40, next)
	for range l.Entries(ctx, 40) {
		t.Fatal("no entry after the last")
	}
}

func TestKeysAreIdempotent(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	opts := evidence.Options{CheckpointEvery: 40, SegmentSize: 4000}
	l := openLog(t, dir, opts)
	for i := range 500 {
		_, err := l.Append(ctx, entry(i))
		require.NoError(t, err)
	}
	for range 2 {
		for i := range 500 {
			e := entry(i)
			e.Payload = []byte("another payload, same key")
			got, err := l.Append(ctx, e)
			require.NoError(t, err)
			require.EqualValues(t, i, got)
		}
		got, err := l.AppendBatch(ctx, []evidence.Entry{entry(3), entry(500), entry(500), {Kind: "x"}, entry(499)})
		require.NoError(t, err)
		n, err := l.Len(ctx)
		require.NoError(t, err)
		require.Equal(t, []evidence.Index{3, 500, 500, evidence.Index(n - 1), 499}, got)
		require.NoError(t, l.Close())
		l = openLog(t, dir, opts)
	}
	require.NoError(t, l.Close())
	require.NoError(t, check(t, dir).Err())
}

func TestConcurrentAppends(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	l := openLog(t, dir, evidence.Options{SegmentSize: 50_000, CheckpointEvery: 300})
	const writers, each = 32, 60
	seen := make([]string, writers*each)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for k := range each {
				key := fmt.Sprintf("w%d-%d", w, k)
				i, err := l.Append(ctx, evidence.Entry{Kind: "plan", Key: key, Payload: []byte(key)})
				if assert.NoError(t, err) {
					seen[i] = key
				}
				if k%20 == 0 {
					_, err := l.Checkpoint(ctx)
					assert.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
	for i, key := range seen {
		e, err := l.Entry(ctx, evidence.Index(i))
		require.NoError(t, err)
		require.Equal(t, key, e.Key, "entry %d", i)
	}
	require.NoError(t, l.Close())
	require.NoError(t, check(t, dir).Err())
}

// Proofs are made from tiles and edges; x/mod checks them against roots it
// computed from the leaves alone.
func TestProofs(t *testing.T) {
	ctx := t.Context()
	l := openLog(t, t.TempDir(), evidence.Options{CheckpointEvery: 200})
	defer l.Close()
	const n = 700
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	leaves := make([][]byte, n)
	for i := range n {
		_, err := l.Append(ctx, entry(i))
		require.NoError(t, err)
		leaves[i], err = l.Leaf(ctx, evidence.Index(i))
		require.NoError(t, err)
		hashes, err := tlog.StoredHashes(int64(i), leaves[i], reader)
		require.NoError(t, err)
		stored = append(stored, hashes...)
	}
	for size := int64(1); size <= n; size += 1 + size/3 {
		root, err := tlog.TreeHash(size, reader)
		require.NoError(t, err)
		got, err := l.Root(ctx, size)
		require.NoError(t, err)
		require.Equal(t, root, got)
		for i := int64(0); i < size; i += 1 + size/5 {
			p, err := l.ProveInclusion(ctx, evidence.Index(i), size)
			require.NoError(t, err)
			require.NoError(t, tlog.CheckRecord(p, size, root, i, tlog.RecordHash(leaves[i])))
		}
		for old := int64(1); old <= size; old += 1 + size/5 {
			oldRoot, err := tlog.TreeHash(old, reader)
			require.NoError(t, err)
			p, err := l.ProveConsistency(ctx, old, size)
			require.NoError(t, err)
			require.NoError(t, tlog.CheckTree(p, size, root, old, oldRoot))
		}
	}
	_, err := l.ProveInclusion(ctx, 5, n+1)
	require.ErrorIs(t, err, evidence.ErrNotFound)
	_, err = l.ProveInclusion(ctx, 5, 5)
	require.ErrorIs(t, err, evidence.ErrNotFound)
	_, err = l.ProveConsistency(ctx, 0, 5)
	require.ErrorIs(t, err, evidence.ErrNotFound)
}

func TestSecondWriterIsRefused(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, evidence.Options{})
	_, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: testSigner(t)})
	require.ErrorIs(t, err, evidence.ErrLocked)
	require.NoError(t, l.Close())
	require.NoError(t, openLog(t, dir, evidence.Options{}).Close())
}

func TestClosed(t *testing.T) {
	ctx := t.Context()
	l := openLog(t, t.TempDir(), evidence.Options{})
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err := l.Append(ctx, entry(0))
	require.ErrorIs(t, err, evidence.ErrClosed)
	_, err = l.Checkpoint(ctx)
	require.ErrorIs(t, err, evidence.ErrClosed)
}

func TestInvalidEntries(t *testing.T) {
	ctx := t.Context()
	l := openLog(t, t.TempDir(), evidence.Options{})
	defer l.Close()
	for name, e := range map[string]evidence.Entry{
		"no kind":      {},
		"upper case":   {Kind: "Position"},
		"long kind":    {Kind: evidence.Kind(strings.Repeat("k", 256))},
		"control":      {Kind: "k", Run: "a\nb"},
		"bad utf-8":    {Kind: "k", Run: "a\xff"},
		"long run":     {Kind: "k", Run: evidence.RunID(strings.Repeat("r", 256))},
		"long key":     {Kind: "k", Key: strings.Repeat("k", evidence.MaxKey+1)},
		"long payload": {Kind: "k", Payload: make([]byte, evidence.MaxPayload+1)},
	} {
		_, err := l.Append(ctx, e)
		require.ErrorIs(t, err, evidence.ErrInvalid, name)
		_, err = l.AppendBatch(ctx, []evidence.Entry{entry(0), e})
		require.ErrorIs(t, err, evidence.ErrInvalid, name)
	}
	n, err := l.Len(ctx)
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = l.Append(ctx, evidence.Entry{Kind: "k", Payload: make([]byte, evidence.MaxPayload)})
	require.NoError(t, err)
}

func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := openLog(t, t.TempDir(), evidence.Options{})
	defer l.Close()
	cancel()
	_, err := l.Append(ctx, entry(0))
	require.ErrorIs(t, err, context.Canceled)
	_, err = l.Entry(ctx, 0)
	require.ErrorIs(t, err, context.Canceled)
	_, err = l.Len(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestForeignFoldersAreRefused(t *testing.T) {
	other, err := evidence.NewSigner("example.com/other", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	dir := t.TempDir()
	l := openLog(t, dir, evidence.Options{})
	_, err = l.Append(t.Context(), entry(0))
	require.NoError(t, err)
	require.NoError(t, l.Close())

	_, err = evidence.Open(t.Context(), dir, evidence.Options{Signer: other})
	require.ErrorIs(t, err, evidence.ErrCorrupt)
	_, err = evidence.Open(t.Context(), dir, evidence.Options{})
	require.ErrorIs(t, err, evidence.ErrInvalid)

	require.NoError(t, os.Remove(filepath.Join(dir, "checkpoint")))
	_, err = evidence.Open(t.Context(), dir, evidence.Options{Signer: testSigner(t)})
	require.ErrorIs(t, err, evidence.ErrCorrupt)
}
