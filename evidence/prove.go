package evidence

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ProveInclusion proves that the entry at index i is in the log of the first size
// entries: give a checkpoint's Size, and check with
//
//	tlog.CheckRecord(proof, c.Size, c.Root, int64(i), tlog.RecordHash(leaf))
//
// where leaf is what Leaf returns.
func (l *Log) ProveInclusion(ctx context.Context, i Index, size int64) (tlog.RecordProof, error) {
	r, err := l.at(ctx, size)
	if err != nil {
		return nil, err
	}
	if i < 0 || int64(i) >= size {
		return nil, fmt.Errorf("%w: %d among the first %d", ErrNotFound, i, size)
	}
	p, err := tlog.ProveRecord(size, int64(i), r)
	if err != nil {
		return nil, fmt.Errorf("evidence: prove entry %d: %w", i, err)
	}
	return p, nil
}

// ProveConsistency proves that the log of the first size entries continues that
// of the first old entries: that nothing was changed or taken away. Check with
//
//	tlog.CheckTree(proof, size, root, old, oldRoot)
func (l *Log) ProveConsistency(ctx context.Context, old, size int64) (tlog.TreeProof, error) {
	r, err := l.at(ctx, size)
	if err != nil {
		return nil, err
	}
	if old < 1 || old > size {
		return nil, fmt.Errorf("%w: size %d is not between 1 and %d", ErrNotFound, old, size)
	}
	p, err := tlog.ProveTree(size, old, r)
	if err != nil {
		return nil, fmt.Errorf("evidence: prove size %d from %d: %w", size, old, err)
	}
	return p, nil
}

// Root is the root hash over the first size entries.
func (l *Log) Root(ctx context.Context, size int64) (tlog.Hash, error) {
	r, err := l.at(ctx, size)
	if err != nil {
		return tlog.Hash{}, err
	}
	if size == r.view.Size() {
		return r.view.Root(), nil
	}
	h, err := tlog.TreeHash(size, r)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("evidence: root of %d entries: %w", size, err)
	}
	return h, nil
}

// at reads a log that has had the given size.
func (l *Log) at(ctx context.Context, size int64) (*reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := l.reader()
	if size < 0 || size > r.view.Size() {
		return nil, fmt.Errorf("%w: size %d of a log of %d", ErrNotFound, size, r.view.Size())
	}
	return r, nil
}
