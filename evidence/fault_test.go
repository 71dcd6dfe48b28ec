package evidence

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/verify"
)

func faultOptions(t *testing.T) Options {
	s, err := NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	opts, err := Options{Signer: s, SegmentSize: 1500}.withDefaults()
	require.NoError(t, err)
	return opts
}

func faultEntry(i int) Entry {
	return Entry{Kind: "position", Key: fmt.Sprint(i), Payload: []byte(strings.Repeat("p", 20*i%300))}
}

// mixed is a size of groups that some of what work appends is over.
const mixed = 300

// work appends 30 entries, singly and in batches, over several segments, tiles and
// checkpoints, and goes on after failures as a caller may. Groups of large bytes are
// not preallocated for. It reports which entries were acknowledged, and under which
// index.
func work(d disk, opts Options, large int) (acked map[int]Index) {
	acked = map[int]Index{}
	ctx := context.Background()
	l, err := open(ctx, d, opts)
	if err != nil {
		return acked
	}
	l.app.large = large
	for i := 0; i < 30; i += 3 {
		if at, err := l.Append(ctx, faultEntry(i)); err == nil {
			acked[i] = at
		}
		if at, err := l.AppendBatch(ctx, []Entry{faultEntry(i + 1), faultEntry(i + 2)}); err == nil {
			acked[i+1], acked[i+2] = at[0], at[1]
		}
		if i%4 == 0 {
			_, _ = l.Checkpoint(ctx) // may fail: what was appended is safe all the same
		}
	}
	_ = l.Close()
	return acked
}

// Each write, sync, rename, removal, truncation and creation fails in turn, until
// none is left to fail, and each time the power goes. Whatever of the unsynced
// writes the disk kept: what was acknowledged is there, and the log goes on.
func TestEveryFault(t *testing.T) {
	opts := faultOptions(t)
	crashes := map[string]func(d *memDisk, n int) *memDisk{
		"nothing unsynced kept": func(d *memDisk, _ int) *memDisk { return d.crash(false, never) },
		"all kept":              func(d *memDisk, _ int) *memDisk { return d.crash(true, always) },
		"some sectors kept":     func(d *memDisk, n int) *memDisk { return d.crash(n%2 == 0, sometimes(uint64(n))) },
	}
	faults := 0
	for name, crash := range crashes {
		for _, partly := range []bool{false, true} {
			for n := 1; ; n++ {
				d := newMemDisk()
				d.failAt, d.partly = n, partly
				acked := work(d, opts, mixed)
				if !d.fired {
					break
				}
				faults++
				survived(t, crash(d, n), opts, acked, fmt.Sprintf("%s, fault %d, partly %v", name, n, partly))
			}
		}
	}
	require.Greater(t, faults, 500)
}

// survived opens what a crash left and checks every promise.
func survived(t *testing.T, d *memDisk, opts Options, acked map[int]Index, when string) {
	t.Helper()
	ctx := t.Context()
	l, err := open(ctx, d, opts)
	require.NoError(t, err, when)
	for i, at := range acked {
		e, err := l.Entry(ctx, at)
		require.NoError(t, err, when)
		require.Equal(t, faultEntry(i), e, when)
	}
	size, err := l.Len(ctx)
	require.NoError(t, err)
	once := map[string]bool{}
	for r, err := range l.Entries(ctx, 0) {
		require.NoError(t, err, when)
		require.False(t, once[r.Key], "%s: entry %s is there twice", when, r.Key)
		once[r.Key] = true
	}
	for i := range 30 {
		at, err := l.Append(ctx, faultEntry(i))
		require.NoError(t, err, when)
		if want, ok := acked[i]; ok {
			require.Equal(t, want, at, when)
		}
		if !once[fmt.Sprint(i)] {
			require.EqualValues(t, size, at, when)
			size++
		}
	}
	require.NoError(t, l.Close(), when)
	rep, err := verify.Folder(ctx, d.fs(), verify.Options{Key: opts.Signer.VerifierKey()})
	require.NoError(t, err)
	require.NoError(t, rep.Err(), when)
	require.EqualValues(t, 30, rep.Size)
}

// A crash after any number of operations, without any having failed.
func TestEveryCrash(t *testing.T) {
	opts := faultOptions(t)
	for _, size := range []int{large, mixed} {
		total := newMemDisk()
		work(total, opts, size)
		for n := 1; n <= total.ops; n++ {
			d := newMemDisk()
			d.failAt, d.dead = n, true
			acked := work(d, opts, size)
			survived(t, d.crash(n%3 == 0, sometimes(uint64(n))), opts, acked,
				fmt.Sprintf("crash after %d, large from %d", n, size))
		}
	}
}
