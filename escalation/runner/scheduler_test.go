package runner_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
)

// TestAnotherScheduler drives cases without the runner, as a workflow engine would: a
// workflow for each case that asks Next, performs or delivers, appends, and sleeps
// until Next says. It needs nothing else, remembers nothing, and the events are the
// runner's byte for byte.
func TestAnotherScheduler(t *testing.T) {
	p := loadPolicy(t)
	end := begin.AddDate(0, 1, 0)
	ours, theirs := newWorld(0), newWorld(0)
	for _, w := range []*world{ours, theirs} {
		w.now = begin
		for i := range 3 {
			f := finding(i, begin)
			_, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: severity(t, p, f)}, begin)
			require.NoError(t, err)
			w.events[events[0].Case] = events
		}
	}
	r := start(t, ours, p, plain)
	for !ours.now.IsZero() && ours.now.Before(end) {
		next, err := r.Tick(t.Context(), ours.now)
		require.NoError(t, err)
		ours.now = next
	}

	workflow := func(id escalation.CaseID) {
		for now := begin; now.Before(end); {
			c, err := escalation.Replay(theirs.events[id])
			require.NoError(t, err)
			action, wake := c.Next(now)
			if action == nil {
				if wake.IsZero() {
					return
				}
				now = wake
				continue
			}
			var events []escalation.Event
			if action.Kind == escalation.Deliver {
				theirs.now = now
				events, err = c.Record(action.Message, attempt(theirs.bounce(action.Message.To)), now)
			} else {
				events, err = c.Perform(p, *action, now)
			}
			require.NoError(t, err)
			theirs.events[id] = append(slices.Clip(theirs.events[id]), events...)
		}
	}
	for id := range theirs.events {
		workflow(id)
	}
	a, err := json.Marshal(ours.events)
	require.NoError(t, err)
	b, err := json.Marshal(theirs.events)
	require.NoError(t, err)
	assert.Equal(t, string(a), string(b))
	assert.Greater(t, total(theirs), 100)
	assert.True(t, ours.now.IsZero() || ours.now.Sub(begin) > 24*time.Hour)
}

func attempt(failure error) escalation.Attempt {
	if failure != nil {
		return escalation.Attempt{Failure: escalation.Deferred}
	}
	return escalation.Attempt{}
}
