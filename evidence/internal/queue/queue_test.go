package queue

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type member struct {
	Slot
	id int
}

func newMember(id, size int) *member {
	return &member{Slot{Size: size, Turn: make(chan bool, 1)}, id}
}

// gate is a commit that waits to be let through.
type gate struct {
	open   chan error
	groups [][]int
}

func (g *gate) commit(_ context.Context, group []*member) error {
	var ids []int
	for _, m := range group {
		ids = append(ids, m.id)
	}
	g.groups = append(g.groups, ids)
	return <-g.open
}

// While one commits, the others queue and become the next group.
func TestGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan error)}
		q := &Queue[*member]{Commit: g.commit, Limit: 10}
		var wg sync.WaitGroup
		for id := range 7 {
			wg.Go(func() { assert.NoError(t, q.Do(t.Context(), newMember(id, 4))) })
			synctest.Wait()
		}
		for range 4 {
			g.open <- nil
			synctest.Wait()
		}
		wg.Wait()
		require.Equal(t, [][]int{{0}, {1, 2}, {3, 4}, {5, 6}}, g.groups)
	})
}

func TestWithdraw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan error)}
		q := &Queue[*member]{Commit: g.commit, Limit: 100}
		var wg sync.WaitGroup
		wg.Go(func() { assert.NoError(t, q.Do(t.Context(), newMember(0, 1))) })
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		wg.Go(func() { assert.ErrorIs(t, q.Do(ctx, newMember(1, 1)), context.Canceled) })
		wg.Go(func() { assert.NoError(t, q.Do(t.Context(), newMember(2, 1))) })
		synctest.Wait()
		cancel()
		synctest.Wait()
		g.open <- nil
		synctest.Wait()
		g.open <- nil
		wg.Wait()
		require.Equal(t, [][]int{{0}, {2}}, g.groups)
	})
}

// One that is being committed is waited for, whatever its context says.
func TestCancelWhileCommitting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan error)}
		q := &Queue[*member]{Commit: g.commit, Limit: 100}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { assert.NoError(t, q.Do(t.Context(), newMember(0, 1))) })
		synctest.Wait()
		wg.Go(func() { assert.NoError(t, q.Do(t.Context(), newMember(1, 1))) })
		synctest.Wait()
		wg.Go(func() { assert.NoError(t, q.Do(ctx, newMember(2, 1))) })
		synctest.Wait()
		g.open <- nil // now 1 leads a group of 1 and 2
		synctest.Wait()
		cancel()
		synctest.Wait()
		g.open <- nil
		wg.Wait()
		require.Equal(t, [][]int{{0}, {1, 2}}, g.groups)
	})
}

var errDisk = errors.New("disk on fire")

func TestFailure(t *testing.T) {
	for _, sticky := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := &gate{open: make(chan error)}
			q := &Queue[*member]{Commit: g.commit, Limit: 100, Sticky: sticky}
			var wg sync.WaitGroup
			wg.Go(func() { assert.ErrorIs(t, q.Do(t.Context(), newMember(0, 1)), errDisk) })
			synctest.Wait()
			wg.Go(func() {
				err := q.Do(t.Context(), newMember(1, 1))
				assert.Equal(t, sticky, errors.Is(err, errDisk))
			})
			synctest.Wait()
			g.open <- errDisk
			synctest.Wait()
			if !sticky {
				g.open <- nil
			}
			wg.Wait()
			require.Equal(t, sticky, q.Refusal() != nil)
			before := q.Close(context.Canceled)
			require.Equal(t, sticky, errors.Is(before, errDisk))
			require.ErrorIs(t, q.Do(t.Context(), newMember(2, 1)), context.Canceled)
		})
	}
}

func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{open: make(chan error)}
		q := &Queue[*member]{Commit: g.commit, Limit: 100}
		var wg sync.WaitGroup
		wg.Go(func() { assert.NoError(t, q.Do(t.Context(), newMember(0, 1))) })
		synctest.Wait()
		wg.Go(func() { assert.NoError(t, q.Do(t.Context(), newMember(1, 1))) })
		synctest.Wait()
		closed := false
		wg.Go(func() {
			assert.NoError(t, q.Close(errDisk))
			closed = true
		})
		synctest.Wait()
		require.False(t, closed)
		require.ErrorIs(t, q.Do(t.Context(), newMember(2, 1)), errDisk)
		g.open <- nil
		g.open <- nil
		wg.Wait()
		require.True(t, closed)
		require.Equal(t, [][]int{{0}, {1}}, g.groups)
	})
}
