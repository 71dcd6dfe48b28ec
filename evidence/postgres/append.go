package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
	"github.com/trueup-dev/trueup/evidence/internal/queue"
)

// request is the call of one caller: one entry, or a batch that is kept together.
type request struct {
	queue.Slot
	items []item
}

type item struct {
	record []byte
	hash   tlog.Hash
	key    []byte // SHA-256 of the idempotency key, nil without one
	index  int64
}

// add encodes and hashes one entry, in the goroutine of the caller.
func (l *Log) add(r *request, e *evidence.Entry, h *format.Hasher) error {
	if err := e.Validate(); err != nil {
		return err
	}
	rec := format.Record{Kind: string(e.Kind), Run: string(e.Run), Key: e.Key, Payload: e.Payload}
	l.salts.Lock()
	_, err := io.ReadFull(l.opts.Random, rec.Salt[:])
	l.salts.Unlock()
	if err != nil {
		return fmt.Errorf("postgres: read salt: %w", err)
	}
	it := item{record: format.AppendRecord(make([]byte, 0, rec.Size()), &rec), hash: h.Leaf(&rec)}
	if e.Key != "" {
		sum := sha256.Sum256([]byte(e.Key))
		it.key = sum[:]
	}
	r.items = append(r.items, it)
	r.Size += len(it.record)
	return nil
}

// Append adds one entry and returns its index, or the index of the first entry
// with an equal key. It returns once the database has committed. Indexes are given
// out 0, 1, 2, … without gaps over all processes.
//
// Cancelling ctx withdraws an entry that is still queued. One that is being
// written is waited for, so that the result is always known.
func (l *Log) Append(ctx context.Context, e evidence.Entry) (evidence.Index, error) {
	indexes, err := l.AppendBatch(ctx, []evidence.Entry{e})
	if err != nil {
		return 0, err
	}
	return indexes[0], nil
}

// AppendBatch adds entries as one group: all of them are there or none. The
// indexes are consecutive, except where a key was known already.
func (l *Log) AppendBatch(ctx context.Context, entries []evidence.Entry) ([]evidence.Index, error) {
	if len(entries) == 0 {
		return nil, ctx.Err()
	}
	r := &request{Slot: queue.Slot{Turn: make(chan bool, 1)}, items: make([]item, 0, len(entries))}
	var h format.Hasher
	for i := range entries {
		if err := l.add(r, &entries[i], &h); err != nil {
			return nil, fmt.Errorf("entry %d of %d: %w", i, len(entries), err)
		}
		if r.Size > format.MaxGroup {
			return nil, fmt.Errorf("%w: batch is over %d bytes at entry %d of %d; split it",
				evidence.ErrInvalid, format.MaxGroup, i, len(entries))
		}
	}
	if err := l.queue.Do(ctx, r); err != nil {
		return nil, err
	}
	indexes := make([]evidence.Index, len(r.items))
	for i, it := range r.items {
		indexes[i] = evidence.Index(it.index)
	}
	return indexes, nil
}

// commit brings a group into the database: one round trip to lock the head and find
// the keys that are known, one for all that is new.
func (l *Log) commit(ctx context.Context, group []*request) (err error) {
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("postgres: append: %w", err)
	}
	defer conn.Release() // closes the connection if it is still in a transaction
	defer func() {
		if err != nil {
			l.own = nil
		}
	}()
	size, root, known, err := l.lockHead(ctx, conn.Conn(), group)
	if err == nil {
		err = l.ownTree(ctx, conn.Conn(), size, root)
	}
	if err != nil {
		return fmt.Errorf("postgres: append: %w", err)
	}
	rows := l.place(group, known)
	b := &pgx.Batch{}
	if len(rows.index) > 0 {
		root := l.own.Root()
		b.Queue(l.sql.insert, rows.index, rows.hash, rows.key, rows.record)
		if levels, ns, roots, hashes := tileRows(l.fresh); len(levels) > 0 {
			b.Queue(l.sql.insertTiles, levels, ns, roots, hashes)
		}
		b.Queue(l.sql.advance, l.own.Size(), root[:])
		b.Queue(l.sql.notify, l.sql.channel, strconv.FormatInt(l.own.Size(), 10))
	}
	b.Queue(`COMMIT`)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("%w: %w", evidence.ErrFailed, err)
	}
	l.state.Lock()
	defer l.state.Unlock()
	if l.own.Size() > l.seen.Size() {
		l.seen = l.own.View()
	}
	return nil
}

// lockHead begins the transaction and takes the lock that gives entries their
// order. Keys are looked up after it: whoever held it before has committed.
func (l *Log) lockHead(ctx context.Context, conn *pgx.Conn, group []*request) (size int64, root []byte, known map[string]int64, err error) {
	var keys [][]byte
	for _, r := range group {
		for _, it := range r.items {
			if it.key != nil {
				keys = append(keys, it.key)
			}
		}
	}
	known = map[string]int64{}
	b := &pgx.Batch{}
	b.Queue(l.sql.begin)
	b.Queue(l.sql.durable)
	b.Queue(l.sql.lock).QueryRow(func(row pgx.Row) error { return row.Scan(&size, &root) })
	if len(keys) > 0 {
		b.Queue(l.sql.known, keys).Query(func(rows pgx.Rows) error {
			var key []byte
			var index int64
			_, err := pgx.ForEachRow(rows, []any{&key, &index}, func() error {
				known[string(key)] = index
				return nil
			})
			return err
		})
	}
	err = conn.SendBatch(ctx, b).Close()
	return size, root, known, err
}

// ownTree makes own the tree of the head that is locked.
func (l *Log) ownTree(ctx context.Context, q querier, size int64, root []byte) error {
	l.fresh = l.fresh[:0]
	if l.own == nil || l.own.Size() != size {
		tree, err := l.loadTree(ctx, q, size)
		if err != nil {
			return err
		}
		tree.Full = l.filled
		l.own = &tree
	}
	if got := l.own.Root(); string(got[:]) != string(root) {
		return fmt.Errorf("%w: the entries and tiles do not hash to the head's root", evidence.ErrCorrupt)
	}
	return nil
}

// columns are the new entries of a group, as arrays to unnest.
type columns struct {
	index             []int64
	hash, key, record [][]byte
}

// place gives every item its index and adds the new ones to the tree.
func (l *Log) place(group []*request, known map[string]int64) columns {
	var rows columns
	for _, r := range group {
		for k := range r.items {
			it := &r.items[k]
			if at, ok := known[string(it.key)]; ok && it.key != nil {
				it.index = at
				continue
			}
			it.index = l.own.Size()
			l.own.Append(it.hash)
			if it.key != nil {
				known[string(it.key)] = it.index
			}
			rows.index = append(rows.index, it.index)
			rows.hash = append(rows.hash, it.hash[:])
			rows.key = append(rows.key, it.key)
			rows.record = append(rows.record, it.record)
		}
	}
	return rows
}

// tile is a full tile of the tree.
type tile struct {
	level  int
	n      int64
	hashes []tlog.Hash
}

func (l *Log) filled(level int, n int64, hashes []tlog.Hash) {
	l.fresh = append(l.fresh, tile{level, n, hashes})
}

func tileRows(tiles []tile) (levels []int32, ns []int64, roots, hashes [][]byte) {
	for _, t := range tiles {
		root := merkle.Subtree(t.hashes)
		levels, ns = append(levels, int32(t.level)), append(ns, t.n)
		roots, hashes = append(roots, root[:]), append(hashes, tileBytes(t.hashes))
	}
	return levels, ns, roots, hashes
}
