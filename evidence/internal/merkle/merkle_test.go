package merkle

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

func leaf(i int) tlog.Hash {
	return tlog.RecordHash(binary.BigEndian.AppendUint64(nil, uint64(i)))
}

// x/mod computes roots and tiles of the same tree in another way.
func TestTreeAgainstXMod(t *testing.T) {
	const n = 256*256 + 256*3 + 17
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	var tree Tree
	full := 0
	tree.Full = func(level int, n int64, hashes []tlog.Hash) {
		full++
		want, err := tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: n, W: Width}, read)
		require.NoError(t, err)
		for i, h := range hashes {
			require.Equal(t, want[32*i:32*i+32], h[:])
		}
	}
	require.EqualValues(t, sha256.Sum256(nil), tree.Root())
	for i := range n {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), leaf(i), read)
		require.NoError(t, err)
		stored = append(stored, hashes...)
		tree.Append(leaf(i))
		if i%509 == 0 || i < 600 {
			root, err := tlog.TreeHash(int64(i+1), read)
			require.NoError(t, err)
			require.Equal(t, root, tree.Root(), i)
		}
	}
	require.Equal(t, 256+3+1, full)
	require.EqualValues(t, n, tree.Size())
}

func TestLoadAndView(t *testing.T) {
	var tree Tree
	for i := range 70_000 {
		tree.Append(leaf(i))
	}
	view := tree.View()
	var loaded Tree
	require.True(t, loaded.Load(70_000, func(level, width int, n int64) ([]tlog.Hash, bool) {
		edge := tree.Edge(level)
		return edge, len(edge) == width
	}))
	require.Equal(t, tree.Root(), loaded.Root())
	before := tree.Root()
	for i := range 1000 {
		tree.Append(leaf(i))
		loaded.Append(leaf(i))
		require.Equal(t, tree.Root(), loaded.Root())
	}
	require.Equal(t, before, view.Root())
	require.False(t, loaded.Load(5, func(int, int, int64) ([]tlog.Hash, bool) { return nil, true }))
}
