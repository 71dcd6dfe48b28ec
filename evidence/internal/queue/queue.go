// Package queue is group commit without a goroutine of its own: the first caller
// to find no one leading leads. It takes all that is queued, commits it as one
// group, tells the callers, and hands the lead to the first that queued
// meanwhile. A lone caller never switches goroutines, and many share each commit.
package queue

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// Slot is embedded in what is queued. Its Turn must be a channel of capacity 1; a
// slot may be used again once Do has returned.
type Slot struct {
	Size int // bytes, for Queue.Limit
	Err  error
	Turn chan bool // true: lead now; false: done
}

func (s *Slot) slot() *Slot { return s }

// Member is a pointer to a struct that embeds Slot.
type Member interface {
	comparable
	slot() *Slot
}

// Queue commits what callers hand to Do.
type Queue[M Member] struct {
	// Commit makes a group durable. Its error is given to every member that has
	// none of its own.
	Commit func(ctx context.Context, group []M) error

	Limit  int  // bytes in a group of more than one member
	Sticky bool // an error of Commit is given to everyone afterwards too

	mu      sync.Mutex
	idle    *sync.Cond // of mu: signalled when no one leads
	waiting []M
	leading bool
	next    M     // told to lead, still waiting
	broken  error // of a commit, if Sticky
	refuse  error // of a closed queue
}

// Do queues m and returns when it is committed or refused. Cancelling ctx
// withdraws it only while it waits.
func (q *Queue[M]) Do(ctx context.Context, m M) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.mu.Lock()
	if err := q.refusal(); err != nil {
		q.mu.Unlock()
		return err
	}
	q.waiting = append(q.waiting, m)
	if q.leading {
		q.mu.Unlock()
		if lead, err := q.wait(ctx, m); !lead || err != nil {
			return err
		}
		// Those whose commit has just ended get to queue again first, so that
		// the next group is of all callers and not of every other one.
		runtime.Gosched()
	} else {
		q.leading = true
		q.mu.Unlock()
	}
	q.lead(ctx, m)
	return m.slot().Err
}

// wait waits for another leader to commit m, or to hand the lead to it.
func (q *Queue[M]) wait(ctx context.Context, m M) (lead bool, err error) {
	select {
	case lead = <-m.slot().Turn:
		return lead, m.slot().Err
	case <-ctx.Done():
	}
	q.mu.Lock()
	if i := slices.Index(q.waiting, m); i >= 0 && m != q.next {
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.mu.Unlock()
		return false, ctx.Err()
	}
	q.mu.Unlock()
	lead = <-m.slot().Turn
	return lead, m.slot().Err
}

// lead commits one group, which m is in, and passes the lead on. The commit is of
// many callers, so it outlives the context of the one that leads.
func (q *Queue[M]) lead(ctx context.Context, m M) {
	var none M
	q.mu.Lock()
	group := q.take()
	q.next = none
	q.mu.Unlock()

	err := q.Commit(context.WithoutCancel(ctx), group)

	q.mu.Lock()
	if err != nil && q.Sticky {
		q.broken = err
		group = append(group, q.waiting...) // no one will lead them
		q.waiting = nil
	}
	if len(q.waiting) > 0 {
		q.next = q.waiting[0]
		q.next.slot().Turn <- true
	} else {
		q.leading = false
		q.signal()
	}
	q.mu.Unlock()
	for _, other := range group {
		s := other.slot()
		if s.Err == nil {
			s.Err = err
		}
		if other != m {
			s.Turn <- false
		}
	}
}

// take removes from the queue what fits one group. The caller holds mu.
func (q *Queue[M]) take() []M {
	n, size := 0, 0
	for _, m := range q.waiting {
		if size += m.slot().Size; size > q.Limit && n > 0 {
			break
		}
		n++
	}
	group := q.waiting[:n:n]
	q.waiting = append([]M(nil), q.waiting[n:]...)
	return group
}

func (q *Queue[M]) signal() {
	if q.idle != nil {
		q.idle.Broadcast()
	}
}

// Led says whether a commit is under way, so that Do would wait its turn.
func (q *Queue[M]) Led() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.leading
}

// Refusal is the error that Do would return at once, or nil.
func (q *Queue[M]) Refusal() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.refusal()
}

func (q *Queue[M]) refusal() error {
	if q.refuse != nil {
		return q.refuse
	}
	return q.broken
}

// Close lets what is queued finish and refuses the rest with err. It returns what
// an earlier Close refused with, or else the error that broke the queue, if any.
func (q *Queue[M]) Close(err error) (before error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	before, q.refuse = q.refuse, err
	if q.idle == nil {
		q.idle = sync.NewCond(&q.mu)
	}
	for q.leading {
		q.idle.Wait()
	}
	if before == nil {
		before = q.broken
	}
	return before
}
