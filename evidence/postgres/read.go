package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// page is how many entries are read at a time: those of one tile.
const page = merkle.Width

// Len is the number of entries that are committed.
func (l *Log) Len(ctx context.Context) (int64, error) {
	var size int64
	var root []byte
	if err := l.pool.QueryRow(ctx, l.sql.head).Scan(&size, &root); err != nil {
		return 0, fmt.Errorf("postgres: read head: %w", err)
	}
	return size, nil
}

// Entry is the entry at index i, checked against the tree.
func (l *Log) Entry(ctx context.Context, i evidence.Index) (evidence.Entry, error) {
	rec, err := l.record(ctx, i)
	return entryOf(&rec), err
}

// Leaf is what the tree commits to for the entry at index i, as evidence.Log.Leaf
// says.
func (l *Log) Leaf(ctx context.Context, i evidence.Index) ([]byte, error) {
	rec, err := l.record(ctx, i)
	if err != nil {
		return nil, err
	}
	leaf, _ := format.AppendLeaf(nil, &rec, nil)
	return leaf, nil
}

// Encoded is the entry at index i in the log's own encoding, as
// evidence.Log.Encoded says.
func (l *Log) Encoded(ctx context.Context, i evidence.Index) ([]byte, error) {
	rec, err := l.record(ctx, i)
	if err != nil {
		return nil, err
	}
	return format.AppendRecord(nil, &rec), nil
}

func (l *Log) record(ctx context.Context, i evidence.Index) (format.Record, error) {
	v, err := l.view(ctx)
	if err != nil {
		return format.Record{}, err
	}
	if i < 0 || int64(i) >= v.tree.Size() {
		return format.Record{}, fmt.Errorf("%w: %d in a log of %d", evidence.ErrNotFound, i, v.tree.Size())
	}
	recs, err := v.records(int64(i), int64(i)+1)
	if err != nil {
		return format.Record{}, err
	}
	return recs[0], nil
}

// records are the entries from first up to end, checked against the tree.
func (v *view) records(first, end int64) ([]format.Record, error) {
	rows, err := v.log.pool.Query(v.ctx, v.log.sql.records, first, end)
	if err != nil {
		return nil, fmt.Errorf("postgres: read entries: %w", err)
	}
	var hasher format.Hasher
	next := first
	recs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (format.Record, error) {
		var index int64
		var hash, b []byte
		if err := row.Scan(&index, &hash, &b); err != nil {
			return format.Record{}, err
		}
		rec, err := format.ParseRecord(b)
		if err != nil || index != next || hasher.Leaf(&rec) != hashOf(hash) {
			return rec, fmt.Errorf("%w: entry %d is not what was appended", evidence.ErrCorrupt, next)
		}
		next++
		return rec, nil
	})
	if err == nil && next != end {
		err = fmt.Errorf("%w: entry %d is missing", evidence.ErrCorrupt, next)
	}
	if err != nil {
		return nil, fmt.Errorf("postgres: read entries: %w", err)
	}
	for i := range recs {
		want, err := v.hash(0, first+int64(i))
		if err != nil {
			return nil, err
		}
		if hasher.Leaf(&recs[i]) != want {
			return nil, fmt.Errorf("%w: entry %d is not what was appended", evidence.ErrCorrupt, first+int64(i))
		}
	}
	return recs, nil
}

// Entries yields the entries from index from up to the last that is committed when
// the loop starts, in order. An error is yielded once and ends the loop.
func (l *Log) Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		v, err := l.view(ctx)
		if err == nil && from < 0 {
			err = fmt.Errorf("%w: %d", evidence.ErrNotFound, from)
		}
		if err != nil {
			yield(evidence.Record{}, err)
			return
		}
		v.each(int64(from), yield)
	}
}

// each yields the entries of the view from next on; false if the loop ended early
// or with an error.
func (v *view) each(next int64, yield func(evidence.Record, error) bool) bool {
	for next < v.tree.Size() {
		recs, err := v.records(next, min((next/page+1)*page, v.tree.Size()))
		if err != nil {
			yield(evidence.Record{}, err)
			return false
		}
		for i := range recs {
			if !yield(evidence.Record{Index: evidence.Index(next), Entry: entryOf(&recs[i])}, nil) {
				return false
			}
			next++
		}
	}
	return true
}

// Tile is the hashes of one tlog-tiles tile, 32 bytes each: the n-th of a level,
// or the first width of its 256 hashes.
func (l *Log) Tile(ctx context.Context, level int, n int64, width int) ([]byte, error) {
	v, err := l.view(ctx)
	if err != nil {
		return nil, err
	}
	size := v.tree.Size()
	if level < 0 || level > 7 || n < 0 || width < 1 || width > merkle.Width || size>>(8*level) < n<<8+int64(width) {
		return nil, fmt.Errorf("%w: tile %d/%d of width %d in a log of %d", evidence.ErrNotFound, level, n, width, size)
	}
	if n == size>>(8*(level+1)) {
		return tileBytes(v.tree.Edge(level)[:width]), nil
	}
	full, err := v.full(tileID{level, n})
	if err != nil {
		return nil, err
	}
	return tileBytes(full[:width]), nil
}

// ProveInclusion proves that the entry at index i is in the log of the first size
// entries, as evidence.Log.ProveInclusion says.
func (l *Log) ProveInclusion(ctx context.Context, i evidence.Index, size int64) (tlog.RecordProof, error) {
	v, err := l.at(ctx, size)
	if err != nil {
		return nil, err
	}
	if i < 0 || int64(i) >= size {
		return nil, fmt.Errorf("%w: %d among the first %d", evidence.ErrNotFound, i, size)
	}
	p, err := tlog.ProveRecord(size, int64(i), v)
	if err != nil {
		return nil, fmt.Errorf("postgres: prove entry %d: %w", i, err)
	}
	return p, nil
}

// ProveConsistency proves that the log of the first size entries continues that of
// the first old entries, as evidence.Log.ProveConsistency says.
func (l *Log) ProveConsistency(ctx context.Context, old, size int64) (tlog.TreeProof, error) {
	v, err := l.at(ctx, size)
	if err != nil {
		return nil, err
	}
	if old < 1 || old > size {
		return nil, fmt.Errorf("%w: size %d is not between 1 and %d", evidence.ErrNotFound, old, size)
	}
	p, err := tlog.ProveTree(size, old, v)
	if err != nil {
		return nil, fmt.Errorf("postgres: prove size %d from %d: %w", size, old, err)
	}
	return p, nil
}

// at reads a log that has had the given size.
func (l *Log) at(ctx context.Context, size int64) (*view, error) {
	v, err := l.view(ctx)
	if err == nil && (size < 0 || size > v.tree.Size()) {
		err = fmt.Errorf("%w: size %d of a log of %d", evidence.ErrNotFound, size, v.tree.Size())
	}
	return v, err
}

func entryOf(r *format.Record) evidence.Entry {
	return evidence.Entry{Kind: evidence.Kind(r.Kind), Run: evidence.RunID(r.Run), Key: r.Key, Payload: r.Payload}
}

// errUnpublished: the log is new and has no checkpoint yet.
var errUnpublished = errors.New("postgres: no checkpoint yet")
