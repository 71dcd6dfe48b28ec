package host

import (
	"fmt"
	"sync"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// idleWatch gives up a connector that says nothing for too long. It runs only
// while the host waits: a host that is busy itself is not the connector's fault.
type idleWatch struct {
	limit time.Duration
	timer *time.Timer

	mu    sync.Mutex
	extra time.Duration
}

func watchIdle(limit time.Duration, hung func(*connectors.Error)) *idleWatch {
	w := &idleWatch{limit: limit}
	w.timer = time.AfterFunc(limit, func() {
		hung(&connectors.Error{Kind: connectors.Hung, Err: fmt.Errorf("said nothing for %v", limit)})
	})
	w.timer.Stop()
	return w
}

// begin starts a wait.
func (w *idleWatch) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Reset(w.limit + w.extra)
	w.extra = 0
}

// extend makes the next wait longer, as the connector announced.
func (w *idleWatch) extend(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.extra += d
}

// stop ends a wait.
func (w *idleWatch) stop() { w.timer.Stop() }
