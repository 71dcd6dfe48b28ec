package verify

import (
	"errors"
	"io/fs"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// suspect is a place where a tile and the entries disagree: either may be wrong.
type suspect struct {
	tile  format.Tile
	entry int64 // the first that differs, for a tile of leaf hashes
}

// entries reads every segment and grows the tree from it.
func (c *checker) entries() error {
	c.tree.Full = c.full
	c.reached()
	for _, first := range c.segments {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		name := format.SegmentName(first)
		if next := c.tree.Size(); first != next {
			c.rep.Integrity.fail(entryName(next), "is missing: %s starts with entry %d", name, first)
			c.stopped = true
			break
		}
		b, err := fs.ReadFile(c.fsys, name)
		if err != nil {
			return err
		}
		if c.segment(name, b); c.stopped {
			break
		}
	}
	c.rep.Found = c.tree.Size()
	if c.signed && c.rep.Found < c.head.Size {
		c.rep.Integrity.fail(entryName(c.rep.Found), "is missing: the checkpoint is of %d entries, %d can be read",
			c.head.Size, c.rep.Found)
		c.stopped = true
	}
	return nil
}

// segment reads the groups of one segment. A group with a wrong checksum is read
// all the same, to find the entry at fault.
func (c *checker) segment(name string, b []byte) {
	for at := 0; at < len(b); {
		next := c.tree.Size()
		g, err := format.ParseGroup(b[at:])
		if errors.Is(err, format.ErrNoGroup) {
			if k := nonZero(b[at:]); k >= 0 {
				c.rep.Integrity.fail(name, "has bytes after the last entry, at offset %d", at+k)
			}
			return
		}
		if err != nil {
			c.rep.Integrity.fail(entryName(next), "its group, at offset %d of %s, is damaged: %v", at, name, err)
		}
		if g.Records == nil {
			c.stopped = true
			return
		}
		if g.First != next {
			c.rep.Integrity.fail(entryName(next), "is not where it belongs: a group at offset %d of %s starts with entry %d",
				at, name, g.First)
			c.stopped = true
			return
		}
		if !c.records(g) {
			c.stopped = true
			return
		}
		at += g.Size()
	}
}

// records adds the records of one group; false if one cannot be read.
func (c *checker) records(g format.Group) bool {
	rest := g.Records
	for range g.Count {
		i := c.tree.Size()
		record, more, err := format.Next(rest)
		var r format.Record
		if err == nil {
			r, err = format.ParseRecord(record)
		}
		if err != nil {
			c.rep.Integrity.fail(entryName(i), "cannot be read: %v", err)
			return false
		}
		rest = more
		c.tree.Append(c.hasher.Leaf(&r))
		c.reached()
		if r.Key != "" {
			c.slots = append(c.slots, format.Slot{Hash: format.KeyHash(r.Key), Index: i})
		}
		c.count(i, &r)
	}
	if len(rest) > 0 {
		c.rep.Integrity.fail(entryName(c.tree.Size()-1), "is followed by %d bytes of no entry", len(rest))
	}
	return true
}

// full compares a tile that has filled with the folder.
func (c *checker) full(level int, n int64, hashes []tlog.Hash) {
	t := format.Tile{Level: level, N: n, Width: merkle.Width}
	end := (n + 1) << (8 * (level + 1))
	c.tile(t, hashes, c.signed && end <= c.head.Size)
	c.partials(level, n, hashes)
}

// partials compares the partial tiles of the folder at one place: each must be the
// beginning of what is there now.
func (c *checker) partials(level int, n int64, hashes []tlog.Hash) {
	for _, width := range c.partial[tileAt{level, n}] {
		t := format.Tile{Level: level, N: n, Width: width}
		if width <= len(hashes) {
			c.tile(t, hashes[:width], false)
		}
	}
}

// tile compares one tile with the folder and notes a difference.
func (c *checker) tile(t format.Tile, hashes []tlog.Hash, required bool) {
	if !c.tiles[t] {
		if required {
			c.rep.Integrity.fail(t.Path(), "is missing")
		}
		return
	}
	delete(c.tiles, t)
	b, err := fs.ReadFile(c.fsys, t.Path())
	if err != nil {
		c.rep.Integrity.fail(t.Path(), "cannot be read: %v", err)
		return
	}
	if len(b) != len(hashes)*tlog.HashSize {
		c.rep.Integrity.fail(t.Path(), "has %d bytes, want %d", len(b), len(hashes)*tlog.HashSize)
		return
	}
	for i, h := range hashes {
		if string(b[i*tlog.HashSize:(i+1)*tlog.HashSize]) != string(h[:]) {
			c.suspects = append(c.suspects, suspect{t, t.N<<8 + int64(i)})
			return
		}
	}
}

// edges compares the partial tiles at the right edge, and finds tiles that belong
// nowhere.
func (c *checker) edges() error {
	if c.stopped {
		return nil // what lies after the damage cannot be compared
	}
	for level := range c.tree.Levels() {
		edge := c.tree.Edge(level)
		c.partials(level, c.tree.Size()>>(8*(level+1)), edge)
	}
	if c.signed && c.head.Size <= c.tree.Size() {
		for level, at := 0, c.head.Size; at > 0; level, at = level+1, at>>8 {
			t := format.Tile{Level: level, N: at >> 8, Width: int(at & (merkle.Width - 1))}
			if t.Width > 0 && !c.covered(t) {
				c.rep.Integrity.fail(t.Path(), "is missing")
			}
		}
	}
	for _, t := range sortedTiles(c.tiles) {
		c.rep.Integrity.fail(t.Path(), "is a tile of more entries than the %d there are", c.tree.Size())
	}
	return nil
}

// covered is whether the folder has the tile, or a wider one of which it is the
// beginning.
func (c *checker) covered(t format.Tile) bool {
	at := tileAt{t.Level, t.N}
	return c.whole[at] || slices.ContainsFunc(c.partial[at], func(width int) bool { return width >= t.Width })
}

// blame says which of two is wrong where tile and entry disagree. The signed root
// decides: if the entries hash to it, the tile is wrong.
func (c *checker) blame() {
	leaves := false
	for _, s := range c.suspects {
		leaves = leaves || s.tile.Level == 0
	}
	unvouched := !c.signed || c.rootWrong || c.tree.Size() < c.head.Size
	for _, s := range c.suspects {
		switch {
		case !unvouched:
			c.rep.Integrity.fail(s.tile.Path(), "is not what the entries hash to")
		case s.tile.Level == 0:
			c.rep.Integrity.fail(entryName(s.entry), "is not what was appended: it does not hash to what %s holds", s.tile.Path())
		case !leaves:
			c.rep.Integrity.fail(s.tile.Path(), "is not what the entries hash to")
		}
	}
	if c.rootWrong && len(c.suspects) == 0 {
		c.rep.Integrity.fail(format.CheckpointFile, "has another root than its %d entries", c.head.Size)
	}
}

func nonZero(b []byte) int {
	for i, c := range b {
		if c != 0 {
			return i
		}
	}
	return -1
}
