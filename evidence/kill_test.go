package evidence_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
)

// writerDir, if set, makes the test binary the process that is killed.
const writerDir = "TRUEUP_TEST_EVIDENCE_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		if err := writeForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// killOptions make segments, tiles, key runs and checkpoints come often, so that a
// kill meets each of them.
func killOptions() (evidence.Options, error) {
	s, err := evidence.LoadKeyFile(os.Getenv(writerDir) + ".key")
	return evidence.Options{Signer: s, SegmentSize: 30_000, CheckpointEvery: 150}, err
}

// writeForever appends from eight goroutines and prints each acknowledged key.
func writeForever(dir string) error {
	opts, err := killOptions()
	if err != nil {
		return err
	}
	ctx := context.Background()
	l, err := evidence.Open(ctx, dir, opts)
	if err != nil {
		return err
	}
	start, err := l.Len(ctx)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("%d/%d/%d", start, w, n)
				i, err := l.Append(ctx, evidence.Entry{Kind: "plan", Key: key, Payload: bytes.Repeat([]byte(key), 20)})
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				fmt.Printf("%d %s\n", i, key)
			}
		})
	}
	wg.Wait()
	return l.Close()
}

// A real process is killed at random instants, again and again on one folder:
// every entry it acknowledged is there, and the log verifies.
func TestKill(t *testing.T) {
	dir := t.TempDir() + "/log"
	t.Setenv(writerDir, dir)
	_, err := evidence.GenerateKeyFile(dir+".key", "example.com/licences")
	require.NoError(t, err)
	acked := map[evidence.Index]string{}
	for range 8 {
		cmd := exec.Command(os.Args[0])
		var errors bytes.Buffer
		cmd.Stderr = &errors
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewReader(out)
		for n := 0; ; n++ {
			line, err := lines.ReadString('\n')
			if err != nil {
				break // a line that was cut off is no acknowledgement
			}
			if n == 0 {
				time.AfterFunc(time.Duration(rand.IntN(200))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
			var i evidence.Index
			var key string
			_, err = fmt.Sscan(line, &i, &key)
			require.NoError(t, err)
			acked[i] = key
		}
		require.ErrorContains(t, cmd.Wait(), "killed", errors.String())
		reopenAndCheck(t, dir, acked)
	}
	require.Greater(t, len(acked), 100)
	t.Logf("%d acknowledged entries", len(acked))
}

func reopenAndCheck(t *testing.T, dir string, acked map[evidence.Index]string) {
	t.Helper()
	ctx := t.Context()
	opts, err := killOptions()
	require.NoError(t, err)
	l, err := evidence.Open(ctx, dir, opts)
	require.NoError(t, err)
	for i, key := range acked {
		e, err := l.Entry(ctx, i)
		require.NoError(t, err)
		require.Equal(t, key, e.Key)
		require.Equal(t, strings.Repeat(key, 20), string(e.Payload))
		again, err := l.Append(ctx, e)
		require.NoError(t, err)
		require.Equal(t, i, again)
	}
	require.NoError(t, l.Close())
	require.NoError(t, checkKey(t, dir, opts.Signer.VerifierKey()).Err())
}
