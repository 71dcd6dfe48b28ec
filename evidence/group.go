package evidence

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/queue"
)

// request is the call of one caller: one entry, or a batch that is kept together.
type request struct {
	queue.Slot
	buf    []byte // the records, each with its length
	items  []item
	hasher format.Hasher
}

type item struct {
	at, end int // in buf
	hash    tlog.Hash
	key     string
	index   int64
}

var requests = sync.Pool{New: func() any { return &request{Slot: queue.Slot{Turn: make(chan bool, 1)}} }}

// add encodes and hashes one entry, in the goroutine of the caller.
func (r *request) add(e *Entry, salts *saltSource) error {
	rec := format.Record{Kind: string(e.Kind), Run: string(e.Run), Key: e.Key, Payload: e.Payload}
	if err := salts.fill(&rec.Salt); err != nil {
		return err
	}
	at := len(r.buf)
	size := rec.Size()
	r.buf = append(r.buf, byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
	r.buf = format.AppendRecord(r.buf, &rec)
	r.items = append(r.items, item{at: at, end: len(r.buf), hash: r.hasher.Leaf(&rec), key: e.Key})
	return nil
}

func (r *request) free() {
	if cap(r.buf) > 1<<20 {
		return // let a rare large buffer go
	}
	clear(r.items)
	r.buf, r.items, r.Err = r.buf[:0], r.items[:0], nil
	requests.Put(r)
}

// Append adds one entry and returns its index, or the index of the first entry
// with an equal key. It does not return before the entry would survive a crash.
// Indexes are given out 0, 1, 2, … without gaps, in no particular order among
// concurrent calls.
//
// Cancelling ctx withdraws an entry that is still queued. One that is being
// written is waited for, so that the result is always known.
func (l *Log) Append(ctx context.Context, e Entry) (Index, error) {
	if err := e.Validate(); err != nil {
		return 0, err
	}
	r := requests.Get().(*request)
	defer r.free()
	if err := r.add(&e, &l.salts); err != nil {
		return 0, err
	}
	if err := l.submit(ctx, r); err != nil {
		return 0, err
	}
	return Index(r.items[0].index), nil
}

// AppendBatch adds entries as one group: after a crash all of them are there or
// none. The indexes are consecutive, except where a key was known already.
func (l *Log) AppendBatch(ctx context.Context, entries []Entry) ([]Index, error) {
	if len(entries) == 0 {
		return nil, ctx.Err()
	}
	r := requests.Get().(*request)
	defer r.free()
	for i := range entries {
		if err := entries[i].Validate(); err != nil {
			return nil, fmt.Errorf("entry %d of the batch: %w", i, err)
		}
		if err := r.add(&entries[i], &l.salts); err != nil {
			return nil, err
		}
		if len(r.buf) > format.MaxGroup {
			return nil, fmt.Errorf("%w: batch is over %d bytes at entry %d of %d; split it",
				ErrInvalid, format.MaxGroup, i, len(entries))
		}
	}
	if err := l.submit(ctx, r); err != nil {
		return nil, err
	}
	indexes := make([]Index, len(r.items))
	for i, it := range r.items {
		indexes[i] = Index(it.index)
	}
	return indexes, nil
}

// submit queues r and returns when it is durable or refused.
func (l *Log) submit(ctx context.Context, r *request) error {
	r.Size = len(r.buf)
	return l.queue.Do(ctx, r)
}

// commit makes a group durable and then visible. An error means that the state of
// the file is not known. A request that cannot be part of the group gets an error
// of its own.
func (l *Log) commit(_ context.Context, group []*request) error {
	first := l.tree.Size() // only a leader changes it
	count := l.build(group, first)
	if count == 0 {
		return nil
	}
	format.PutHeader(l.buf, first, count)
	seg, at, err := l.app.write(l.buf, first)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	for i := range l.spans {
		l.spans[i].at += uint32(at)
	}
	l.segs.extend(seg, l.spans, at+int64(len(l.buf)))

	l.state.Lock()
	for _, r := range group {
		for _, it := range r.items {
			if r.Err == nil && it.index >= l.tree.Size() {
				l.tree.Append(it.hash)
			}
		}
	}
	for key, i := range l.pending {
		l.keys.tail[key] = i
	}
	size := l.tree.Size()
	l.state.Unlock()
	l.publishBehind(size)
	return nil
}

// build lays the new entries of a group out in buf and gives every item its
// index.
func (l *Log) build(group []*request, first int64) (count int) {
	l.buf = append(l.buf[:0], make([]byte, format.GroupHeader)...)
	l.spans = l.spans[:0]
	clear(l.pending)
	for _, r := range group {
		if r.Err = l.known(r); r.Err != nil {
			continue
		}
		for k := range r.items {
			it := &r.items[k]
			if it.index >= 0 {
				continue
			}
			if i, ok := l.pending[it.key]; ok {
				it.index = i
				continue
			}
			it.index = first + int64(count)
			if it.key != "" {
				l.pending[it.key] = it.index
			}
			l.spans = append(l.spans, span{uint32(len(l.buf)) + 4, uint32(it.end - it.at - 4)})
			l.buf = append(l.buf, r.buf[it.at:it.end]...)
			count++
		}
	}
	return count
}

// known gives the items of r whose key is in the log already their index, and
// the others -1.
func (l *Log) known(r *request) error {
	l.state.RLock()
	defer l.state.RUnlock()
	for k := range r.items {
		it := &r.items[k]
		it.index = -1
		if it.key == "" {
			continue
		}
		i, ok, err := l.keys.find(it.key, l.keyAt)
		if err != nil {
			return fmt.Errorf("look up idempotency key: %w", err)
		}
		if ok {
			it.index = i
		}
	}
	return nil
}

func (l *Log) keyAt(i int64) (string, error) {
	rec, err := l.segs.read(i)
	return rec.Key, err
}
