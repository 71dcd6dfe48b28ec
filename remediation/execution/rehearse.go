package execution

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/trueup-dev/trueup/remediation"
)

// Rehearse runs a plan on the same path as a real run, but for the last call: facts
// are read, nothing is changed and nobody is told. It needs no grant. Steps are
// rehearsed as if their notice had run out.
func Rehearse(ctx context.Context, plan remediation.Plan, a Actuator, caps Caps, now time.Time) (State, error) {
	o := Options{
		Journal: NewMemory(), Actuator: &rehearsal{Actuator: a, done: map[string]bool{}}, Notifier: silent{},
		Holder: "rehearsal", Caps: caps,
	}
	for _, s := range plan.Steps {
		if s.Earliest.After(now) {
			now = s.Earliest
		}
	}
	o.Now = func() time.Time { return now }
	r, err := prepare("rehearsal", plan, o)
	if err != nil {
		return State{}, err
	}
	r.permit = func(time.Time) error { return nil }
	for {
		res, err := r.Go(ctx)
		if err != nil || res.Next.IsZero() {
			return res.State, err
		}
		// The cap of a day: go to the next one.
		now = res.Next
	}
}

// rehearsal remembers what it would have done.
type rehearsal struct {
	Actuator
	done map[string]bool
}

func (r *rehearsal) Act(ctx context.Context, key string, a remediation.Action) error {
	if t, ok := r.Actuator.(Trier); ok {
		if err := t.Try(ctx, key, a); err != nil {
			return err
		}
	}
	r.done[key] = true
	return nil
}

func (r *rehearsal) Done(ctx context.Context, key string, a remediation.Action) (bool, error) {
	if r.done[key] {
		return true, nil
	}
	return r.Actuator.Done(ctx, key, a)
}

type silent struct{}

func (silent) Notice(context.Context, string, remediation.Step) error { return nil }

// Memory is a journal that does not outlive the process. It is safe for concurrent
// use.
type Memory struct {
	mu   sync.Mutex
	runs map[string][]Event
}

// NewMemory makes an empty journal.
func NewMemory() *Memory { return &Memory{runs: map[string][]Event{}} }

// Load implements [Journal].
func (m *Memory) Load(_ context.Context, run string) ([]Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.runs[run]), nil
}

// Append implements [Journal].
func (m *Memory) Append(_ context.Context, run string, n int, e Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.runs[run]) != n {
		return fmt.Errorf("%w: %d events are there, not %d", ErrConflict, len(m.runs[run]), n)
	}
	m.runs[run] = append(m.runs[run], e)
	return nil
}
