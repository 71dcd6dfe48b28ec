package evidence

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
)

// Batches that are hashed while they are written, of entries that are new, known
// already, or twice in the batch: every index is right, and every leaf in the tree.
func TestLargeBatches(t *testing.T) {
	d := newMemDisk()
	opts := faultOptions(t)
	opts.SegmentSize = 1 << 20
	l, err := open(t.Context(), d, opts)
	require.NoError(t, err)
	at := map[string]Index{}
	var stored []tlog.Hash
	for round := range 6 {
		var batch []Entry
		for i := range 400 {
			e := Entry{Kind: "position", Run: "r", Payload: fmt.Append(nil, round, i)}
			if i%3 > 0 {
				e.Key = fmt.Sprint((round*131 + i*i) % 701)
			}
			batch = append(batch, e)
		}
		indexes, err := l.AppendBatch(t.Context(), batch)
		require.NoError(t, err)
		next := Index(len(stored))
		for i, e := range batch {
			want, known := at[e.Key]
			if e.Key == "" || !known {
				want = next
				next++
				leaf, err := l.Leaf(t.Context(), want)
				require.NoError(t, err)
				stored = append(stored, tlog.RecordHash(leaf))
			}
			require.Equal(t, want, indexes[i])
			if e.Key != "" {
				at[e.Key] = want
			}
		}
		if round%2 == 0 {
			_, err := l.Checkpoint(t.Context())
			require.NoError(t, err)
		}
		size, err := l.Len(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, next, size)
	}
	root, err := l.Root(t.Context(), int64(len(stored)))
	require.NoError(t, err)
	require.Equal(t, rootOf(stored), root)
	require.NoError(t, l.Close())
}

// rootOf is the definition in RFC 6962, section 2.1.
func rootOf(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(rootOf(leaves[:k]), rootOf(leaves[k:]))
}

// A batch of which one write or sync fails is not in the tree, whatever of its hashes
// was ready, and the tiles it filled are not published.
func TestLargeBatchFails(t *testing.T) {
	opts := faultOptions(t)
	opts.SegmentSize = 1 << 20
	batch := make([]Entry, 600)
	for i := range batch {
		batch[i] = Entry{Kind: "position", Payload: fmt.Append(nil, i)}
	}
	for step := 1; step <= 2; step++ { // write, sync
		d := newMemDisk()
		l, err := open(t.Context(), d, opts)
		require.NoError(t, err)
		l.app.large = 0
		_, err = l.Append(t.Context(), Entry{Kind: "first"})
		require.NoError(t, err)
		d.failAt = d.ops + step
		_, err = l.AppendBatch(t.Context(), batch)
		require.ErrorIs(t, err, ErrFailed)
		size, err := l.Len(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, size)
		require.Empty(t, slices.Collect(maps.Keys(l.tiles.unpublished())))
		require.NoError(t, l.Close())
	}
}

// Batches of several callers, some of which lead and some of which wait, share groups
// with single entries and keep together.
func TestConcurrentBatches(t *testing.T) {
	opts := faultOptions(t)
	opts.SegmentSize = 1 << 20
	l, err := open(t.Context(), newMemDisk(), opts)
	require.NoError(t, err)
	var callers errgroup.Group
	for c := range 8 {
		callers.Go(func() error {
			for round := range 5 {
				batch := make([]Entry, 1+c*40)
				for i := range batch {
					batch[i] = Entry{Kind: "position", Payload: fmt.Append(nil, c, round, i)}
				}
				indexes, err := l.AppendBatch(t.Context(), batch)
				if err != nil {
					return err
				}
				for i, at := range indexes {
					e, err := l.Entry(t.Context(), at) // checks it against the tree
					if err != nil || at != indexes[0]+Index(i) || !slices.Equal(e.Payload, batch[i].Payload) {
						return fmt.Errorf("caller %d, entry %d at %d: %s, %w", c, i, at, e.Payload, err)
					}
				}
			}
			return nil
		})
	}
	require.NoError(t, callers.Wait())
	require.NoError(t, l.Close())
}
