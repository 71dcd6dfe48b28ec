package verify

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// run is what was seen of one run.
type run struct {
	first    int64
	counts   map[string]int64
	stated   map[string]int64 // nil before the statement
	statedAt int64
}

// count adds one entry to its run.
func (c *checker) count(i int64, r *format.Record) {
	if r.Run == "" {
		if r.Kind == format.StatementKind {
			c.rep.Completeness.fail(entryName(i), "is a run statement without a run")
		}
		return
	}
	x := c.runs[r.Run]
	if x == nil {
		x = &run{first: i, counts: map[string]int64{}}
		c.runs[r.Run] = x
	}
	if x.stated != nil {
		c.rep.Completeness.fail(entryName(i), "of kind %s belongs to run %s, which entry %d had closed", r.Kind, r.Run, x.statedAt)
		return
	}
	if r.Kind != format.StatementKind {
		x.counts[r.Kind]++
		return
	}
	stated, err := format.ParseStatement(r.Payload)
	if err != nil {
		c.rep.Completeness.fail(entryName(i), "%v", err)
	}
	x.statedAt, x.stated = i, map[string]int64{}
	for _, k := range stated {
		x.stated[k.Kind] = k.Count
	}
}

// completeness compares each run with its statement.
func (c *checker) completeness() {
	c.rep.Runs = len(c.runs)
	names := slices.Collect(maps.Keys(c.runs))
	slices.SortFunc(names, func(a, b string) int { return int(c.runs[a].first - c.runs[b].first) })
	for _, name := range names {
		x := c.runs[name]
		where := "run " + name
		if x.stated == nil {
			c.rep.Completeness.fail(where, "has no statement: it did not finish, or its end is missing")
			continue
		}
		kinds := map[string]bool{}
		for k := range x.counts {
			kinds[k] = true
		}
		for k := range x.stated {
			kinds[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(kinds)) {
			if got, want := x.counts[k], x.stated[k]; got != want {
				c.rep.Completeness.fail(where, "has %d entries of kind %s, its statement says %d", got, k, want)
			}
		}
	}
}

// keyRuns checks the files of the key index against the keys of the entries.
func (c *checker) keyRuns() error {
	for _, f := range c.keyFiles {
		first, end := f[0], f[1]
		name := format.KeyRunName(first, end)
		if end > c.tree.Size() {
			if !c.stopped {
				c.rep.Integrity.fail(name, "is of more entries than the %d there are", c.tree.Size())
			}
			continue
		}
		b, err := fs.ReadFile(c.fsys, name)
		if err != nil {
			return err
		}
		want := format.AppendSlots(nil, c.slotsOf(first, end))
		if !bytes.Equal(b, want) && !c.rootWrong {
			c.rep.Integrity.fail(name, "is not the index of the keys of entries %d to %d", first, end-1)
		}
	}
	return nil
}

// slotsOf is the slots of the entries first up to end, in the order of a run.
func (c *checker) slotsOf(first, end int64) []format.Slot {
	lo, _ := slices.BinarySearchFunc(c.slots, first, func(s format.Slot, i int64) int { return int(s.Index - i) })
	hi, _ := slices.BinarySearchFunc(c.slots, end, func(s format.Slot, i int64) int { return int(s.Index - i) })
	out := slices.Clone(c.slots[lo:hi])
	format.SortSlots(out)
	return out
}

func sortedTiles(set map[format.Tile]bool) []format.Tile {
	return slices.SortedFunc(maps.Keys(set), func(a, b format.Tile) int {
		if a.Level != b.Level {
			return a.Level - b.Level
		}
		if a.N != b.N {
			return int(a.N - b.N)
		}
		return a.Width - b.Width
	})
}
