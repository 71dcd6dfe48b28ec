package verify

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/statement"
)

// PackageOptions says what to check a package against.
type PackageOptions struct {
	Options

	// Signers are those of whom packages are accepted from. If there are none, it
	// must be signed by the log's own key.
	Signers []ed25519.PublicKey

	// Audience, if set, is the reader, Now, if set, the instant of reading: a package
	// for someone else, or past its expiry, fails in provenance.
	Audience string
	Now      time.Time
}

// PackageReport is the result of checking a package.
type PackageReport struct {
	Report

	// About is what the signed manifest says, Entries what the log is proved to hold:
	// neither is set if its proof fails.
	About   *statement.Package
	Entries []PackagedEntry
}

// PackagedEntry is an entry that a package shows and proves.
type PackagedEntry struct {
	Index          int64
	Kind, Run, Key string
	Payload        []byte
}

// Package checks an audit package: an excerpt of a log about one run, and the files
// from which the run can be recomputed. As Folder does, it returns an error only
// about the check itself.
//
//   - Integrity: every file is the one that the manifest names, there is no other,
//     and every entry hashes to the checkpoint's root.
//   - Completeness: the run's statement is among the entries, and what it counts is
//     there, no fewer and no more.
//   - Provenance: the manifest is signed, and the checkpoint is, by the log and by the
//     witnesses that the policy asks for; the log continues what is remembered.
//
// Recomputing the run is not done here: see package playbook/audit.
func Package(ctx context.Context, fsys fs.FS, opts PackageOptions) (*PackageReport, error) {
	key := strings.TrimSpace(opts.Key)
	v, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("verify: key: %w", err)
	}
	c := &packageChecker{checker: checker{ctx: ctx, fsys: fsys, verifier: v, policy: opts.Policy, rep: &Report{}, runs: map[string]*run{}}, opts: opts}
	if len(c.opts.Signers) == 0 {
		c.opts.Signers = []ed25519.PublicKey{publicKey(key)}
	}
	if err := c.remember(opts.Remembered); err != nil {
		return nil, fmt.Errorf("verify: remembered checkpoint: %w", err)
	}
	for _, step := range []func() error{c.manifest, c.checkpoint, c.excerpt, c.continues} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
	}
	c.settlePackage()
	c.out.Report = *c.rep
	return &c.out, nil
}

// publicKey is the key in a verifier key that note has accepted.
func publicKey(vkey string) ed25519.PublicKey {
	key, err := PublicKey(vkey)
	if err != nil {
		return nil
	}
	return key
}

// PublicKey is the Ed25519 key in a verifier key, which evidence.Signer.VerifierKey
// gives: what statements and bundles that the log's key signed are checked with.
func PublicKey(vkey string) (ed25519.PublicKey, error) {
	vkey = strings.TrimSpace(vkey)
	if _, err := note.NewVerifier(vkey); err != nil {
		return nil, fmt.Errorf("verify: key: %w", err)
	}
	parts := strings.SplitN(vkey, "+", 3)
	data, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(data) != 1+ed25519.PublicKeySize {
		return nil, errors.New("verify: key: it is no Ed25519 key")
	}
	return data[1:], nil
}

// packageChecker is one check of a package under way. It shares with the check of a
// folder what is about checkpoints and runs.
type packageChecker struct {
	checker
	opts PackageOptions
	out  PackageReport

	tree tlog.HashReader // of the checkpoint, over the package's tiles
	kept map[tlog.Tile][]byte
}

// excerpt checks every entry against the tree and counts it for its run.
func (c *packageChecker) excerpt() error {
	if !c.signed {
		return nil
	}
	b, err := fs.ReadFile(c.fsys, format.ExcerptFile)
	if err != nil {
		c.rep.Integrity.fail(format.ExcerptFile, "cannot be read: %v", err)
		return nil
	}
	c.kept = map[tlog.Tile][]byte{}
	c.tree = tlog.TileHashReader(tlog.Tree{N: c.head.Size, Hash: c.head.Root}, c)
	for last := int64(-1); len(b) > 0; {
		e, rest, err := format.NextExcerpted(b)
		if err != nil {
			c.rep.Integrity.fail(format.ExcerptFile, "cannot be read after entry %d: %v", last, err)
			return nil
		}
		if e.Index <= last || e.Index >= c.head.Size {
			c.rep.Integrity.fail(entryName(e.Index), "is out of order after entry %d of %d", last, c.head.Size)
			return nil
		}
		last, b = e.Index, rest
		want, err := c.leafHash(e.Index)
		if err != nil {
			c.rep.Integrity.fail(entryName(e.Index), "cannot be proved: %v", err)
			continue
		}
		if c.hasher.Leaf(&e.Record) != want {
			c.rep.Integrity.fail(entryName(e.Index), "is not what was appended: it does not hash to what the tree holds")
			continue
		}
		c.rep.Found++
		c.count(e.Index, &e.Record)
		c.out.Entries = append(c.out.Entries, PackagedEntry{e.Index, e.Record.Kind, e.Record.Run, e.Record.Key, e.Record.Payload})
	}
	return nil
}

// leafHash is the hash that the tree has at index i, from a tile that was proved to
// be part of it.
func (c *packageChecker) leafHash(i int64) (tlog.Hash, error) {
	n := i / format.TileWidth
	t := tlog.Tile{H: 8, L: 0, N: n, W: int(min(format.TileWidth, c.head.Size-n*format.TileWidth))}
	if c.kept[t] == nil {
		if _, err := c.tree.ReadHashes([]int64{tlog.StoredHashIndex(0, i)}); err != nil {
			return tlog.Hash{}, err
		}
	}
	return tlog.HashFromTile(t, c.kept[t], tlog.StoredHashIndex(0, i))
}

// Height is that of C2SP tiles.
func (c *packageChecker) Height() int { return 8 }

// ReadTiles reads tiles of the package, which are not believed yet.
func (c *packageChecker) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		name := format.TilePath(t.L, t.N, t.W)
		b, err := fs.ReadFile(c.fsys, name)
		if err != nil {
			return nil, fmt.Errorf("%s is missing: %w", name, err)
		}
		if len(b) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes, want %d", name, len(b), t.W*tlog.HashSize)
		}
		out[i] = b
	}
	return out, nil
}

// SaveTiles gets the tiles that have been proved.
func (c *packageChecker) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, t := range tiles {
		c.kept[t] = data[i]
	}
}

// continues compares the checkpoint with those that are remembered.
func (c *packageChecker) continues() error {
	if !c.signed || c.tree == nil {
		return nil
	}
	for size, r := range c.remembered {
		switch {
		case size > c.head.Size: // checkpoint has named it
		case size == c.head.Size && r.Root != c.head.Root:
			c.rep.Integrity.fail(format.CheckpointFile, "split view: two logs of %d entries were signed, with roots %s and %s", size, r.Root, c.head.Root)
		case size > 0 && size < c.head.Size:
			root, err := tlog.TreeHash(size, c.tree)
			if err != nil {
				c.rep.Provenance.note(format.CheckpointFile, "cannot be shown to continue the remembered one of %d entries: %v", size, err)
			} else if root != r.Root {
				c.rep.Integrity.fail(format.CheckpointFile, "does not continue the remembered one: the first %d entries were changed", size)
			}
		}
	}
	return nil
}

// settlePackage turns what was found into verdicts.
func (c *packageChecker) settlePackage() {
	if c.out.About != nil && c.signed {
		c.ownRun(c.out.About.Run)
	}
	c.completeness()
	pass := func(v *Verdict, also bool) {
		if v.Status == Unknown && len(v.Problems) == 0 && also {
			v.Status = Pass
		}
	}
	pass(&c.rep.Integrity, c.signed && c.out.About != nil)
	pass(&c.rep.Completeness, c.rep.Integrity.Status == Pass)
	pass(&c.rep.Provenance, c.signed && c.out.About != nil)
	if c.rep.Integrity.Status == Fail {
		c.out.Entries = nil
	}
}

// ownRun checks that the package is about its run and no other.
func (c *packageChecker) ownRun(id string) {
	if c.runs[id] == nil {
		c.rep.Completeness.fail("run "+id, "has no entry in the package")
	}
	if i := slices.IndexFunc(c.out.Entries, func(e PackagedEntry) bool { return e.Run != id }); i >= 0 {
		c.rep.Completeness.fail(entryName(c.out.Entries[i].Index), "belongs to another run than the package's, %s", id)
	}
}
