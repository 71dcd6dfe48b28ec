package execution

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
)

func TestRunDoesEachActionOnce(t *testing.T) {
	p, w := planOf(4, 2, 0), newWorld(4)
	res, err := runOf(t, p, w, NewMemory(), &clock{start}, nil).Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Over, res.State.Status)
	assert.Equal(t, []string{"done", "done"}, outcomesOf(res.State))
	assert.Empty(t, w.used)
	assert.Len(t, w.effects, 4)
	assert.Empty(t, w.notices)
}

func TestNoticeThenObjectionWindow(t *testing.T) {
	p, w, j, c := planOf(3, 1, 48*time.Hour), newWorld(3), NewMemory(), &clock{start}
	r := runOf(t, p, w, j, c, nil)
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, start.Add(48*time.Hour), res.Next)
	assert.Len(t, w.notices, 3)
	assert.Empty(t, w.effects)
	require.NoError(t, r.Object(t.Context(), "step-001", "ann", "needed for the audit"))
	w.used[device(2)] = "2026-06-02T10:00:00Z"
	c.at = start.Add(48 * time.Hour)
	res, err = r.Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Over, res.State.Status)
	assert.Equal(t, []string{"done", "skipped", "skipped"}, outcomesOf(res.State))
	assert.Equal(t, "objection of ann: needed for the audit", res.State.Steps[1].Actions[0].Detail)
	assert.Equal(t, "changed since the plan was approved: last used was 2026-01-01T00:00:00Z, is 2026-06-02T10:00:00Z", res.State.Steps[2].Actions[0].Detail)
	assert.Len(t, w.effects, 1)
}

// A precondition that drifted refuses exactly the step it touches.
func TestDriftRefusesOnlyItsStep(t *testing.T) {
	for i := range 6 {
		p, w := planOf(6, 2, 0), newWorld(6)
		delete(w.used, device(i))
		res, err := runOf(t, p, w, NewMemory(), &clock{start}, nil).Go(t.Context())
		require.NoError(t, err)
		for k, st := range res.State.Steps {
			if k != i/2 {
				assert.Equal(t, Done, st.Outcome())
				continue
			}
			assert.Equal(t, Skipped, st.Outcome())
			assert.Equal(t, "install was present, is gone; last used was 2026-01-01T00:00:00Z, is not known", st.Drift)
		}
		assert.Len(t, w.effects, 4+i%2, "the action before the drifted one was done already")
	}
}

func TestOutcomesOfFaults(t *testing.T) {
	tests := []struct {
		name   string
		fault  fault
		calls  int
		want   Outcome
		effect int
		detail string
	}{
		{"refused", refused, 1, Failed, 0, "execution: action refused: not allowed"},
		{"lost before", lostBefore, 3, Failed, 0, "connection lost; no effect is to be seen"},
		{"lost after", lostAfter, 1, Done, 1, "connection lost"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, w := planOf(2, 1, 0), newWorld(2)
			first := key(mustDigest(t, p), "step-000", 0)
			w.fault = func(key string, _ int) fault {
				if key == first {
					return tt.fault
				}
				return fine
			}
			res, err := runOf(t, p, w, NewMemory(), &clock{start}, nil).Go(t.Context())
			require.NoError(t, err)
			a := res.State.Steps[0].Actions[0]
			assert.Equal(t, tt.want, a.Outcome)
			assert.Equal(t, tt.detail, a.Detail)
			assert.Equal(t, tt.calls, w.calls[first])
			assert.Equal(t, tt.effect, w.effects[first])
			assert.Equal(t, Done, res.State.Steps[1].Outcome(), "other steps go on")
		})
	}
}

func mustDigest(t *testing.T, p remediation.Plan) string {
	d, err := p.Digest()
	require.NoError(t, err)
	return d
}

// What cannot be read back is unknown, is not tried again, and is settled once it
// can be read.
func TestUnknownIsReadBackAndNeverRetriedBlindly(t *testing.T) {
	p, w, j, c := planOf(1, 1, 0), newWorld(1), NewMemory(), &clock{start}
	w.blind = true
	w.fault = func(string, int) fault { return lostAfter }
	r := runOf(t, p, w, j, c, nil)
	for range 3 {
		res, err := r.Go(t.Context())
		require.NoError(t, err)
		assert.Equal(t, Running, res.State.Status)
		assert.True(t, res.Next.IsZero())
		assert.Equal(t, []string{"unknown"}, outcomesOf(res.State))
	}
	w.blind = false
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Over, res.State.Status)
	assert.Equal(t, []string{"done"}, outcomesOf(res.State))
	for _, n := range w.calls {
		assert.Equal(t, 1, n)
	}
}

func TestCaps(t *testing.T) {
	p, w, j, c := planOf(5, 1, 0), newWorld(5), NewMemory(), &clock{start}
	r := runOf(t, p, w, j, c, func(o *Options) { o.Caps = Caps{PerDay: 2, PerRun: 4} })
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	assert.Len(t, w.effects, 2)
	assert.Equal(t, start.Add(24*time.Hour), res.Next)
	c.at = res.Next
	res, err = r.Go(t.Context())
	require.NoError(t, err)
	assert.Len(t, w.effects, 4)
	assert.Equal(t, []string{"done", "done", "done", "done", "skipped"}, outcomesOf(res.State))
	assert.Equal(t, "the cap of the run is reached", res.State.Steps[4].Actions[0].Detail)
}

func TestPauseCancelCompensate(t *testing.T) {
	p, w, j, c := planOf(4, 1, 0), newWorld(4), NewMemory(), &clock{start}
	p.Steps[0].Undo = ""
	r := runOf(t, p, w, j, c, func(o *Options) { o.Caps.PerDay = 2 })
	_, err := r.Go(t.Context())
	require.NoError(t, err)
	require.NoError(t, r.Pause(t.Context(), "bob", "month end"))
	c.at = start.Add(48 * time.Hour)
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, OnHold, res.State.Status)
	assert.Len(t, w.effects, 2)
	assert.ErrorIs(t, r.Pause(t.Context(), "bob", "again"), ErrTransition)
	_, err = r.Compensate(t.Context())
	require.ErrorIs(t, err, ErrTransition)
	require.NoError(t, r.Cancel(t.Context(), "bob", "wrong product"))
	assert.ErrorIs(t, r.Resume(t.Context(), "bob", "no"), ErrTransition)
	for range 2 {
		s, err := r.Compensate(t.Context())
		require.NoError(t, err)
		assert.Equal(t, Done, s.Steps[1].Actions[0].Undone)
		assert.Equal(t, Failed, s.Steps[0].Actions[0].Undone)
		assert.Equal(t, "cannot be undone", s.Steps[0].Actions[0].Detail)
		assert.Equal(t, OutcomeOpen, s.Steps[2].Actions[0].Undone, "was never done")
	}
	assert.Equal(t, 1, w.effects["undo "+key(mustDigest(t, p), "step-001", 0)])
}

func TestRunNeedsItsGrant(t *testing.T) {
	p, w, c := planOf(1, 1, 0), newWorld(1), &clock{start}
	o := Options{Journal: NewMemory(), Actuator: w, Notifier: w, Now: c.now, Holder: "p1"}
	r, err := New(p, approval.Grant{}, o)
	require.NoError(t, err)
	_, err = r.Go(t.Context())
	require.ErrorIs(t, err, approval.ErrNotApproved)

	changed := planOf(1, 1, 0)
	changed.Steps[0].Actions[0].Device = "d0000"
	r, err = New(changed, grantFor(t, p), o)
	require.NoError(t, err)
	_, err = r.Go(t.Context())
	require.ErrorIs(t, err, approval.ErrOther)

	c.at = start.AddDate(0, 0, 10)
	r, err = New(p, grantFor(t, p), o)
	require.NoError(t, err)
	_, err = r.Go(t.Context())
	require.ErrorIs(t, err, approval.ErrExpired)
	assert.Empty(t, w.calls)
}

// A run that started in time goes on after the approval's end; its grant is not
// good for a second run of another plan.
func TestGrantIsForOneRun(t *testing.T) {
	p, w, j, c := planOf(2, 1, 240*time.Hour), newWorld(2), NewMemory(), &clock{start}
	r := runOf(t, p, w, j, c, nil)
	_, err := r.Go(t.Context())
	require.NoError(t, err)
	c.at = start.Add(240 * time.Hour)
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Over, res.State.Status)
	again, err := runOf(t, p, w, j, c, nil).Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, res.State, again.State, "the run is over, nothing happens")
	other := planOf(1, 1, 240*time.Hour)
	_, err = runOf(t, other, w, j, c, nil).Go(t.Context())
	assert.Error(t, err)
}

func TestSecondProcessWaitsForTheLease(t *testing.T) {
	p, w, j, c := planOf(2, 1, time.Hour), newWorld(2), NewMemory(), &clock{start}
	_, err := runOf(t, p, w, j, c, nil).Go(t.Context())
	require.NoError(t, err)
	second := runOf(t, p, w, j, c, func(o *Options) { o.Holder = "p2" })
	_, err = second.Go(t.Context())
	require.ErrorIs(t, err, ErrLeased)
	c.at = start.Add(time.Hour)
	res, err := second.Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Over, res.State.Status)
}

func TestRehearsalTakesTheSamePathAndChangesNothing(t *testing.T) {
	p, w := planOf(6, 2, 48*time.Hour), newWorld(6)
	delete(w.used, device(3))
	dry, err := Rehearse(t.Context(), p, w, Caps{PerDay: 2}, start)
	require.NoError(t, err)
	assert.Empty(t, w.calls)
	assert.Empty(t, w.notices)
	assert.Len(t, w.used, 5)

	c := &clock{start.Add(48 * time.Hour)}
	r := runOf(t, p, w, NewMemory(), c, nil)
	res, err := r.Go(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"done", "skipped", "done"}, outcomesOf(dry))
	assert.Equal(t, outcomesOf(dry), outcomesOf(res.State))
}

func TestCancelledContextStopsBetweenEvents(t *testing.T) {
	p, w := planOf(2, 1, 0), newWorld(2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := runOf(t, p, w, NewMemory(), &clock{start}, nil).Go(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, w.calls)
}
