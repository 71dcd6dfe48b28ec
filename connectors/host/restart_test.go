package host

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
)

func TestWait(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := Restart{Attempts: 6, Base: time.Second, Most: 5 * time.Second}.withDefaults()
	crashed := &connectors.Error{Kind: connectors.Crashed}
	throttled := func(retry connectors.Retry) error {
		return &connectors.Error{Kind: connectors.Throttled, Retry: retry}
	}
	for _, c := range []struct {
		name     string
		failures int
		err      error
		want     time.Duration
		again    bool
	}{
		{"first", 1, crashed, time.Second, true},
		{"third", 3, crashed, 4 * time.Second, true},
		{"bounded", 5, crashed, 5 * time.Second, true},
		{"enough", 6, crashed, 0, false},
		{"cannot help", 1, &connectors.Error{Kind: connectors.AuthFailed}, 0, false},
		{"no kind", 1, errors.New("x"), 0, false},
		{"asked to wait", 1, throttled(connectors.Retry{After: 3 * time.Second}), 3 * time.Second, true},
		{"until an instant", 1, throttled(connectors.Retry{Until: now.Add(4 * time.Second)}), 4 * time.Second, true},
		{"asked too much", 1, throttled(connectors.Retry{After: time.Hour}), time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			wait, again := r.wait(c.failures, c.err, now)
			assert.Equal(t, c.again, again)
			if again {
				assert.Equal(t, c.want, wait)
			}
		})
	}
	_, again := Restart{}.withDefaults().wait(1, crashed, now)
	assert.False(t, again, "the zero value tries once")
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		require.NoError(t, pause(t.Context(), time.Hour))
		assert.Equal(t, time.Hour, time.Since(start))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, pause(ctx, time.Hour), context.DeadlineExceeded)
		assert.Equal(t, time.Hour+time.Minute, time.Since(start))
	})
}

func TestBreaker(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := breaker{policy: Restart{Trip: 2, Cooldown: time.Minute}}
	crashed := &connectors.Error{Kind: connectors.Crashed}
	b.record("x", crashed, now)
	require.NoError(t, b.allow("x", now))
	b.record("x", &connectors.Error{Kind: connectors.Unavailable}, now) // the source's fault, not the binary's
	b.record("x", crashed, now)
	require.NoError(t, b.allow("x", now))
	b.record("x", crashed, now)
	err := b.allow("x", now.Add(59*time.Second))
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.Unavailable})
	require.ErrorContains(t, err, "2 times in a row and is left alone until 2026-03-01T12:01:00Z")
	require.NoError(t, b.allow("y", now))
	require.NoError(t, b.allow("x", now.Add(time.Minute)))
	b.record("x", crashed, now.Add(time.Minute)) // one more try, one more failure
	require.Error(t, b.allow("x", now.Add(90*time.Second)))
	b.record("x", nil, now.Add(2*time.Minute))
	require.NoError(t, b.allow("x", now.Add(2*time.Minute)))

	never := breaker{}
	for range 10 {
		never.record("x", crashed, now)
	}
	require.NoError(t, never.allow("x", now))
}
