package evidence

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// Source is what an excerpt is made from: this package's Log, and that of the module
// postgres.
type Source interface {
	Encoded(ctx context.Context, i Index) ([]byte, error)
	Tile(ctx context.Context, level int, n int64, width int) ([]byte, error)
}

var _ Source = (*Log)(nil)

// Excerpt is the files that prove entries to someone who has not the log: the
// checkpoint, the entries, and those tiles of the tree on the way from them to the
// root, so that many entries share one proof. Since are sizes of earlier
// checkpoints, which the excerpt can then be shown to continue. verify.Package
// checks it; by paths of the C2SP layout, any client of tlog-tiles can too.
//
// The payloads of the entries are in it, nothing of any other entry.
func Excerpt(ctx context.Context, l Source, c Checkpoint, entries []Index, since ...int64) (map[string][]byte, error) {
	entries = slices.Compact(slices.Sorted(slices.Values(entries)))
	files := map[string][]byte{format.CheckpointFile: c.Note}
	r := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, &tileRecorder{ctx: ctx, log: l, files: files})
	var all []byte
	tile := int64(-1)
	for _, i := range entries {
		if i < 0 || int64(i) >= c.Size {
			return nil, fmt.Errorf("%w: %d among the first %d", ErrNotFound, i, c.Size)
		}
		record, err := l.Encoded(ctx, i)
		if err != nil {
			return nil, err
		}
		all = format.AppendExcerpted(all, int64(i), record)
		if int64(i)/format.TileWidth == tile {
			continue
		}
		tile = int64(i) / format.TileWidth
		if _, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))}); err != nil {
			return nil, fmt.Errorf("evidence: excerpt of entry %d: %w", i, err)
		}
	}
	for _, size := range since {
		if size < 1 || size > c.Size {
			return nil, fmt.Errorf("%w: size %d of a log of %d", ErrNotFound, size, c.Size)
		}
		if _, err := tlog.TreeHash(size, r); err != nil {
			return nil, fmt.Errorf("evidence: excerpt since %d entries: %w", size, err)
		}
	}
	files[format.ExcerptFile] = all
	return files, nil
}

// tileRecorder reads tiles of a log and keeps them as files.
type tileRecorder struct {
	ctx   context.Context
	log   Source
	files map[string][]byte
}

func (*tileRecorder) Height() int                     { return 8 }
func (*tileRecorder) SaveTiles([]tlog.Tile, [][]byte) {}

func (r *tileRecorder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		var err error
		if out[i], err = r.log.Tile(r.ctx, t.L, t.N, t.W); err != nil {
			return nil, err
		}
		r.files[format.TilePath(t.L, t.N, t.W)] = out[i]
	}
	return out, nil
}
