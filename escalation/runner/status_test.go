package runner_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// TestStatusAtOnce: who follows a case sees its status as it changes, each as much as
// they are cleared for: the one inside the state, the one who is privileged the notes
// and files too.
func TestStatusAtOnce(t *testing.T) {
	p := loadPolicy(t)
	w, err := notice.New(notice.Options{})
	require.NoError(t, err)
	world := newWorld(0)
	world.now = begin
	pages := map[notice.Clearance][]string{}
	r, err := runner.Start(t.Context(), runner.Options{
		Journal: world, Sender: world, Directory: p,
		Changed: func(_ context.Context, c escalation.Case) {
			for _, sees := range []notice.Clearance{notice.Internal, notice.Privileged} {
				l, err := w.Status(c, nil, notice.Audience{Clearance: sees}, world.now)
				require.NoError(t, err)
				pages[sees] = append(pages[sees], l.Text)
			}
		},
	})
	require.NoError(t, err)
	f := finding(0, begin)
	c, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: severity(t, p, f)}, begin)
	require.NoError(t, err)
	last := func(sees notice.Clearance) string { return pages[sees][len(pages[sees])-1] }
	do := func(events []escalation.Event, err error) {
		require.NoError(t, err)
		world.events[c.ID] = append(world.events[c.ID], events...)
		require.NoError(t, r.Refresh(t.Context(), c.ID))
		c, err = escalation.Replay(world.events[c.ID])
		require.NoError(t, err)
	}
	do(events, nil)
	assert.Contains(t, last(notice.Internal), "How a case stands.")
	assert.Contains(t, last(notice.Internal), "State: assigned")
	do(c.Acknowledge(p, "ann", begin))
	assert.Contains(t, last(notice.Internal), "State: acknowledged")
	do(c.Note("ann", "they reinstalled it", begin))
	do(c.Attach("ann", "hosts.csv", "sha256:1", "", begin))
	assert.Contains(t, last(notice.Privileged), "Note: they reinstalled it\nFile: hosts.csv\n")
	assert.NotContains(t, last(notice.Internal), "reinstalled")
	assert.NotContains(t, last(notice.Internal), "hosts.csv")
	before := len(pages[notice.Internal])
	_, err = r.Tick(t.Context(), begin)
	require.NoError(t, err)
	assert.Greater(t, len(pages[notice.Internal]), before, "what the clock does is seen too")
}
