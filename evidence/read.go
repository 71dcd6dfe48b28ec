package evidence

import (
	"context"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// Len is the number of entries that are durable.
func (l *Log) Len(ctx context.Context) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	l.state.RLock()
	defer l.state.RUnlock()
	return l.tree.Size(), nil
}

// Entry is the entry at index i, checked against the tree.
func (l *Log) Entry(ctx context.Context, i Index) (Entry, error) {
	rec, err := l.record(ctx, i)
	if err != nil {
		return Entry{}, err
	}
	return entryOf(&rec), nil
}

// Leaf is what the tree commits to for the entry at index i: its kind, its run
// and a salted commitment to key and payload. tlog.RecordHash of it is the leaf
// hash that inclusion proofs are about.
func (l *Log) Leaf(ctx context.Context, i Index) ([]byte, error) {
	rec, err := l.record(ctx, i)
	if err != nil {
		return nil, err
	}
	leaf, _ := format.AppendLeaf(nil, &rec, nil)
	return leaf, nil
}

// Encoded is the entry at index i in the log's own encoding, with the salt of its
// commitment: whoever has it can compute the leaf. Hand it out only with the
// payload.
func (l *Log) Encoded(ctx context.Context, i Index) ([]byte, error) {
	rec, err := l.record(ctx, i)
	if err != nil {
		return nil, err
	}
	return format.AppendRecord(nil, &rec), nil
}

// Record is an entry with its place in the log.
type Record struct {
	Index Index
	Entry
}

// Entries yields the entries from index from up to the last that is durable when
// the loop starts, in order. An error is yielded once and ends the loop.
func (l *Log) Entries(ctx context.Context, from Index) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		r := l.reader()
		if from < 0 {
			yield(Record{}, fmt.Errorf("%w: %d", ErrNotFound, from))
			return
		}
		for i := int64(from); i < r.view.Size(); i++ {
			rec, err := format.Record{}, ctx.Err()
			if err == nil {
				rec, err = l.checked(r, i)
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			if !yield(Record{Index(i), entryOf(&rec)}, nil) {
				return
			}
		}
	}
}

// Tile is the hashes of one tlog-tiles tile, 32 bytes each: the n-th of a level,
// or the first width of its 256 hashes.
func (l *Log) Tile(ctx context.Context, level int, n int64, width int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := l.reader()
	size := r.view.Size()
	if level < 0 || level > 7 || n < 0 || width < 1 || width > merkle.Width || size>>(8*level) < n<<8+int64(width) {
		return nil, fmt.Errorf("%w: tile %d/%d of width %d in a log of %d", ErrNotFound, level, n, width, size)
	}
	if n == size>>(8*(level+1)) {
		return tileBytes(r.view.Edge(level)[:width]), nil
	}
	full, err := r.full(tileID{level, n})
	if err != nil {
		return nil, err
	}
	return tileBytes(full[:width]), nil
}

func (l *Log) record(ctx context.Context, i Index) (format.Record, error) {
	if err := ctx.Err(); err != nil {
		return format.Record{}, err
	}
	r := l.reader()
	if i < 0 || int64(i) >= r.view.Size() {
		return format.Record{}, fmt.Errorf("%w: %d in a log of %d", ErrNotFound, i, r.view.Size())
	}
	return l.checked(r, int64(i))
}

// checked is a record whose leaf hash is the one in the tree.
func (l *Log) checked(r *reader, i int64) (format.Record, error) {
	rec, err := l.segs.read(i)
	if err != nil {
		return rec, err
	}
	want, err := r.hash(0, i)
	if err != nil {
		return rec, err
	}
	if r.hasher.Leaf(&rec) != want {
		return rec, fmt.Errorf("%w: entry %d is not what was appended", ErrCorrupt, i)
	}
	return rec, nil
}

// reader reads the tree as it stands.
func (l *Log) reader() *reader {
	l.state.RLock()
	defer l.state.RUnlock()
	return &reader{tiles: l.tiles, view: l.tree.View()}
}

var _ tlog.HashReader = (*reader)(nil)
