package execution

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/remediation"
)

var errKilled = errors.New("killed")

// killer ends the process at one instant: every call of the journal and of the
// world has two, before it takes effect and after. Once dead nothing answers.
type killer struct {
	*Memory
	*world
	at, instant int
	dead        bool
}

func (k *killer) tick() error {
	if k.instant++; k.instant == k.at {
		k.dead = true
	}
	if k.dead {
		return errKilled
	}
	return nil
}

// around calls f between two instants at which the process may die.
func (k *killer) around(f func() error) error {
	if err := k.tick(); err != nil {
		return err
	}
	err := f()
	if killed := k.tick(); killed != nil {
		return killed
	}
	return err
}

func (k *killer) Append(ctx context.Context, run string, n int, e Event) error {
	return k.around(func() error { return k.Memory.Append(ctx, run, n, e) })
}

func (k *killer) Act(ctx context.Context, key string, a remediation.Action) error {
	return k.around(func() error { return k.world.Act(ctx, key, a) })
}

func (k *killer) Notice(ctx context.Context, key string, s remediation.Step) error {
	return k.around(func() error { return k.world.Notice(ctx, key, s) })
}

func (k *killer) Done(ctx context.Context, key string, a remediation.Action) (done bool, err error) {
	err = k.around(func() error { done, err = k.world.Done(ctx, key, a); return err })
	return done, err
}

// mishaps are the same for a key in every run: a fifth of the actions fail, lose
// their answer after acting, or are refused.
func mishaps(key string, call int) fault {
	r := rand.New(rand.NewPCG(uint64(key[0])<<8|uint64(key[1]), 7))
	switch r.IntN(15) {
	case 0:
		if call < 2 {
			return lostBefore
		}
	case 1:
		return lostAfter
	case 2:
		return refused
	}
	return fine
}

// finishRun goes on with a run, by a new process each time, until it is over.
func finishRun(t testing.TB, p remediation.Plan, w *world, j Journal, c *clock) State {
	for n := range 10 {
		r := runOf(t, p, w, j, c, func(o *Options) { o.Holder = fmt.Sprintf("again-%d", n) })
		res, err := r.Go(t.Context())
		require.NoError(t, err)
		if res.State.Status == Over {
			return res.State
		}
		c.at = res.Next
	}
	require.Fail(t, "the run does not end")
	return State{}
}

// Killed at every instant of a run of 50 actions, the run goes on to the same
// end, and no action takes effect twice.
func TestKilledAtEveryInstant(t *testing.T) {
	p := planOf(50, 3, time.Hour)
	calm := newWorld(50)
	calm.fault = mishaps
	want := finishRun(t, p, calm, NewMemory(), &clock{start})
	grant := grantFor(t, p)
	instants := 0
	for at := 1; ; at++ {
		w := newWorld(50)
		w.fault = mishaps
		c := &clock{start}
		k := &killer{Memory: NewMemory(), world: w, at: at}
		killed := false
		for range 3 {
			r, err := New(p, grant, Options{Journal: k, Actuator: k, Notifier: k, Now: c.now, Holder: "first"})
			require.NoError(t, err)
			res, err := r.Go(t.Context())
			if err != nil {
				require.ErrorIs(t, err, errKilled)
				killed = true
				break
			}
			if res.State.Status == Over {
				break
			}
			c.at = res.Next
		}
		if !killed {
			break
		}
		instants++
		c.at = c.at.Add(2 * time.Minute) // the lease of the dead runs out
		got := finishRun(t, p, w, k.Memory, c)
		for i := range want.Steps {
			require.Equal(t, want.Steps[i].Outcome(), got.Steps[i].Outcome(), "killed at %d: step %d", at, i)
		}
		require.Equal(t, calm.used, w.used, "killed at %d", at)
		for key, n := range w.effects {
			require.Equal(t, 1, n, "killed at %d: %s", at, key)
		}
	}
	assert.Greater(t, instants, 300)
	t.Logf("killed at %d instants", instants)
}

// With a fifth of the actions going wrong the run tells the truth about each.
func TestMishapsAreToldTruly(t *testing.T) {
	p, w := planOf(200, 1, 0), newWorld(200)
	w.fault = mishaps
	s := finishRun(t, p, w, NewMemory(), &clock{start})
	count := map[Outcome]int{}
	for i, st := range s.Steps {
		_, there := w.used[device(i)]
		assert.Equal(t, st.Outcome() == Done, !there, "step %d is %s", i, st.Outcome())
		count[st.Outcome()]++
	}
	assert.Greater(t, count[Done], 100)
	assert.Greater(t, count[Failed], 0)
	for key, n := range w.effects {
		assert.Equal(t, 1, n, key)
	}
}

// Whatever events come in whatever order, the fold gives a state or an error.
func TestFoldIsTotal(t *testing.T) {
	p := planOf(4, 2, 0)
	rapid.Check(t, func(t *rapid.T) {
		events := []Event{{Kind: Started}}
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			events = append(events, Event{
				Kind:    EventKind(rapid.IntRange(0, 14).Draw(t, "kind")),
				Step:    rapid.SampledFrom([]string{"step-000", "step-001", "other"}).Draw(t, "step"),
				Action:  rapid.IntRange(-1, 2).Draw(t, "action"),
				Outcome: Outcome(rapid.IntRange(0, 4).Draw(t, "outcome")),
			})
		}
		s, err := Fold(p, events)
		if err != nil {
			require.ErrorIs(t, err, ErrHistory)
			return
		}
		assert.Equal(t, len(events), s.Events)
		next(p, s, Caps{Attempts: 3}, nil, start)
	})
}
