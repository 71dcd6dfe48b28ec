package postgres_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
	"github.com/trueup-dev/trueup/evidence/postgres"
	"github.com/trueup-dev/trueup/evidence/postgres/postgrestest"
)

// One holder at a time over all logs, who can append meanwhile, with more that wait
// than the pool has connections; and a turn whose session is ended is lost by name.
func TestExclusive(t *testing.T) {
	url := postgrestest.Start(t).URL()
	p, err := pgxpool.New(t.Context(), url+"&pool_max_conns=2")
	require.NoError(t, err)
	defer p.Close()
	logs := []*postgres.Log{open(t, p), open(t, pool(t, url))}
	var inside, turns atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			done, err := logs[i%2].Exclusive(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if inside.Add(1) != 1 {
				t.Error("two are inside")
			}
			_, err = logs[i%2].Append(t.Context(), evidence.Entry{Kind: "turn", Payload: []byte{byte(i)}})
			inside.Add(-1)
			turns.Add(1)
			if err != nil || done() != nil {
				t.Error("append or done failed", err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 8, turns.Load())
	noHoldMeanwhile(t, p, logs)

	done, err := logs[0].Exclusive(t.Context())
	require.NoError(t, err)
	waiting, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = logs[1].Exclusive(waiting)
	require.ErrorIs(t, err, context.Canceled)
	_, err = p.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted`)
	require.NoError(t, err)
	require.ErrorContains(t, done(), "the turn was lost")
	for _, l := range logs {
		require.NoError(t, l.Close())
	}
}

// noHoldMeanwhile has one process conclude that nobody is held and act on it: a hold of
// another waits until it has, and is not placed and passed over.
func noHoldMeanwhile(t *testing.T, p *pgxpool.Pool, logs []*postgres.Log) {
	t.Helper()
	describe := func(evidence.Record) (hold.About, error) { return hold.About{}, nil }
	eraser, counsel := hold.Book{Log: logs[0], Describe: describe}, hold.Book{Log: logs[1], Describe: describe}
	ann := hold.Pseudonym(strings.Repeat("0a", 32))
	var wg sync.WaitGroup
	err := eraser.Unheld(t.Context(), ann, func() error {
		before, err := logs[1].Len(t.Context())
		require.NoError(t, err)
		wg.Go(func() {
			_, err := counsel.Place(t.Context(), hold.Hold{Matter: "m", By: "counsel", At: time.Now(), Reason: "notice", Subjects: []hold.Pseudonym{ann}})
			assert.NoError(t, err)
		})
		waits := func() (n int) {
			require.NoError(t, p.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`).Scan(&n))
			return n
		}
		for waits() == 0 {
			require.NoError(t, t.Context().Err())
		}
		after, err := logs[1].Len(t.Context())
		require.NoError(t, err)
		require.Equal(t, before, after)
		return nil
	})
	require.NoError(t, err)
	wg.Wait()
	require.ErrorIs(t, eraser.Unheld(t.Context(), ann, nil), hold.ErrHeld)
}
