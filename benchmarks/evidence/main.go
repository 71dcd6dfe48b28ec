// Command evidence measures the log from outside, with nothing but its public API:
// one writer against the disk's own fdatasync, and, for logs of growing size, what a
// proof and its check cost, what verification costs an entry, and how long opening
// takes, with the files in the page cache and without.
//
//	go run ./benchmarks/evidence -sizes 1000,10000,100000,1000000,10000000
//
// Costs are CPU time, which a busy machine hardly moves; opening is the median of
// several times. The last size takes about 3 GB of disk in the folder -dir.
package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
)

func main() {
	sizes := flag.String("sizes", "1000,10000,100000,1000000,10000000", "")
	dir := flag.String("dir", os.TempDir(), "")
	flag.Parse()
	if err := run(context.Background(), *dir, *sizes); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir, sizes string) (err error) {
	dir, err = os.MkdirTemp(dir, "evidence-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Printf("%s, %d processors, %s/%s\n\n", runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if err := oneWriter(ctx, dir); err != nil {
		return err
	}
	fmt.Println("\n| entries | proof, CPU | hashes | check of a proof, CPU | verification, CPU an entry | opened, in cache | opened, cold |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if err := size(ctx, filepath.Join(dir, text), n); err != nil {
			return err
		}
	}
	return nil
}

func openLog(ctx context.Context, dir string) (*evidence.Log, *evidence.Signer, error) {
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		return nil, nil, err
	}
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: s})
	return l, s, err
}

// entry is one of 200 bytes of payload.
func entry(i int) evidence.Entry {
	payload := make([]byte, 200)
	copy(payload, strconv.Itoa(i))
	return evidence.Entry{Kind: "position", Payload: payload}
}

// oneWriter appends one entry at a time, in turns with what the disk does alone.
func oneWriter(ctx context.Context, dir string) error {
	const rounds, each = 5, 1000
	l, _, err := openLog(ctx, filepath.Join(dir, "writer"))
	if err != nil {
		return err
	}
	var ours, floor []float64
	for range rounds {
		start := time.Now()
		for i := range each {
			if _, err := l.Append(ctx, entry(i)); err != nil {
				return err
			}
		}
		ours = append(ours, float64(time.Since(start).Microseconds())/each)
		took, err := syncs(filepath.Join(dir, "floor"), each)
		if err != nil {
			return err
		}
		floor = append(floor, float64(took.Microseconds())/each)
	}
	slices.Sort(ours)
	slices.Sort(floor)
	fmt.Println("| one writer | median of 5 rounds of 1,000 |\n|---|---|")
	fmt.Printf("| durable append | %.0f µs |\n| write of 250 bytes and fdatasync, preallocated | %.0f µs |\n| ratio | %.2f |\n", ours[2], floor[2], ours[2]/floor[2])
	return l.Close()
}

// syncs writes and syncs n records into a file that is there in full length.
func syncs(path string, n int) (time.Duration, error) {
	record := make([]byte, 250)
	if err := os.WriteFile(path, make([]byte, n*len(record)), 0o600); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	start := time.Now()
	for i := range n {
		if _, err := f.WriteAt(record, int64(i*len(record))); err != nil {
			return 0, err
		}
		if err := dataSync(f); err != nil {
			return 0, err
		}
	}
	return time.Since(start), f.Close()
}

// size makes a log of n entries and measures it.
func size(ctx context.Context, dir string, n int) error {
	l, s, err := openLog(ctx, dir)
	if err != nil {
		return err
	}
	for i := 0; i < n; i += 1000 {
		batch := make([]evidence.Entry, min(1000, n-i))
		for k := range batch {
			batch[k] = entry(i + k)
		}
		if _, err := l.AppendBatch(ctx, batch); err != nil {
			return err
		}
	}
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	prove, check, hashes, err := proofs(ctx, l, c, n)
	if err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	warm, err := opening(ctx, dir, false)
	if err != nil {
		return err
	}
	cold, err := opening(ctx, dir, true)
	if err != nil {
		return err
	}
	cpu := cpuTime()
	rep, err := verify.Folder(ctx, os.DirFS(dir), verify.Options{Key: s.VerifierKey()})
	if err != nil {
		return err
	}
	if err := rep.Err(); err != nil {
		return err
	}
	each := (cpuTime() - cpu) / time.Duration(n)
	fmt.Printf("| %d | %.1f µs | %d | %.1f µs | %.2f µs | %.1f ms | %.1f ms |\n", n, micro(prove), hashes, micro(check), micro(each), 1000*warm.Seconds(), 1000*cold.Seconds())
	return os.RemoveAll(dir)
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// proofs proves entries spread over the log and checks the proofs.
func proofs(ctx context.Context, l *evidence.Log, c evidence.Checkpoint, n int) (prove, check time.Duration, hashes int, err error) {
	const count = 20_000
	made, leaves := make([]tlog.RecordProof, count), make([]tlog.Hash, count)
	at := func(i int) evidence.Index { return evidence.Index(i * n / count) }
	for i := range count {
		leaf, err := l.Leaf(ctx, at(i))
		if err != nil {
			return 0, 0, 0, err
		}
		leaves[i] = tlog.RecordHash(leaf)
	}
	cpu := cpuTime()
	for i := range count {
		if made[i], err = l.ProveInclusion(ctx, at(i), c.Size); err != nil {
			return 0, 0, 0, err
		}
	}
	prove, cpu = (cpuTime()-cpu)/count, cpuTime()
	for i := range count {
		if err := tlog.CheckRecord(made[i], c.Size, c.Root, int64(at(i)), leaves[i]); err != nil {
			return 0, 0, 0, err
		}
	}
	return prove, (cpuTime() - cpu) / count, len(made[count-1]), nil
}

// opening is the median of opening a closed log, after its files have left the page
// cache if cold.
func opening(ctx context.Context, dir string, cold bool) (time.Duration, error) {
	var all []time.Duration
	for range 7 {
		if cold {
			if err := evict(dir); err != nil {
				return 0, err
			}
		}
		start := time.Now()
		l, _, err := openLog(ctx, dir)
		if err != nil {
			return 0, err
		}
		all = append(all, time.Since(start))
		if err := l.Close(); err != nil {
			return 0, err
		}
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}
