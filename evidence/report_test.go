//go:build unix

package evidence

import (
	"context"
	"crypto/ed25519"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/verify"
)

var update = flag.Bool("update", false, "measure, and write benchmarks/evidence.md")

// TestReport writes benchmarks/evidence.md. Figures are of one run on one machine,
// so there is nothing to compare without -update: it measures and does not test, and
// skips wherever it is not asked to.
func TestReport(t *testing.T) {
	if !*update {
		t.Skip("run with -update to measure")
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# Evidence log

`+"`go test ./evidence -run TestReport -update -timeout 30m`"+` measures this page: %s, %d processors,
%s/%s, entries of 200 bytes of payload without keys, in a folder of the disk that holds the temporary
files. Wall time moves by a factor of several with what else the machine does; floor and log are measured in
turns, five rounds, and the medians given. CPU time, counts of syncs and allocations hardly move.

## Durable appends

The floor is the device: one write of the same group into a preallocated file and one fdatasync, without
encoding, hashes, queue or index. Its group is as large as the log's on average. Syncs a group counts
every sync of the run, including those of new segments; a checkpoint is not in it.

| writers | appends/s | entries a group | syncs a group | wall, of the floor | CPU an append |
|---|---|---|---|---|---|
`, runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	for _, writers := range []int{1, 8, 64, 512} {
		appendRow(t, &b, writers)
	}
	treeRows(t, &b)
	sizeRows(t, &b)
	require.NoError(t, os.WriteFile("../benchmarks/evidence.md", []byte(b.String()), 0o644))
}

// countingDisk counts syncs of files.
type countingDisk struct {
	disk
	syncs *atomic.Int64
}

func (d countingDisk) open(name string, flag int) (file, error) {
	f, err := d.disk.open(name, flag)
	if err != nil {
		return nil, err
	}
	return countingFile{f, d.syncs}, nil
}

type countingFile struct {
	file
	syncs *atomic.Int64
}

func (f countingFile) sync() error {
	f.syncs.Add(1)
	return f.file.sync()
}

// round is one measurement.
type round struct {
	wall, floor, cpu time.Duration
	n                int
	groups, syncs    int64
}

func appendRow(t *testing.T, b *strings.Builder, writers int) {
	t.Helper()
	var rounds []round
	for range 5 {
		rounds = append(rounds, measureAppends(t, writers))
	}
	median := func(f func(r round) float64) float64 {
		var v []float64
		for _, r := range rounds {
			v = append(v, f(r))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	fmt.Fprintf(b, "| %d | %.0f | %.1f | %.3f | %.2f | %.1f µs |\n", writers,
		median(func(r round) float64 { return float64(r.n) / r.wall.Seconds() }),
		median(func(r round) float64 { return float64(r.n) / float64(r.groups) }),
		median(func(r round) float64 { return float64(r.syncs) / float64(r.groups) }),
		median(func(r round) float64 { return r.wall.Seconds() / r.floor.Seconds() }),
		median(func(r round) float64 { return float64(r.cpu.Nanoseconds()) / 1000 / float64(r.n) }))
}

func measureAppends(t *testing.T, writers int) round {
	t.Helper()
	r := round{n: min(800*writers, 60_000)}
	var syncs atomic.Int64
	l := newReportLog(t, countingDisk{osDisk(t.TempDir()), &syncs})
	_, err := l.Append(t.Context(), Entry{Kind: "first"}) // makes the first segment
	require.NoError(t, err)
	groups := &atomic.Int64{}
	commit := l.queue.Commit
	l.queue.Commit = func(ctx context.Context, group []*request) error {
		groups.Add(1)
		return commit(ctx, group)
	}
	syncs.Store(0)
	cpu, start := cpuTime(), time.Now()
	var left atomic.Int64
	left.Store(int64(r.n))
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := l.Append(context.Background(), Entry{Kind: "position", Payload: benchPayload}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	r.wall, r.cpu = time.Since(start), cpuTime()-cpu
	r.groups, r.syncs = groups.Load(), syncs.Load()
	require.NoError(t, l.Close())
	r.floor = measureFloor(t, int(r.groups), r.n/int(r.groups))
	return r
}

// measureFloor writes and syncs groups as large as the log's.
func measureFloor(t *testing.T, groups, entries int) time.Duration {
	t.Helper()
	f, err := osDisk(t.TempDir()).open("floor", os.O_RDWR|os.O_CREATE)
	require.NoError(t, err)
	group := make([]byte, 24+entries*250)
	_, err = f.WriteAt(make([]byte, groups*len(group)), 0)
	require.NoError(t, err)
	require.NoError(t, f.sync())
	start := time.Now()
	for i := range groups {
		_, err := f.WriteAt(group, int64(i*len(group)))
		require.NoError(t, err)
		require.NoError(t, f.sync())
	}
	wall := time.Since(start)
	require.NoError(t, f.Close())
	return wall
}

func newReportLog(t *testing.T, d disk) *Log {
	t.Helper()
	opts, err := Options{Signer: reportSigner(t)}.withDefaults()
	require.NoError(t, err)
	l, err := open(context.Background(), d, opts)
	require.NoError(t, err)
	return l
}

func reportSigner(t *testing.T) *Signer {
	t.Helper()
	s, err := NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	return s
}

// treeRows compares CPU time with x/mod, interleaved.
func treeRows(t *testing.T, b *strings.Builder) {
	t.Helper()
	const n = 1 << 18
	var ours, theirs []float64
	for range 5 {
		l := newReportLog(t, nullDisk{newMemDisk()})
		batch := reportBatch(1024)
		cpu := cpuTime()
		for range n / len(batch) {
			_, err := l.AppendBatch(t.Context(), batch)
			require.NoError(t, err)
		}
		ours = append(ours, float64(cpuTime()-cpu)/n)
		cpu = cpuTime()
		var stored []tlog.Hash
		read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, x := range indexes {
				out[i] = stored[x]
			}
			return out, nil
		})
		for i := range int64(n) {
			hashes, err := tlog.StoredHashes(i, benchPayload, read)
			require.NoError(t, err)
			stored = append(stored, hashes...)
		}
		theirs = append(theirs, float64(cpuTime()-cpu)/n)
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	fmt.Fprintf(b, `
## CPU of an append

Batches of 1,024 on a disk that costs nothing: encoding, salt, commitment, leaf hash, tree, group and index,
against tlog.StoredHashes of golang.org/x/mod, which is the tree alone, over 262,144 entries.

| | CPU an entry |
|---|---|
| evidence, everything | %.0f ns |
| x/mod, the tree | %.0f ns |
| ratio | %.2f |
`, ours[2], theirs[2], ours[2]/theirs[2])
}

func reportBatch(n int) []Entry {
	batch := make([]Entry, n)
	for i := range batch {
		batch[i] = Entry{Kind: "position", Payload: benchPayload}
	}
	return batch
}

// sizeRows measures what depends on the size of the log.
func sizeRows(t *testing.T, b *strings.Builder) {
	t.Helper()
	b.WriteString(`
## By size of the log

Proofs are of 20,000 entries spread over the log. Verification is verify.Folder, an entry's share of the CPU
time. Reopened is after Close; crashed is with nothing published since the last checkpoint of its own accord
(every 262,144 entries), so that the rest is replayed.

| entries | durable batch appends/s | proof, CPU | hashes | verification, CPU an entry | reopened | crashed |
|---|---|---|---|---|---|---|
`)
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000, 10_000_000} {
		dir := t.TempDir()
		l := newReportLog(t, osDisk(dir))
		batch := reportBatch(1000)
		start := time.Now()
		for range n / len(batch) {
			_, err := l.AppendBatch(t.Context(), batch)
			require.NoError(t, err)
		}
		appended := time.Since(start)
		l.background.Wait()
		l.queue.Close(ErrClosed)
		require.NoError(t, l.release()) // as a crash leaves it
		l, crashed := reopened(t, dir)
		require.NoError(t, l.Close())
		l, clean := reopened(t, dir)
		proof, hashes := proofCost(t, l, n)
		require.NoError(t, l.Close())
		cpu := cpuTime()
		rep, err := verify.Folder(t.Context(), os.DirFS(dir), verify.Options{Key: reportSigner(t).VerifierKey()})
		require.NoError(t, err)
		require.NoError(t, rep.Err())
		cpu = cpuTime() - cpu
		fmt.Fprintf(b, "| %d | %.0f | %.1f µs | %d | %.2f µs | %.1f ms | %.1f ms |\n", n, float64(n)/appended.Seconds(),
			float64(proof.Nanoseconds())/1000, hashes, float64(cpu.Nanoseconds())/1000/float64(n),
			clean.Seconds()*1000, crashed.Seconds()*1000)
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "entries")))
	}
}

func reopened(t *testing.T, dir string) (*Log, time.Duration) {
	t.Helper()
	start := time.Now()
	l, err := Open(t.Context(), dir, Options{Signer: reportSigner(t)})
	require.NoError(t, err)
	return l, time.Since(start)
}

func proofCost(t *testing.T, l *Log, n int) (time.Duration, int) {
	t.Helper()
	const proofs = 20_000
	var p tlog.RecordProof
	cpu := cpuTime()
	for i := range proofs {
		var err error
		p, err = l.ProveInclusion(t.Context(), Index(i*n/proofs), int64(n))
		require.NoError(t, err)
	}
	return (cpuTime() - cpu) / proofs, len(p)
}
