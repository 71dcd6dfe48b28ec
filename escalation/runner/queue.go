package runner

import (
	"cmp"
	"container/heap"
	"time"

	"github.com/trueup-dev/trueup/escalation"
)

// entry is a case and when it wants attention; zero means never.
type entry struct {
	c    escalation.Case
	wake time.Time
	// then is the case as of the event whose messages leave, while they do.
	then escalation.Case
	// at is the entry's place in the queue, -1 when it is not in it.
	at int
}

// queue is a heap of entries, the one that wants attention first on top. Entries
// of the same instant are in the order of their ids, so that a tick is
// deterministic.
type queue []*entry

var _ heap.Interface = (*queue)(nil)

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if c := q[i].wake.Compare(q[j].wake); c != 0 {
		return c < 0
	}
	return cmp.Less(q[i].c.ID, q[j].c.ID)
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].at, q[j].at = i, j
}

// Push implements heap.Interface.
func (q *queue) Push(x any) {
	e := x.(*entry)
	e.at = len(*q)
	*q = append(*q, e)
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	e.at = -1
	return e
}

// place puts an entry where its wake belongs.
func (q *queue) place(e *entry, wake time.Time) {
	e.wake = wake
	switch {
	case wake.IsZero() && e.at >= 0:
		heap.Remove(q, e.at)
	case wake.IsZero():
	case e.at >= 0:
		heap.Fix(q, e.at)
	default:
		heap.Push(q, e)
	}
}
