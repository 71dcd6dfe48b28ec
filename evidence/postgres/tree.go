package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// maxTiles is how many full tiles are kept expanded in memory, 16 KiB each.
const maxTiles = 1024

type tileID struct {
	level int
	n     int64
}

// querier is a connection or the pool.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// loadTree reads the right edge of the tree of size entries. Entries and tiles
// below a size never change, so no snapshot is needed.
func (l *Log) loadTree(ctx context.Context, q querier, size int64) (merkle.Tree, error) {
	var tree merkle.Tree
	var failed error
	ok := tree.Load(size, func(level, width int, n int64) ([]tlog.Hash, bool) {
		var rows pgx.Rows
		first := n << 8
		if level == 0 {
			rows, failed = q.Query(ctx, l.sql.hashes, first, first+int64(width))
		} else {
			rows, failed = q.Query(ctx, l.sql.roots, level-1, first, first+int64(width))
		}
		if failed != nil {
			return nil, false
		}
		var hashes []tlog.Hash
		hashes, failed = pgx.CollectRows(rows, func(row pgx.CollectableRow) (tlog.Hash, error) {
			var b []byte
			err := row.Scan(&b)
			return hashOf(b), err
		})
		return hashes, failed == nil
	})
	if failed != nil {
		return tree, failed
	}
	if !ok {
		return tree, fmt.Errorf("%w: the edge of the tree of %d entries is incomplete", evidence.ErrCorrupt, size)
	}
	return tree, nil
}

// hashOf is b as a hash; one of another length is none that verifies.
func hashOf(b []byte) (h tlog.Hash) {
	if len(b) == len(h) {
		copy(h[:], b)
	}
	return h
}

// view is one state of the tree. It implements tlog.HashReader.
type view struct {
	ctx  context.Context
	log  *Log
	tree merkle.Tree

	last   tileID // the tile read last: a proof reads several hashes of each
	lastIn *nodes
}

var _ tlog.HashReader = (*view)(nil)

// view is the tree as it stands in the database.
func (l *Log) view(ctx context.Context) (*view, error) {
	var size int64
	var root []byte
	if err := l.pool.QueryRow(ctx, l.sql.head).Scan(&size, &root); err != nil {
		return nil, fmt.Errorf("postgres: read head: %w", err)
	}
	l.state.Lock()
	tree := l.seen
	l.state.Unlock()
	if tree.Size() != size {
		var err error
		if tree, err = l.loadTree(ctx, l.pool, size); err != nil {
			return nil, fmt.Errorf("postgres: read tree: %w", err)
		}
	}
	if got := tree.Root(); string(got[:]) != string(root) {
		return nil, fmt.Errorf("%w: the entries and tiles do not hash to the head's root", evidence.ErrCorrupt)
	}
	l.state.Lock()
	defer l.state.Unlock()
	if tree.Size() > l.seen.Size() {
		l.seen = tree
	}
	return &view{ctx: ctx, log: l, tree: tree}, nil
}

// ReadHashes reads stored hashes by their index.
func (v *view) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		h, err := v.hash(level, n)
		if err != nil {
			return nil, err
		}
		out[i] = h
	}
	return out, nil
}

// hash is the hash of the n-th perfect subtree of height level.
func (v *view) hash(level int, n int64) (tlog.Hash, error) {
	height := level % 8
	id := tileID{level / 8, n >> (8 - height)}
	pos := int(n & (1<<(8-height) - 1))
	if id.n == v.tree.Size()>>(8*(id.level+1)) {
		edge := v.tree.Edge(id.level)
		if (pos+1)<<height > len(edge) {
			return tlog.Hash{}, fmt.Errorf("%w: no hash at level %d, %d in a tree of %d", evidence.ErrNotFound, level, n, v.tree.Size())
		}
		return merkle.Subtree(edge[pos<<height : (pos+1)<<height]), nil
	}
	if v.lastIn == nil || v.last != id {
		full, err := v.full(id)
		if err != nil {
			return tlog.Hash{}, err
		}
		v.last, v.lastIn = id, full
	}
	return v.lastIn.at(height, pos), nil
}

// full is the full tile id. One from the database is believed only if it hashes to
// what its parent holds, up to the edge, which hashes to the root.
func (v *view) full(id tileID) (*nodes, error) {
	l := v.log
	l.state.Lock()
	full := l.nodes[id]
	l.state.Unlock()
	if full != nil {
		return full, nil
	}
	var b []byte
	if err := l.pool.QueryRow(v.ctx, l.sql.tile, id.level, id.n).Scan(&b); err != nil {
		return nil, fmt.Errorf("postgres: read tile %d/%d: %w", id.level, id.n, err)
	}
	if len(b) != merkle.Width*tlog.HashSize {
		return nil, fmt.Errorf("%w: tile %d/%d has %d bytes", evidence.ErrCorrupt, id.level, id.n, len(b))
	}
	full = expand(b)
	parent, err := v.hash(8*(id.level+1), id.n)
	if err != nil {
		return nil, err
	}
	if full.root() != parent {
		return nil, fmt.Errorf("%w: tile %d/%d does not hash to what the tile above it holds", evidence.ErrCorrupt, id.level, id.n)
	}
	l.state.Lock()
	defer l.state.Unlock()
	if l.nodes[id] == nil {
		l.nodes[id] = full
		l.order = append(l.order, id)
	}
	if len(l.order) > maxTiles {
		delete(l.nodes, l.order[0])
		l.order = l.order[1:]
	}
	return full, nil
}

// continues is nil if the tree continues the checkpoint c.
func (v *view) continues(c evidence.Checkpoint) error {
	if c.Size > v.tree.Size() {
		return fmt.Errorf("%w: the checkpoint is of %d entries, only %d are there", evidence.ErrCorrupt, c.Size, v.tree.Size())
	}
	if c.Size == 0 {
		return nil
	}
	root, err := tlog.TreeHash(c.Size, v)
	if err != nil {
		return fmt.Errorf("postgres: root of %d entries: %w", c.Size, err)
	}
	if root != c.Root {
		return fmt.Errorf("%w: entries 0 to %d do not hash to the checkpoint's root", evidence.ErrCorrupt, c.Size-1)
	}
	return nil
}

// nodes is a full tile with the hashes of all perfect subtrees in it: 256 of
// height 0, 128 of height 1, … 1 of height 8.
type nodes [2*merkle.Width - 1]tlog.Hash

func expand(b []byte) *nodes {
	var full nodes
	for i := range merkle.Width {
		copy(full[i][:], b[i*tlog.HashSize:])
	}
	below, at := 0, merkle.Width
	for width := merkle.Width / 2; width > 0; width /= 2 {
		for i := range width {
			full[at+i] = merkle.Node(full[below+2*i], full[below+2*i+1])
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

// tileBytes is a tile as clients of tlog-tiles read it.
func tileBytes(hashes []tlog.Hash) []byte {
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}
