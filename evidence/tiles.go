package evidence

import (
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/internal/digest"
	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// maxTiles is how many full tiles are kept expanded in memory, 16 KiB each.
const maxTiles = 2048

type tileID struct {
	level int
	n     int64
}

// tiles serves the hashes of full tiles: those not yet published from memory,
// the others from the folder. A tile from the folder is believed only if it
// hashes to what its parent holds; the topmost parent is the tree's edge, which
// was checked against the signed checkpoint when the log was opened.
type tiles struct {
	disk disk

	mu    sync.Mutex
	fresh map[tileID][]tlog.Hash // full, not yet in the folder
	nodes map[tileID]*nodes      // full tiles with all their inner nodes
	order []tileID               // of nodes, oldest first
}

func newTiles(d disk) *tiles {
	return &tiles{disk: d, fresh: map[tileID][]tlog.Hash{}, nodes: map[tileID]*nodes{}}
}

// filledTile is a tile that the tree has filled.
type filledTile struct {
	tileID
	hashes []tlog.Hash
}

func (t *tiles) filled(f filledTile) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh[f.tileID] = f.hashes
}

// unpublished is a copy of the set of fresh tiles.
func (t *tiles) unpublished() map[tileID][]tlog.Hash {
	t.mu.Lock()
	defer t.mu.Unlock()
	fresh := make(map[tileID][]tlog.Hash, len(t.fresh))
	for id, hashes := range t.fresh {
		fresh[id] = hashes
	}
	return fresh
}

// published forgets tiles that are in the folder now.
func (t *tiles) published(done map[tileID][]tlog.Hash) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range done {
		delete(t.fresh, id)
	}
}

// reader reads the hashes of one state of the tree. It implements tlog.HashReader.
type reader struct {
	tiles  *tiles
	view   merkle.Tree
	hasher format.Hasher

	last   tileID // the tile read last: a proof reads several hashes of each
	lastIn *nodes
}

func (r *reader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		h, err := r.hash(level, n)
		if err != nil {
			return nil, err
		}
		out[i] = h
	}
	return out, nil
}

// hash is the hash of the n-th perfect subtree of height level.
func (r *reader) hash(level int, n int64) (tlog.Hash, error) {
	height := level % 8
	id := tileID{level / 8, n >> (8 - height)}
	pos := int(n & (1<<(8-height) - 1))
	if id.n == r.view.Size()>>(8*(id.level+1)) {
		edge := r.view.Edge(id.level)
		if (pos+1)<<height > len(edge) {
			return tlog.Hash{}, fmt.Errorf("%w: no hash at level %d, %d in a tree of %d", ErrNotFound, level, n, r.view.Size())
		}
		return merkle.Subtree(edge[pos<<height : (pos+1)<<height]), nil
	}
	if r.lastIn == nil || r.last != id {
		full, err := r.full(id)
		if err != nil {
			return tlog.Hash{}, err
		}
		r.last, r.lastIn = id, full
	}
	return r.lastIn.at(height, pos), nil
}

// full is the tile id with its inner nodes.
func (r *reader) full(id tileID) (*nodes, error) {
	t := r.tiles
	t.mu.Lock()
	full, fresh := t.nodes[id], t.fresh[id]
	t.mu.Unlock()
	if full != nil {
		return full, nil
	}
	if fresh != nil {
		full = expand(fresh)
	} else {
		hashes, err := readTile(t.disk, format.Tile{Level: id.level, N: id.n, Width: merkle.Width})
		if err != nil {
			return nil, err
		}
		full = expand(hashes)
		parent, err := r.hash(8*(id.level+1), id.n)
		if err != nil {
			return nil, err
		}
		if full.root() != parent {
			return nil, fmt.Errorf("%w: %s does not hash to what the tile above it holds",
				ErrCorrupt, format.TilePath(id.level, id.n, merkle.Width))
		}
	}
	t.keep(id, full)
	return full, nil
}

func (t *tiles) keep(id tileID, full *nodes) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.nodes[id] == nil {
		t.nodes[id] = full
		t.order = append(t.order, id)
	}
	if len(t.order) > maxTiles {
		delete(t.nodes, t.order[0])
		t.order = t.order[1:]
	}
}

// readTile is one tile of the folder, unchecked but for its size.
func readTile(d disk, t format.Tile) ([]tlog.Hash, error) {
	b, err := readFile(d, t.Path())
	if err != nil {
		return nil, fmt.Errorf("evidence: read tile: %w", err)
	}
	if len(b) != t.Width*tlog.HashSize {
		return nil, fmt.Errorf("%w: %s has %d bytes, want %d", ErrCorrupt, t.Path(), len(b), t.Width*tlog.HashSize)
	}
	hashes := make([]tlog.Hash, t.Width)
	for i := range hashes {
		copy(hashes[i][:], b[i*tlog.HashSize:])
	}
	return hashes, nil
}

// nodes is a full tile with the hashes of all perfect subtrees in it: 256 of
// height 0, 128 of height 1, … 1 of height 8.
type nodes [2*merkle.Width - 1]tlog.Hash

func expand(hashes []tlog.Hash) *nodes {
	var full nodes
	var by digest.Hasher
	copy(full[:], hashes)
	below, at := 0, merkle.Width
	for width := merkle.Width / 2; width > 0; width /= 2 {
		for i := range width {
			left, right := &full[below+2*i], &full[below+2*i+1]
			full[at+i] = by.Node((*[tlog.HashSize]byte)(left), (*[tlog.HashSize]byte)(right))
		}
		below, at = at, at+width
	}
	return &full
}

func (f *nodes) at(height, pos int) tlog.Hash {
	// The heights below hold 256 + 128 + … = 512 - 512>>height hashes.
	return f[2*merkle.Width-2*merkle.Width>>height+pos]
}

func (f *nodes) root() tlog.Hash { return f[len(f)-1] }

// tileBytes is a tile as its file holds it.
func tileBytes(hashes []tlog.Hash) []byte {
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}
