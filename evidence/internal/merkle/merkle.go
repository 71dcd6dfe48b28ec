// Package merkle grows the Merkle tree of RFC 6962 one leaf at a time and hands
// out its tiles as they fill. It holds one partial tile per level, at most
// 8 × 256 hashes, whatever the size of the tree.
//
// golang.org/x/mod/sumdb/tlog computes the same tree from stored hashes, with
// three allocations and twice the time a leaf; proofs are left to it.
package merkle

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/digest"
)

// Width is the number of hashes in a full tile.
const Width = 256

// Tree is an append-only tree. The zero value is the empty tree, and Full is nil.
type Tree struct {
	size   int64
	levels [8][]tlog.Hash // levels[l] is the tile being filled at level l

	hasher *digest.Hasher // from the first Append on

	// Full, if set, receives each tile when it fills, lower levels first. The
	// hashes are the receiver's to keep.
	Full func(level int, n int64, hashes []tlog.Hash)
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Append adds one leaf by its hash.
func (t *Tree) Append(leaf tlog.Hash) {
	if t.hasher == nil {
		t.hasher = new(digest.Hasher)
	}
	t.size++
	t.push(0, leaf)
}

func (t *Tree) push(level int, h tlog.Hash) {
	if t.levels[level] == nil {
		t.levels[level] = make([]tlog.Hash, 0, Width)
	}
	t.levels[level] = append(t.levels[level], h)
	if len(t.levels[level]) < Width {
		return
	}
	full := t.levels[level]
	t.levels[level] = nil
	if t.Full != nil {
		t.Full(level, t.size>>(8*(level+1))-1, full)
	}
	t.push(level+1, subtree(full, t.hasher))
}

// Edge is the partial tile at level: what lies right of the last full tile. It
// aliases the tree and is nil where the level ends in a full tile.
func (t *Tree) Edge(level int) []tlog.Hash {
	if level >= len(t.levels) {
		return nil
	}
	return t.levels[level]
}

// Levels is the number of levels that have at least one hash.
func (t *Tree) Levels() int {
	n := 0
	for rest := t.size; rest > 0; rest >>= 8 {
		n++
	}
	return n
}

// Root is the tree's root hash; of the empty tree it is the hash of nothing.
func (t *Tree) Root() tlog.Hash {
	var root tlog.Hash
	empty := true
	for _, edge := range t.levels { // right to left: low levels are further right
		for n := len(edge); n > 0; {
			w := n & -n // the rightmost perfect subtree of what is left
			h := Subtree(edge[n-w : n])
			if empty {
				root, empty = h, false
			} else {
				root = Node(h, root)
			}
			n -= w
		}
	}
	if empty {
		return sha256.Sum256(nil)
	}
	return root
}

// Load makes t the tree of size leaves whose partial tiles edge returns. The
// caller checks the root: Load believes what it is given, and reports false only
// when a tile has not the width that size asks for.
func (t *Tree) Load(size int64, edge func(level, width int, n int64) ([]tlog.Hash, bool)) bool {
	t.size, t.levels = size, [8][]tlog.Hash{}
	for level, rest := 0, size; rest > 0; level, rest = level+1, rest>>8 {
		width := int(rest & (Width - 1))
		if width == 0 {
			continue
		}
		got, ok := edge(level, width, rest>>8)
		if !ok || len(got) != width {
			return false
		}
		t.levels[level] = append(make([]tlog.Hash, 0, Width), got...)
	}
	return true
}

// View is the tree as it stands: later growth of t does not show in it. It is
// cheap because full hashes are never written again, and for the same reason only
// one of the two may be appended to.
func (t *Tree) View() Tree {
	return Tree{size: t.size, levels: t.levels}
}

// Node is the hash of an inner node.
func Node(left, right tlog.Hash) tlog.Hash { return tlog.NodeHash(left, right) }

// Subtree is the root of the perfect tree over hashes, whose number is a power
// of two of at most Width.
func Subtree(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	return subtree(hashes, new(digest.Hasher))
}

func subtree(hashes []tlog.Hash, by *digest.Hasher) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	var buf [Width / 2]tlog.Hash
	level := buf[:len(hashes)/2]
	for {
		for i := range level {
			level[i] = by.Node((*[tlog.HashSize]byte)(&hashes[2*i]), (*[tlog.HashSize]byte)(&hashes[2*i+1]))
		}
		if len(level) == 1 {
			return level[0]
		}
		hashes, level = level, level[:len(level)/2]
	}
}
