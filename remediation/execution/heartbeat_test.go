package execution

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/remediation"
)

// slow takes its time over every action, and tells when it has begun one.
type slow struct {
	*world
	takes time.Duration
	begun chan struct{}
}

func (s slow) Act(ctx context.Context, key string, a remediation.Action) error {
	s.begun <- struct{}{}
	time.Sleep(s.takes)
	return s.world.Act(ctx, key, a)
}

// An action that takes longer than the lease keeps it all the same: a second process
// waits. Where the process is gone the lease runs out.
func TestLeaseIsRenewedWhileAnActionTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, j := planOf(1, 1, 0), newWorld(1), NewMemory()
		p.Created, p.Steps[0].Start, p.Steps[0].Earliest = time.Now(), time.Now(), time.Now()
		s := slow{w, 10*time.Minute + time.Second, make(chan struct{}, 2)}
		grant := grantAt(t, p, time.Now())
		run := func(holder string) *Run {
			r, err := New(p, grant, Options{Journal: j, Actuator: s, Notifier: w, Now: time.Now, Holder: holder})
			require.NoError(t, err)
			return r
		}
		over := make(chan Result)
		go func() {
			res, err := run("first").Go(t.Context())
			assert.NoError(t, err)
			over <- res
		}()
		<-s.begun
		second := run("second")
		for range 9 {
			time.Sleep(time.Minute)
			_, err := second.Go(t.Context())
			require.ErrorIs(t, err, ErrLeased)
		}
		res := <-over
		assert.Equal(t, Over, res.State.Status)
		for _, n := range w.calls {
			assert.Equal(t, 1, n)
		}
		events, err := j.Load(t.Context(), "case-1")
		require.NoError(t, err)
		beats := 0
		for _, e := range events {
			if e.Kind == Leased {
				beats++
			}
		}
		assert.Equal(t, 31, beats, "one at the start, then one every third of a minute until the action ended")
	})
}

// An objection that comes in while facts are read stops the action that they were read
// for; one that comes while an action is under way comes too late for it, and stops the
// next.
func TestObjectionWhileUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, j := planOf(3, 3, 0), newWorld(3), NewMemory()
		p.Created, p.Steps[0].Start, p.Steps[0].Earliest = time.Now(), time.Now(), time.Now()
		s := slow{w, 10 * time.Minute, make(chan struct{}, 2)}
		r, err := New(p, grantAt(t, p, time.Now()), Options{Journal: j, Actuator: s, Notifier: w, Now: time.Now, Holder: "first"})
		require.NoError(t, err)
		over := make(chan Result)
		go func() {
			res, err := r.Go(t.Context())
			assert.NoError(t, err)
			over <- res
		}()
		<-s.begun
		<-s.begun
		time.Sleep(5 * time.Minute)
		user := NewControl("case-1", p, j, time.Now)
		require.NoError(t, user.Object(t.Context(), "step-000", "ann", "in use on Friday"))
		res := <-over
		assert.Equal(t, Over, res.State.Status)
		var outcomes []Outcome
		for _, a := range res.State.Steps[0].Actions {
			outcomes = append(outcomes, a.Outcome)
		}
		assert.Equal(t, []Outcome{Done, Done, Skipped}, outcomes)
		assert.ErrorIs(t, user.Object(t.Context(), "step-000", "ann", "again"), ErrTransition, "there is nothing left to keep")
		s.begun <- struct{}{} // nothing else was begun: there is room for two
		s.begun <- struct{}{}
	})
}

// objecting objects while the facts of an action are read, which takes longer than a beat.
type objecting struct {
	*world
	user *Control
}

func (o objecting) Facts(ctx context.Context, a remediation.Action) ([]remediation.Fact, error) {
	if err := o.user.Object(ctx, "step-000", "ann", "needed"); err != nil {
		return nil, err
	}
	time.Sleep(time.Hour)
	return o.world.Facts(ctx, a)
}

func TestObjectionWhileFactsAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, j := planOf(1, 1, 0), newWorld(1), NewMemory()
		p.Created, p.Steps[0].Start, p.Steps[0].Earliest = time.Now(), time.Now(), time.Now()
		o := objecting{w, NewControl("case-1", p, j, time.Now)}
		r, err := New(p, grantAt(t, p, time.Now()), Options{Journal: j, Actuator: o, Notifier: w, Now: time.Now, Holder: "first"})
		require.NoError(t, err)
		res, err := r.Go(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{"skipped"}, outcomesOf(res.State))
		assert.Empty(t, w.calls)
	})
}

func TestReleaseLetsAnotherGoOnAtOnce(t *testing.T) {
	p, w, j, c := planOf(2, 1, time.Hour), newWorld(2), NewMemory(), &clock{start}
	first := runOf(t, p, w, j, c, nil)
	_, err := first.Go(t.Context())
	require.NoError(t, err)
	second := runOf(t, p, w, j, c, func(o *Options) { o.Holder = "p2" })
	_, err = second.Go(t.Context())
	require.ErrorIs(t, err, ErrLeased)
	require.NoError(t, second.Release(t.Context()), "what is another's stays as it is")
	_, err = second.Go(t.Context())
	require.ErrorIs(t, err, ErrLeased)
	require.NoError(t, first.Release(t.Context()))
	_, err = second.Go(t.Context())
	require.NoError(t, err)
	events, err := j.Load(t.Context(), "case-1")
	require.NoError(t, err)
	require.NoError(t, first.Release(t.Context()))
	again, err := j.Load(t.Context(), "case-1")
	require.NoError(t, err)
	assert.Equal(t, events, again)
}
