package execution

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// taker takes actions back as its faults say.
type taker struct {
	*world
	fault map[string]fault
	late  bool // what it took back shows only later
}

func (u taker) Undo(ctx context.Context, key string, a remediation.Action) error {
	u.calls["undo "+key]++
	switch u.fault[string(a.Device)] {
	case refused:
		return fmt.Errorf("%w: the machine is scrapped", ErrRefused)
	case lostBefore:
		return errLost
	case lostAfter:
		return errors.Join(u.world.Undo(ctx, key, a), errLost)
	}
	return u.world.Undo(ctx, key, a)
}

func (u taker) Undone(ctx context.Context, key string, a remediation.Action) (bool, error) {
	if u.late {
		return false, nil
	}
	return u.world.Undone(ctx, key, a)
}

// What is taken back is told truly, is taken back once, and a call later goes on with what
// was not known.
func TestCompensateTellsTheTruth(t *testing.T) {
	p, w, c := planOf(4, 1, 0), newWorld(4), &clock{start}
	u := taker{world: w, fault: map[string]fault{"d001": refused, "d002": lostBefore, "d003": lostAfter}}
	r := runOf(t, p, w, NewMemory(), c, func(o *Options) { o.Actuator = u })
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	require.Equal(t, Over, res.State.Status)
	undone := func(s State) []string {
		var out []string
		for _, st := range s.Steps {
			out = append(out, st.Actions[0].Undone.String())
		}
		return out
	}
	s, err := r.Compensate(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"done", "failed", "unknown", "done"}, undone(s))
	u.fault["d002"] = fine
	again, err := r.Compensate(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"done", "failed", "done", "done"}, undone(again))
	last, err := r.Compensate(t.Context())
	require.NoError(t, err)
	assert.Equal(t, again.Events, last.Events, "there is nothing new to say")
	for i := range 4 {
		k := key(mustDigest(t, p), p.Steps[i].ID, 0)
		if i != 1 {
			assert.Equal(t, 1, w.effects["undo "+k], i)
		}
	}
}

// What does not show yet is not said to be taken back.
func TestCompensationMustShow(t *testing.T) {
	p, w, c := planOf(1, 1, 0), newWorld(1), &clock{start}
	r := runOf(t, p, w, NewMemory(), c, func(o *Options) { o.Actuator = taker{world: w, late: true} })
	_, err := r.Go(t.Context())
	require.NoError(t, err)
	s, err := r.Compensate(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Unknown, s.Steps[0].Actions[0].Undone)
	assert.Equal(t, "it does not show yet", s.Steps[0].Actions[0].Detail)
}

// Only who carried the run out takes it back, and only where it can be.
func TestCompensationNeedsTheGrant(t *testing.T) {
	p, w, j, c := planOf(1, 1, 0), newWorld(1), NewMemory(), &clock{start}
	_, err := runOf(t, p, w, j, c, nil).Go(t.Context())
	require.NoError(t, err)
	stranger, err := New(p, approval.Grant{}, Options{Journal: j, Actuator: w, Now: c.now})
	require.NoError(t, err)
	_, err = stranger.Compensate(t.Context())
	require.ErrorIs(t, err, ErrTransition, "a zero grant names no run")
	_, err = runOf(t, p, w, j, c, func(o *Options) { o.Actuator = only{w} }).Compensate(t.Context())
	require.ErrorIs(t, err, ErrTransition)
}

// only is an actuator that takes nothing back.
type only struct{ w *world }

func (o only) Facts(ctx context.Context, a remediation.Action) ([]remediation.Fact, error) {
	return o.w.Facts(ctx, a)
}

func (o only) Done(ctx context.Context, key string, a remediation.Action) (bool, error) {
	return o.w.Done(ctx, key, a)
}

func (o only) Act(ctx context.Context, key string, a remediation.Action) error {
	return o.w.Act(ctx, key, a)
}
