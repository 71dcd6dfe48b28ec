package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// segmentSize is the size in bytes from which an exported entry file is ended.
const segmentSize = 16 << 20

// Export writes the log up to the checkpoint published last as a folder, which
// package verify checks and evidence.Open opens. dir must be missing or empty.
func (l *Log) Export(ctx context.Context, dir string) (evidence.Checkpoint, error) {
	c, err := l.Latest(ctx)
	if err != nil {
		return c, err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return c, fmt.Errorf("%w: %s is not empty", evidence.ErrInvalid, dir)
	}
	v, err := l.at(ctx, c.Size)
	if err != nil {
		return c, err
	}
	x := &exporter{dir: dir}
	x.tree.Full = x.tile
	for first := int64(0); first < c.Size; first += page {
		end := min(first+page, c.Size)
		recs, err := v.records(first, end)
		if err != nil {
			return c, err
		}
		x.group(first, recs)
	}
	for level := range x.tree.Levels() {
		if edge := x.tree.Edge(level); len(edge) > 0 {
			n := c.Size >> (8 * (level + 1))
			x.write(format.TilePath(level, n, len(edge)), tileBytes(edge))
		}
	}
	x.segment()
	x.write(format.CheckpointFile, c.Note)
	if x.err != nil {
		return c, fmt.Errorf("postgres: export: %w", x.err)
	}
	if x.tree.Root() != c.Root && c.Size > 0 {
		return c, fmt.Errorf("%w: the entries do not hash to the checkpoint's root", evidence.ErrCorrupt)
	}
	return c, nil
}

// exporter writes the files of a folder and keeps the first error.
type exporter struct {
	dir    string
	tree   merkle.Tree
	hasher format.Hasher
	first  int64 // of the segment being built
	buf    bytes.Buffer
	err    error
}

// group adds entries to the segment as one group.
func (x *exporter) group(first int64, recs []format.Record) {
	if x.buf.Len() >= segmentSize {
		x.segment()
	}
	if x.buf.Len() == 0 {
		x.first = first
	}
	for len(recs) > 0 {
		b, n := make([]byte, format.GroupHeader), 0
		for n < len(recs) && (n == 0 || len(b)+recs[n].Size() < format.MaxGroup) {
			size := recs[n].Size()
			b = append(b, byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
			b = format.AppendRecord(b, &recs[n])
			x.tree.Append(x.hasher.Leaf(&recs[n]))
			n++
		}
		format.PutHeader(b, first, n)
		x.buf.Write(b)
		first, recs = first+int64(n), recs[n:]
	}
}

// segment ends the segment being built.
func (x *exporter) segment() {
	if x.buf.Len() > 0 {
		x.write(format.SegmentName(x.first), x.buf.Bytes())
		x.buf.Reset()
	}
}

func (x *exporter) tile(level int, n int64, hashes []tlog.Hash) {
	x.write(format.TilePath(level, n, merkle.Width), tileBytes(hashes))
}

func (x *exporter) write(name string, content []byte) {
	if x.err != nil {
		return
	}
	path := filepath.Join(x.dir, filepath.FromSlash(name))
	if x.err = os.MkdirAll(filepath.Dir(path), 0o755); x.err != nil {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		x.err = err
		return
	}
	_, err = f.Write(content)
	x.err = errors.Join(err, f.Sync(), f.Close())
}
