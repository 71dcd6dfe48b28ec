package postgres

import (
	"context"
	"errors"
	"fmt"
)

// Exclusive waits until no other holder, in any process, is between Exclusive and
// done. Appends are not held up by it: it is for those who read the log, conclude and
// append, and must not be overtaken. It has a connection of its own; when that is
// lost, the database takes the turn as over, and done says so.
func (l *Log) Exclusive(ctx context.Context) (done func() error, err error) {
	pooled, err := l.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("postgres: exclusive: %w", err)
	}
	// Out of the pool, or those who wait could use up what the holder needs to append.
	conn, free := pooled.Hijack(), context.WithoutCancel(ctx)
	if _, err := conn.Exec(ctx, l.sql.exclude, l.sql.channel); err != nil {
		return nil, fmt.Errorf("postgres: exclusive: %w", errors.Join(err, conn.Close(free)))
	}
	return func() error {
		var held bool
		err := conn.QueryRow(free, l.sql.include, l.sql.channel).Scan(&held)
		if err == nil && !held {
			err = errors.New("the database took it as over")
		}
		if err = errors.Join(err, conn.Close(free)); err != nil {
			return fmt.Errorf("postgres: exclusive: the turn was lost: %w", err)
		}
		return nil
	}, nil
}
