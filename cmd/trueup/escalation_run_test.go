package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
)

// The command looks when something is due and often enough to see what others did,
// through a log that is in use and looks that go wrong, until it is asked to end.
func TestRoundsOfEscalation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var looks []time.Duration
		var said bytes.Buffer
		r := rounds{now: time.Now, end: begun.Add(5 * time.Minute), poll: time.Minute, log: &said}
		r.look = func(context.Context) (time.Time, error) {
			looks = append(looks, time.Since(begun))
			switch len(looks) {
			case 1:
				return begun.Add(20 * time.Second), nil
			case 2:
				return begun.Add(time.Hour), fmt.Errorf("open: %w", evidence.ErrLocked)
			case 3:
				return time.Time{}, errors.New("a disk is full")
			}
			return begun.Add(time.Hour), nil
		}
		require.NoError(t, r.run(t.Context()))
		s := time.Second
		assert.Equal(t, []time.Duration{0, 20 * s, 80 * s, 140 * s, 200 * s, 260 * s, 300 * s}, looks)
		assert.Equal(t, "trueup escalation run: a disk is full\n", said.String(), "a log in use is no fault")

		ctx, cancel := context.WithCancel(t.Context())
		looks = nil
		r.end = time.Time{}
		r.look = func(context.Context) (time.Time, error) {
			if looks = append(looks, 0); len(looks) == 100 {
				cancel()
			}
			return time.Time{}, nil
		}
		require.NoError(t, r.run(ctx))
		assert.Len(t, looks, 100)
	})
}
