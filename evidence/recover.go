package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
	"github.com/trueup-dev/trueup/evidence/internal/queue"
)

// Opening reads the signed checkpoint, the tiles at the right edge of its tree,
// which must hash to its root, and the entries after it. What lies before is not
// read: the tree vouches for it when it is.

func open(ctx context.Context, d disk, opts Options) (*Log, error) {
	l := &Log{opts: opts, disk: d, pending: map[string]int64{}}
	l.queue = queue.Queue[*request]{Commit: l.commit, Limit: format.MaxGroup, Sticky: true}
	l.salts.from = opts.Random
	l.tiles = newTiles(d)
	l.tree.Full = l.openingFilled
	for _, dir := range []string{format.EntriesDir, format.KeysDir, format.TileDir} {
		if err := d.mkdirAll(dir); err != nil {
			return nil, err
		}
	}
	if err := removeTemps(d); err != nil {
		return nil, err
	}
	var err error
	if l.segs, err = openSegments(d); err != nil {
		return nil, err
	}
	if l.keys, err = openKeys(d); err != nil {
		return nil, err
	}
	l.app = appender{disk: d, limit: opts.SegmentSize, large: large, segs: l.segs}
	if err := l.recover(ctx); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

// openingFilled takes a tile of entries that are durable already.
func (l *Log) openingFilled(level int, n int64, hashes []tlog.Hash) {
	l.tiles.filled(filledTile{tileID{level, n}, hashes})
}

func (l *Log) recover(ctx context.Context) error {
	fresh, err := l.readCheckpoint()
	if err != nil {
		return err
	}
	if !l.loadEdge() {
		l.opts.Logger.Warn("tiles do not match the checkpoint, rebuilding them from the entries",
			"size", l.latest.Size)
	}
	if err := l.replay(ctx); err != nil {
		return err
	}
	l.next = l.tree.View() // which from here on is the one that grows
	l.next.Full = func(level int, n int64, hashes []tlog.Hash) {
		l.filled = append(l.filled, filledTile{tileID{level, n}, hashes})
	}
	l.announced = l.latest.Size
	size := l.tree.Size()
	if l.keys.end() > size {
		return fmt.Errorf("%w: the key index is of %d entries, only %d are there", ErrCorrupt, l.keys.end(), size)
	}
	if fresh {
		_, err = l.publish(ctx)
	}
	return err
}

// readCheckpoint reads the checkpoint, and says so when there is none because the
// folder is new.
func (l *Log) readCheckpoint() (fresh bool, err error) {
	msg, err := readFile(l.disk, format.CheckpointFile)
	if errors.Is(err, fs.ErrNotExist) && len(l.segs.list) == 0 {
		return true, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%w: there are entries but no checkpoint", ErrCorrupt)
	}
	if err != nil {
		return false, err
	}
	c, _, err := format.OpenCheckpoint(msg, l.opts.Signer.verifier)
	if err != nil {
		return false, fmt.Errorf("%w: checkpoint: %w", ErrCorrupt, err)
	}
	l.latest = Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Root, Note: msg}
	return false, nil
}

// loadEdge takes the tree up at the checkpoint. It is false if the tiles there
// are missing or wrong; then the tree is empty.
func (l *Log) loadEdge() bool {
	ok := l.tree.Load(l.latest.Size, func(level, width int, n int64) ([]tlog.Hash, bool) {
		hashes, err := readTile(l.disk, format.Tile{Level: level, N: n, Width: width})
		return hashes, err == nil
	})
	if ok && (l.latest.Size == 0 || l.tree.Root() == l.latest.Root) {
		return true
	}
	l.tree = merkle.Tree{Full: l.openingFilled}
	return false
}

// replay reads the entries that the tree or the key index lacks, and readies the
// last segment for writing.
func (l *Log) replay(ctx context.Context) error {
	if len(l.segs.list) == 0 {
		return l.complete(0)
	}
	from := max(l.segs.at(min(l.tree.Size(), l.keys.end())), 0)
	for k := from; k < len(l.segs.list); k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		seg := l.segs.list[k]
		name := format.SegmentName(seg.first)
		if k > from && l.tree.Size() != seg.first {
			return fmt.Errorf("%w: %s comes after entry %d", ErrCorrupt, name, l.tree.Size()-1)
		}
		b, err := readFile(l.disk, name)
		if err != nil {
			return err
		}
		if k < len(l.segs.list)-1 {
			if err := walk(b, seg.first, l.readBack); err != nil {
				return fmt.Errorf("%w: %s: %w", ErrCorrupt, name, err)
			}
			continue
		}
		if err := l.resume(seg, name, b); err != nil {
			return err
		}
	}
	return nil
}

// resume replays the last segment, drops a group that a crash cut off, and goes
// on writing there.
func (l *Log) resume(seg *segment, name string, b []byte) error {
	next := seg.first
	seg.spans = make([]span, 0, 1024)
	end, err := walkGroups(b, seg.first, func(i int64, at int, record []byte) error {
		seg.spans = append(seg.spans, span{uint32(at), uint32(len(record))})
		next = i + 1
		return l.readBack(i, at, record)
	})
	if errors.Is(err, format.ErrNoGroup) && firstNonZero(b[end:]) < 0 {
		err = nil
	}
	if err != nil && format.FindGroup(b[end:], next) >= 0 {
		return fmt.Errorf("%w: %s: %w; later entries are whole, so this is no cut-off write", ErrCorrupt, name, err)
	}
	if err := l.complete(next); err != nil {
		return err
	}
	f, openErr := l.disk.open(name, os.O_RDWR)
	if openErr != nil {
		return openErr
	}
	seg.file, seg.end = f, int64(end)
	l.app.seg, l.app.allocated = seg, int64(len(b))
	if err != nil {
		l.opts.Logger.Warn("dropping a group of entries that was not written whole",
			"file", name, "offset", end, "entry", next)
		return l.app.trim()
	}
	return nil
}

// complete refuses a folder with fewer entries than the checkpoint is of.
func (l *Log) complete(n int64) error {
	if n < l.latest.Size || n < l.tree.Size() {
		return fmt.Errorf("%w: the checkpoint is of %d entries, only %d are there", ErrCorrupt, l.latest.Size, n)
	}
	return nil
}

// readBack adds one record that was read back to what the log knows.
func (l *Log) readBack(i int64, _ int, record []byte) error {
	size, keyed := l.tree.Size(), l.keys.end()
	if i < size && i < keyed {
		return nil
	}
	rec, err := format.ParseRecord(record)
	if err != nil {
		return fmt.Errorf("entry %d: %w", i, err)
	}
	if i >= size {
		l.tree.Append(l.hasher.Leaf(&rec))
		if i+1 == l.latest.Size && l.tree.Root() != l.latest.Root {
			return fmt.Errorf("entries 0 to %d do not hash to the checkpoint's root", i)
		}
	}
	if _, known := l.keys.tail[rec.Key]; rec.Key != "" && i >= keyed && !known {
		l.keys.tail[rec.Key] = i
	}
	return nil
}
