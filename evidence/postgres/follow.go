package postgres

import (
	"context"
	"fmt"
	"iter"

	"github.com/trueup-dev/trueup/evidence"
)

// Follow yields the entries from index from on, those that are there and then those
// that come, from any process, until ctx ends or the loop does. It holds one
// connection of its own. An error, that of ctx included, is yielded once and ends
// the loop; after a lost connection, follow again from the next index.
func (l *Log) Follow(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		if from < 0 {
			yield(evidence.Record{}, fmt.Errorf("%w: %d", evidence.ErrNotFound, from))
			return
		}
		pooled, err := l.pool.Acquire(ctx)
		if err != nil {
			yield(evidence.Record{}, fmt.Errorf("postgres: follow: %w", err))
			return
		}
		conn := pooled.Hijack() // it listens, so the pool must not have it back
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
		if _, err := conn.Exec(ctx, "LISTEN "+l.sql.quotedChannel); err != nil {
			yield(evidence.Record{}, fmt.Errorf("postgres: follow: %w", err))
			return
		}
		for next := int64(from); ; {
			v, err := l.view(ctx)
			if err != nil {
				yield(evidence.Record{}, err)
				return
			}
			if !v.each(next, yield) {
				return
			}
			next = max(next, v.tree.Size())
			if _, err := conn.WaitForNotification(ctx); err != nil {
				yield(evidence.Record{}, fmt.Errorf("postgres: follow: %w", err))
				return
			}
		}
	}
}
