package route

import (
	"maps"
	"sync"
	"sync/atomic"
)

// maxRemembered bounds a memo; past it values are computed each time.
const maxRemembered = 1 << 16

// memo remembers a result for each text. Reading a published result is one load
// and one look-up, without a lock. New results are pending, and are published in
// a new map once copying it has been paid for by as many new results or as many
// look-ups that had to take the lock. The zero memo is empty.
type memo[V any] struct {
	published atomic.Pointer[map[string]V]

	mu      sync.Mutex
	pending map[string]V
	slow    int
}

func (m *memo[V]) get(key string) (V, bool) {
	if p := m.published.Load(); p != nil {
		if v, ok := (*p)[key]; ok {
			return v, true
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.pending[key]
	if ok {
		m.slow++
		m.publish()
	}
	return v, ok
}

func (m *memo[V]) put(key string, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.pending)+m.size() >= maxRemembered {
		return
	}
	if m.pending == nil {
		m.pending = map[string]V{}
	}
	m.pending[key] = v
	m.publish()
}

func (m *memo[V]) size() int {
	if p := m.published.Load(); p != nil {
		return len(*p)
	}
	return 0
}

// publish moves pending results into a new map when that has been paid for. The
// caller holds the lock.
func (m *memo[V]) publish() {
	if len(m.pending)+m.slow < m.size() {
		return
	}
	next := map[string]V{}
	if old := m.published.Load(); old != nil {
		next = maps.Clone(*old)
	}
	maps.Copy(next, m.pending)
	m.published.Store(&next)
	m.pending, m.slow = nil, 0
}
