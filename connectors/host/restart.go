package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// Restart says how a connector that failed is tried again. The zero value tries
// once. Only failures that may pass are tried again, and only where nothing can
// come twice: when the attempt delivered no row, or when rows are kept in
// [Config.StateDir] and reading goes on after those that were.
type Restart struct {
	// Attempts is how often one collection is tried in all.
	Attempts int
	// Base is the first wait (1 s); each further one is twice as long, up to Most
	// (1 min). A source that asks to wait longer than that is not tried again.
	Base, Most time.Duration
	// Trip is after how many failures in a row a binary is not started any more
	// until Cooldown (5 min) has passed; 0 is never.
	Trip     int
	Cooldown time.Duration
}

func (r Restart) withDefaults() Restart {
	return Restart{
		Attempts: max(1, r.Attempts), Base: cmp.Or(r.Base, time.Second), Most: cmp.Or(r.Most, time.Minute),
		Trip: r.Trip, Cooldown: cmp.Or(r.Cooldown, 5*time.Minute),
	}
}

// wait is how long to wait before trying again after so many failures, false
// when that cannot help.
func (r Restart) wait(failures int, err error, now time.Time) (time.Duration, bool) {
	var e *connectors.Error
	if failures >= r.Attempts || !errors.As(err, &e) || !e.Kind.Temporary() {
		return 0, false
	}
	pause := r.Base
	for range failures - 1 {
		pause = min(2*pause, r.Most)
	}
	asked := e.Retry.After
	if !e.Retry.Until.IsZero() {
		asked = max(asked, e.Retry.Until.Sub(now))
	}
	return max(pause, asked), asked <= r.Most
}

// pause waits, unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// breaker counts failures in a row of each binary, and keeps one that only
// fails from being started over and over.
type breaker struct {
	policy Restart
	mu     sync.Mutex
	states map[string]breakerState
}

type breakerState struct {
	failures int
	until    time.Time
}

// allow is an error while a binary must not be started.
func (b *breaker) allow(binary string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.states[binary]; now.Before(s.until) {
		return &connectors.Error{
			Kind: connectors.Unavailable, Err: fmt.Errorf("failed %d times in a row and is left alone until %s", s.failures, s.until.UTC().Format(time.RFC3339)),
			Retry: connectors.Retry{Until: s.until},
		}
	}
	return nil
}

// record notes what came of an attempt. Only what the process itself does wrong
// counts: a source that is down is not the binary's fault.
func (b *breaker) record(binary string, err error, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var e *connectors.Error
	if !errors.As(err, &e) || e.Kind != connectors.Crashed && e.Kind != connectors.Hung && e.Kind != connectors.BadHandshake {
		delete(b.states, binary)
		return
	}
	if b.states == nil {
		b.states = map[string]breakerState{}
	}
	s := b.states[binary]
	s.failures++
	if b.policy.Trip > 0 && s.failures >= b.policy.Trip {
		s.until = now.Add(b.policy.Cooldown)
	}
	b.states[binary] = s
}
