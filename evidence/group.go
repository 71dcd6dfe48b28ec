package evidence

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/queue"
)

// besides is the number of entries from which on a group is hashed while another
// goroutine takes it to the disk.
const besides = 64

// request is the call of one caller: one entry, or a batch that is kept together.
type request struct {
	queue.Slot
	buf    []byte // room for the header of a group, then the records, each with its length
	items  []item
	hasher format.Hasher
	hashed bool
}

type item struct {
	at, end int // in buf
	hash    tlog.Hash
	key     string
	index   int64 // -1 until it is known
}

var requests = sync.Pool{New: func() any {
	return &request{Slot: queue.Slot{Turn: make(chan bool, 1)}, buf: make([]byte, format.GroupHeader)}
}}

// add encodes one entry, in the goroutine of the caller.
func (r *request) add(e *Entry, salts *saltSource) error {
	rec := format.Record{Kind: string(e.Kind), Run: string(e.Run), Key: e.Key, Payload: e.Payload}
	if err := salts.fill(&rec.Salt); err != nil {
		return err
	}
	at := len(r.buf)
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(rec.Size()))
	r.buf = format.AppendRecord(r.buf, &rec)
	r.items = append(r.items, item{at: at, end: len(r.buf), key: e.Key, index: -1})
	return nil
}

// hash computes the leaf hashes of what was added, unless they are.
func (r *request) hash() {
	if r.hashed {
		return
	}
	r.hashed = true
	for i := range r.items {
		it := &r.items[i]
		it.hash = r.hasher.Encoded(r.buf[it.at+4 : it.end])
	}
}

func (r *request) free() {
	if cap(r.buf) > 1<<20 {
		return // let a rare large buffer go
	}
	clear(r.items)
	r.buf, r.items, r.hashed, r.Err = r.buf[:format.GroupHeader], r.items[:0], false, nil
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
		if len(r.buf) > format.GroupHeader+format.MaxGroup {
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
	r.Size = len(r.buf) - format.GroupHeader
	// The hashes are not part of the group. A batch that need not wait for its turn
	// leaves them to the commit, which has time while the disk works.
	if len(r.items) < besides || l.queue.Led() {
		r.hash()
	}
	return l.queue.Do(ctx, r)
}

// commit makes a group durable and then visible. An error means that the state of
// the file is not known. A request that cannot be part of the group gets an error
// of its own.
func (l *Log) commit(_ context.Context, group []*request) error {
	first := l.next.Size()
	count := l.number(group, first)
	if count == 0 {
		return nil
	}
	buf := l.layOut(group, first, count)
	format.PutHeader(buf, first, count)
	seg, at, err := l.write(group, buf, first, count)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	for i := range l.spans {
		l.spans[i].at += uint32(at)
	}
	l.segs.extend(seg, l.spans, at+int64(len(buf)))

	l.state.Lock()
	l.tree = l.next.View()
	for _, t := range l.filled {
		l.tiles.filled(t)
	}
	for key, i := range l.pending {
		l.keys.tail[key] = i
	}
	l.state.Unlock()
	l.filled = l.filled[:0]
	l.publishBehind(first + int64(count))
	return nil
}

// write makes a group durable and grows the tree meanwhile.
func (l *Log) write(group []*request, buf []byte, first int64, count int) (seg *segment, at int64, err error) {
	if count < besides {
		l.grow(group)
		return l.app.write(buf, first)
	}
	var written sync.WaitGroup
	written.Go(func() { seg, at, err = l.app.write(buf, first) })
	l.grow(group)
	written.Wait()
	return seg, at, err
}

// grow adds the new entries of a group to the tree that becomes visible once they
// are durable.
func (l *Log) grow(group []*request) {
	for _, r := range group {
		r.hash()
		for k := range r.items {
			if it := &r.items[k]; it.index == l.next.Size() {
				l.next.Append(it.hash)
			}
		}
	}
}

// number gives every item of a group its index and counts those that are new.
func (l *Log) number(group []*request, first int64) (count int) {
	clear(l.pending)
	for _, r := range group {
		if r.Err = l.known(r); r.Err != nil {
			for k := range r.items {
				r.items[k].index = -1
			}
			continue
		}
		for k := range r.items {
			it := &r.items[k]
			if it.index >= 0 {
				continue
			}
			if it.key != "" {
				if i, ok := l.pending[it.key]; ok {
					it.index = i
					continue
				}
				l.pending[it.key] = first + int64(count)
			}
			it.index = first + int64(count)
			count++
		}
	}
	return count
}

// layOut is the new entries of a group one after the other, with room for the
// header. A request that is the whole group lies that way already.
func (l *Log) layOut(group []*request, first int64, count int) []byte {
	l.spans = l.spans[:0]
	if r := group[0]; len(group) == 1 && count == len(r.items) {
		for k := range r.items {
			it := &r.items[k]
			l.spans = append(l.spans, span{uint32(it.at) + 4, uint32(it.end - it.at - 4)})
		}
		return r.buf
	}
	l.buf = append(l.buf[:0], make([]byte, format.GroupHeader)...)
	for _, r := range group {
		for k := range r.items {
			it := &r.items[k]
			if it.index != first+int64(len(l.spans)) {
				continue
			}
			l.spans = append(l.spans, span{uint32(len(l.buf)) + 4, uint32(it.end - it.at - 4)})
			l.buf = append(l.buf, r.buf[it.at:it.end]...)
		}
	}
	return l.buf
}

// known gives the items of r whose key is in the log already their index.
func (l *Log) known(r *request) error {
	l.state.RLock()
	defer l.state.RUnlock()
	for k := range r.items {
		it := &r.items[k]
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
