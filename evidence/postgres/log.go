package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
	"github.com/trueup-dev/trueup/evidence/internal/queue"
)

// Options says how a Log works. Only Signer has no default.
type Options struct {
	// Signer signs the checkpoints. A log keeps one origin for life.
	Signer *evidence.Signer

	// Schema is the schema that holds the log's tables: "trueup_evidence" if empty.
	// A database can hold several logs.
	Schema string

	// Random gives the salts: crypto/rand if nil.
	Random io.Reader
}

// Log is an append-only log in a PostgreSQL database. Its methods may be called
// from any number of goroutines, and any number of processes may have the same log
// open.
type Log struct {
	opts Options
	pool *pgxpool.Pool
	sql  statements

	queue queue.Queue[*request]
	salts sync.Mutex // guards opts.Random

	// Owned by the leader of the moment.
	own   *merkle.Tree // nil when it is not known
	fresh []tile       // tiles that own has filled in the group under way

	state  sync.Mutex // guards the rest
	seen   merkle.Tree
	nodes  map[tileID]*nodes
	order  []tileID
	latest evidence.Checkpoint // the newest this process has seen
}

// Open opens the log in a schema of the database, and makes it if it is not there.
// The pool stays the caller's: close it after the Log. The database must be
// PostgreSQL 14 or later, with fsync on.
func Open(ctx context.Context, pool *pgxpool.Pool, opts Options) (*Log, error) {
	if pool == nil || opts.Signer == nil {
		return nil, fmt.Errorf("%w: a pool and Options.Signer are needed", evidence.ErrInvalid)
	}
	if opts.Schema == "" {
		opts.Schema = "trueup_evidence"
	}
	if opts.Random == nil {
		opts.Random = rand.Reader
	}
	l := &Log{opts: opts, pool: pool, sql: newStatements(opts.Schema), nodes: map[tileID]*nodes{}}
	l.queue = queue.Queue[*request]{Commit: l.commit, Limit: format.MaxGroup}
	if err := l.prepare(ctx); err != nil {
		return nil, fmt.Errorf("postgres: open %s: %w", opts.Schema, err)
	}
	if err := l.continues(ctx); err != nil {
		return nil, fmt.Errorf("postgres: open %s: %w", opts.Schema, err)
	}
	return l, nil
}

// continues checks that the tree continues the checkpoint that is published, and
// publishes the first one of a new log.
func (l *Log) continues(ctx context.Context) error {
	c, err := l.readPublished(ctx)
	if errors.Is(err, errUnpublished) {
		_, err = l.publish(ctx)
		return err
	}
	if err != nil {
		return err
	}
	v, err := l.view(ctx)
	if err != nil {
		return err
	}
	return v.continues(c)
}

// Close publishes a checkpoint over all entries. Appends under way are finished
// first, later ones get evidence.ErrClosed. Closing again does nothing.
func (l *Log) Close() error {
	if failed := l.queue.Close(evidence.ErrClosed); errors.Is(failed, evidence.ErrClosed) {
		return nil // closed before
	}
	if _, err := l.publish(context.Background()); err != nil {
		return fmt.Errorf("postgres: close: %w", err)
	}
	return nil
}
