package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// Options says what to check a log against.
type Options struct {
	// Key is the log's public key, "<origin>+<hash>+<base64>": the content of the
	// key file that ends in ".pub". White space around it does not matter.
	Key string

	// Remembered are signed checkpoints of the same log from earlier visits, from
	// anchors or from others who have seen it. The log must continue each.
	Remembered [][]byte

	// Policy, if set, says which witnesses must have cosigned the checkpoint.
	// Without it a cosigned checkpoint has lines that cannot be checked, and
	// provenance stays unknown.
	Policy *cosign.Policy
}

// Folder checks a whole log folder. The error is about the check itself: a wrong
// key or remembered checkpoint, a file that cannot be read, a cancelled context.
// What the check found is in the report.
func Folder(ctx context.Context, fsys fs.FS, opts Options) (*Report, error) {
	v, err := note.NewVerifier(strings.TrimSpace(opts.Key))
	if err != nil {
		return nil, fmt.Errorf("verify: key: %w", err)
	}
	c := &checker{ctx: ctx, fsys: fsys, verifier: v, rep: &Report{}, tiles: map[format.Tile]bool{}, runs: map[string]*run{}}
	c.policy = opts.Policy
	if err := c.remember(opts.Remembered); err != nil {
		return nil, fmt.Errorf("verify: remembered checkpoint: %w", err)
	}
	if err := c.list(); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	for _, step := range []func() error{c.checkpoint, c.entries, c.edges, c.keyRuns} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
	}
	c.settle()
	return c.rep, nil
}

// checker is one check under way.
type checker struct {
	ctx      context.Context
	fsys     fs.FS
	verifier note.Verifier
	rep      *Report

	segments []int64              // first entries
	tiles    map[format.Tile]bool // in the folder; removed when looked at
	whole    map[tileAt]bool      // full tiles in the folder
	partial  map[tileAt][]int     // widths of partial tiles in the folder
	keyFiles [][2]int64

	policy     *cosign.Policy
	signed     bool
	head       format.Checkpoint
	remembered map[int64]format.Checkpoint // by size

	tree      merkle.Tree
	hasher    format.Hasher
	slots     []format.Slot
	runs      map[string]*run
	rootWrong bool
	suspects  []suspect
	stopped   bool // the rest of the entries cannot be read
}

type tileAt struct {
	level int
	n     int64
}

// list sorts the files of the folder by what they are.
func (c *checker) list() error {
	c.whole, c.partial = map[tileAt]bool{}, map[tileAt][]int{}
	err := fs.WalkDir(c.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
		return c.sort(name)
	})
	sort.Slice(c.segments, func(i, j int) bool { return c.segments[i] < c.segments[j] })
	return err
}

func (c *checker) sort(name string) error {
	dir, base, _ := strings.Cut(name, "/")
	if t, ok := format.ParseTilePath(name); ok && t.Level != format.Bundle {
		c.tiles[t] = true
		at := tileAt{t.Level, t.N}
		if t.Width < format.TileWidth {
			c.partial[at] = append(c.partial[at], t.Width)
		} else {
			c.whole[at] = true
		}
		return nil
	}
	if first, ok := format.ParseSegmentName(base); ok && dir == format.EntriesDir {
		c.segments = append(c.segments, first)
		return nil
	}
	if first, end, ok := format.ParseKeyRunName(base); ok && dir == format.KeysDir {
		c.keyFiles = append(c.keyFiles, [2]int64{first, end})
		return nil
	}
	switch {
	case name == format.CheckpointFile:
	case name == format.LockFile:
		b, err := fs.ReadFile(c.fsys, name)
		if err != nil {
			return err
		}
		if len(b) > 0 {
			c.rep.Integrity.fail(name, "has %d bytes, must be empty", len(b))
		}
	case base == "" && strings.HasSuffix(name, format.TempSuffix):
		c.rep.Leftovers = append(c.rep.Leftovers, name)
	default:
		c.rep.Integrity.fail(name, "is no file of a log")
	}
	return nil
}

// checkpoint checks the signed checkpoint, by itself and against the remembered one.
func (c *checker) checkpoint() error {
	const where = format.CheckpointFile
	msg, err := fs.ReadFile(c.fsys, where)
	if errors.Is(err, fs.ErrNotExist) {
		c.rep.Integrity.fail(where, "is missing, so nothing vouches for the entries")
		c.rep.Provenance.fail(where, "is missing")
		return nil
	}
	if err != nil {
		return err
	}
	head, n, err := format.OpenCheckpoint(msg, c.verifier)
	if err != nil {
		c.rep.Integrity.fail(where, "vouches for nothing: %v", err)
		c.rep.Provenance.fail(where, "%v", err)
		return nil
	}
	c.signed, c.head = true, head
	c.rep.Origin, c.rep.Size, c.rep.Root = head.Origin, head.Size, head.Root
	if last := slices.Max(append(slices.Collect(maps.Keys(c.remembered)), 0)); last > head.Size {
		c.rep.Integrity.fail(where, "is an old one, of %d entries: one of %d entries was seen before", head.Size, last)
	}
	c.witnesses(msg, n)
	return nil
}

// witnesses checks what others have signed.
func (c *checker) witnesses(msg []byte, n *note.Note) {
	const where = format.CheckpointFile
	if c.policy == nil {
		for _, s := range n.UnverifiedSigs {
			c.rep.Provenance.note(where, "the cosignature of %s was not checked, since no policy was given", s.Name)
		}
		return
	}
	w, err := c.policy.Check(msg)
	if err != nil {
		c.rep.Provenance.fail(where, "%v", err)
	}
	for _, name := range w.Unknown {
		c.rep.Provenance.fail(where, "has a signature of %s by a key that is not in the policy", name)
	}
	c.rep.Witnesses = w.Cosignatures
}

// remember takes checkpoints from earlier visits. Two of one size with different
// roots show that the log has had two histories.
func (c *checker) remember(notes [][]byte) error {
	c.remembered = map[int64]format.Checkpoint{}
	for _, msg := range notes {
		r, _, err := format.OpenCheckpoint(msg, c.verifier)
		if err != nil {
			return err
		}
		if other, ok := c.remembered[r.Size]; ok && other.Root != r.Root {
			c.rep.Integrity.fail(format.CheckpointFile,
				"split view: two logs of %d entries were signed, with roots %s and %s", r.Size, other.Root, r.Root)
		}
		c.remembered[r.Size] = r
	}
	return nil
}

// reached compares roots when the tree has grown to a size that someone signed.
func (c *checker) reached() {
	size := c.tree.Size()
	if c.signed && size == c.head.Size {
		c.rootWrong = c.root() != c.head.Root
	}
	if r, ok := c.remembered[size]; ok && c.root() != r.Root {
		c.rep.Integrity.fail(format.CheckpointFile, "does not continue the remembered one: the first %d entries were changed", size)
	}
}

func (c *checker) root() tlog.Hash { return c.tree.Root() }

// settle turns what was found into verdicts.
func (c *checker) settle() {
	c.blame()
	if extra := c.rep.Found - c.head.Size; c.signed && extra > 0 {
		c.rep.Provenance.note(entryName(c.head.Size), "and %d after it are under no signed checkpoint yet", extra-1)
	}
	c.completeness()
	if c.rep.Integrity.Status == Unknown {
		c.rep.Integrity.Status = Pass
	}
	if c.rep.Completeness.Status == Unknown && c.rep.Integrity.Status == Pass {
		c.rep.Completeness.Status = Pass
	}
	if c.rep.Provenance.Status == Unknown && len(c.rep.Provenance.Problems) == 0 && c.signed {
		c.rep.Provenance.Status = Pass
	}
}

func entryName(i int64) string { return fmt.Sprintf("entry %d", i) }
