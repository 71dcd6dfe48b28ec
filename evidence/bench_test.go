//go:build unix

package evidence

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// The figures that benchmarks/evidence.md compares come from these and from the
// program beside that file. Time on a shared disk says little: compare CPU time,
// allocations and syncs.

func benchLog(b *testing.B, d disk) *Log {
	b.Helper()
	s, err := NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		b.Fatal(err)
	}
	opts, err := Options{Signer: s}.withDefaults()
	if err != nil {
		b.Fatal(err)
	}
	l, err := open(context.Background(), d, opts)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
	return l
}

// nullDisk is a folder whose data writes and syncs cost nothing, to see the rest.
type nullDisk struct{ *memDisk }

func (d nullDisk) open(name string, flag int) (file, error) {
	f, err := d.memDisk.open(name, flag)
	if err != nil {
		return nil, err
	}
	return nullFile{f.(*memFile)}, nil
}

func (nullDisk) syncDir(string) error { return nil } // memDisk's goes through all files

type nullFile struct{ *memFile }

func (nullFile) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }
func (nullFile) sync() error                            { return nil }
func (nullFile) truncate(int64) error                   { return nil }

// cpuTime is what the process has used, which neighbours on the machine disturb
// far less than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails only for bad arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func reportCPU(b *testing.B, since time.Duration) {
	b.ReportMetric(float64(cpuTime()-since)/float64(b.N), "cpu-ns/op")
}

var benchPayload = bytes.Repeat([]byte("p"), 200)

func BenchmarkAppend(b *testing.B) {
	for _, keyed := range []bool{false, true} {
		for _, writers := range []int{1, 8, 64, 512} {
			b.Run(fmt.Sprintf("keyed=%v/writers=%d", keyed, writers), func(b *testing.B) {
				benchAppend(b, osDisk(b.TempDir()), writers, keyed)
			})
		}
	}
}

// BenchmarkAppendCPU leaves the disk out.
func BenchmarkAppendCPU(b *testing.B) {
	for _, writers := range []int{1, 512} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			benchAppend(b, nullDisk{newMemDisk()}, writers, false)
		})
	}
	b.Run("batch=1024", func(b *testing.B) {
		l := benchLog(b, nullDisk{newMemDisk()})
		batch := make([]Entry, 1024)
		for i := range batch {
			batch[i] = Entry{Kind: "position", Payload: benchPayload}
		}
		b.ReportAllocs()
		b.ResetTimer()
		defer reportCPU(b, cpuTime())
		for n := 0; n < b.N; n += len(batch) {
			if _, err := l.AppendBatch(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchAppend(b *testing.B, d disk, writers int, keyed bool) {
	l := benchLog(b, d)
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	defer reportCPU(b, cpuTime())
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for n := left.Add(-1); n >= 0; n = left.Add(-1) {
				e := Entry{Kind: "position", Payload: benchPayload}
				if keyed {
					e.Key = fmt.Sprint(n)
				}
				if _, err := l.Append(context.Background(), e); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
}

// BenchmarkTlog is what x/mod takes for the tree alone.
func BenchmarkTlog(b *testing.B) {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	add := func(n int) {
		for i := range n {
			hashes, err := tlog.StoredHashes(int64(i), benchPayload, read)
			if err != nil {
				b.Fatal(err)
			}
			stored = append(stored, hashes...)
		}
	}
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		stored = stored[:0]
		defer reportCPU(b, cpuTime())
		add(b.N)
	})
	stored = stored[:0]
	add(1 << 18)
	b.Run("prove", func(b *testing.B) {
		b.ReportAllocs()
		defer reportCPU(b, cpuTime())
		for i := range b.N {
			if _, err := tlog.ProveRecord(1<<18, int64(i*7919)&(1<<18-1), read); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkProve(b *testing.B) {
	l := benchLog(b, osDisk(b.TempDir()))
	batch := make([]Entry, 1024)
	for i := range batch {
		batch[i] = Entry{Kind: "position", Payload: benchPayload}
	}
	for range 1 << 8 {
		if _, err := l.AppendBatch(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := l.Checkpoint(b.Context()); err != nil {
		b.Fatal(err)
	}
	for name, span := range map[string]int64{"near": 1 << 14, "anywhere": 1 << 18} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			defer reportCPU(b, cpuTime())
			for i := range b.N {
				if _, err := l.ProveInclusion(b.Context(), Index(int64(i*7919)&(span-1)), 1<<18); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
