//go:build unix

package evidence

import (
	"crypto/sha256"
	"os"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// BenchmarkBatch appends 1,024 entries of 200 bytes at a time, durably, beside a floor
// that hashes each as one leaf, adds it to a stack of the tree, and writes and syncs the
// same bytes. The two take turns, so that what else the machine does befalls both.
//
// The first pair has a disk that costs nothing: what is left is computation.
func BenchmarkBatch(b *testing.B) {
	b.Run("disk=none", func(b *testing.B) {
		benchBatch(b, nullDisk{newMemDisk()}, nullFile{&memFile{disk: newMemDisk()}})
	})
	b.Run("disk=real", func(b *testing.B) {
		f, err := os.Create(b.TempDir() + "/floor")
		if err != nil {
			b.Fatal(err)
		}
		benchBatch(b, osDisk(b.TempDir()), osFile{f})
		if err := f.Close(); err != nil {
			b.Error(err)
		}
	})
}

func benchBatch(b *testing.B, d disk, f file) {
	const size = 1024
	l := benchLog(b, d)
	batch := make([]Entry, size)
	for i := range batch {
		batch[i] = Entry{Kind: "position", Payload: benchPayload}
	}
	floor := floorLog{file: f}
	var ours, least [2]time.Duration
	b.ReportAllocs()
	for n := 0; n < b.N; n += size {
		c, t := cpuTime(), time.Now()
		if _, err := l.AppendBatch(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		ours[0], ours[1] = ours[0]+cpuTime()-c, ours[1]+time.Since(t)
		c, t = cpuTime(), time.Now()
		if err := floor.append(batch); err != nil {
			b.Fatal(err)
		}
		least[0], least[1] = least[0]+cpuTime()-c, least[1]+time.Since(t)
	}
	n := float64((b.N + size - 1) / size * size)
	b.ReportMetric(float64(ours[0])/n, "cpu-ns/entry")
	b.ReportMetric(float64(least[0])/n, "floor-cpu-ns/entry")
	b.ReportMetric(float64(ours[0])/float64(least[0]), "cpu/floor")
	b.ReportMetric(float64(ours[1])/n, "wall-ns/entry")
	b.ReportMetric(float64(least[1])/n, "floor-wall-ns/entry")
}

// floorLog is the least that makes a batch durable and part of a tree.
type floorLog struct {
	file  file
	stack []tlog.Hash
	size  int64
	at    int64
	leaf  []byte
	buf   []byte
}

func (f *floorLog) append(batch []Entry) error {
	f.buf = append(f.buf[:0], make([]byte, format.GroupHeader)...)
	for i := range batch {
		f.leaf = append(append(f.leaf[:0], 0), batch[i].Payload...)
		h := tlog.Hash(sha256.Sum256(f.leaf))
		for n := f.size; n&1 == 1; n >>= 1 {
			h = tlog.NodeHash(f.stack[len(f.stack)-1], h)
			f.stack = f.stack[:len(f.stack)-1]
		}
		f.stack = append(f.stack, h)
		f.size++
		f.buf = append(append(f.buf, f.leaf[:40]...), batch[i].Payload...)
	}
	_, err := f.file.WriteAt(f.buf, f.at)
	f.at += int64(len(f.buf))
	if err != nil {
		return err
	}
	return f.file.sync()
}
