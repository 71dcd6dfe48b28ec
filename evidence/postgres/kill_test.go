package postgres_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/postgres"
	"github.com/trueup-dev/trueup/evidence/postgres/postgrestest"
)

// writerURL, if set, makes the test binary a process that is killed.
const writerURL = "TRUEUP_TEST_POSTGRES_URL"

func TestMain(m *testing.M) {
	if url := os.Getenv(writerURL); url != "" {
		if err := writeForever(url, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeForever appends single entries and batches from eight goroutines, publishes
// now and then, and prints each index with its acknowledged key.
func writeForever(url, name string) error {
	ctx := context.Background()
	p, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef")))
	if err != nil {
		return err
	}
	l, err := postgres.Open(ctx, p, postgres.Options{Signer: s})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				batch := make([]evidence.Entry, 1+n%5)
				for k := range batch {
					key := fmt.Sprintf("%s/%d/%d/%d/%d", name, w, n, k, len(batch))
					batch[k] = evidence.Entry{Kind: "plan", Key: key, Payload: bytes.Repeat([]byte(key), 20)}
				}
				indexes, err := l.AppendBatch(ctx, batch)
				if err == nil && n%50 == 49 {
					_, err = l.Checkpoint(ctx)
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				for k, i := range indexes {
					fmt.Printf("%d %s\n", i, batch[k].Key)
				}
			}
		})
	}
	wg.Wait()
	return l.Close()
}

// Two processes append to one log and are killed at random instants, and so is the
// server in some rounds: every entry that was acknowledged is there, every batch is
// there whole or not at all, and the log verifies.
func TestKill(t *testing.T) {
	server := postgrestest.Start(t)
	t.Setenv(writerURL, server.URL())
	acked := map[evidence.Index]string{}
	for round := range 6 {
		killed := killWriters(t, round, func() {
			if round%3 == 2 {
				server.Kill()
			}
		})
		for i, key := range killed {
			other, ok := acked[i]
			require.False(t, ok && other != key, "entry %d is of %s and of %s", i, other, key)
			acked[i] = key
		}
		if round%3 == 2 {
			server.Restart(t)
		}
		checkAcked(t, pool(t, server.URL()), acked)
	}
	require.Greater(t, len(acked), 100)
	t.Logf("%d acknowledged entries", len(acked))
}

// killWriters runs two writers, calls also when the first of them is killed, and
// returns what they acknowledged.
func killWriters(t *testing.T, round int, also func()) map[evidence.Index]string {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var once sync.Once
	acked := map[evidence.Index]string{}
	for w := range 2 {
		cmd := exec.Command(os.Args[0], fmt.Sprintf("%d-%d", round, w))
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		wg.Go(func() {
			lines := bufio.NewReader(out)
			for n := 0; ; n++ {
				line, err := lines.ReadString('\n')
				if err != nil {
					break // a line that was cut off is no acknowledgement
				}
				if n == 0 {
					time.AfterFunc(time.Duration(100+rand.IntN(400))*time.Millisecond, func() {
						once.Do(also)
						_ = cmd.Process.Kill()
					})
				}
				var i evidence.Index
				var key string
				if _, err := fmt.Sscan(line, &i, &key); err != nil {
					t.Error(err)
				}
				mu.Lock()
				acked[i] = key
				mu.Unlock()
			}
			_ = cmd.Wait()
		})
	}
	wg.Wait()
	once.Do(also) // waits until it is done
	return acked
}

func checkAcked(t *testing.T, p *pgxpool.Pool, acked map[evidence.Index]string) {
	t.Helper()
	ctx := t.Context()
	l := open(t, p)
	for i, key := range acked {
		e, err := l.Entry(ctx, i)
		require.NoError(t, err)
		require.Equal(t, key, e.Key)
		require.Equal(t, strings.Repeat(key, 20), string(e.Payload))
	}
	batches := map[string]int{}
	for r, err := range l.Entries(ctx, 0) {
		require.NoError(t, err)
		parts := strings.Split(r.Key, "/")
		batches[strings.Join(append(parts[:3:3], parts[4]), "/")]++
	}
	for batch, n := range batches {
		require.True(t, strings.HasSuffix(batch, fmt.Sprintf("/%d", n)), "batch %s has %d entries", batch, n)
	}
	for i, key := range acked {
		again, err := l.Append(ctx, evidence.Entry{Kind: "plan", Key: key})
		require.NoError(t, err)
		require.Equal(t, i, again)
		break
	}
	require.NoError(t, l.Close())
	require.NoError(t, verified(t, open(t, p)).Err())
}
