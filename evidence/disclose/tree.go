package disclose

import (
	"crypto/sha256"
	"fmt"
)

// node is a subtree of a Merkle-sum tree: the hash commits to the sum. A tree of
// rows without a quantity has sums of zero.
type node struct {
	hash digest
	sum  sum
}

func leafOf(row digest, quantity sum) node {
	b := make([]byte, 0, 1+sha256.Size+sumSize)
	b = append(b, 0)
	b = append(b, row[:]...)
	return node{sha256.Sum256(quantity.append(b)), quantity}
}

// join is the node over two. Both sums are hashed, not only what they add up to:
// otherwise one side could be understated and the other overstated.
func join(left, right node) (node, error) {
	total, ok := left.sum.add(right.sum)
	if !ok {
		return node{}, fmt.Errorf("%w: the sum overflows", ErrTable)
	}
	b := make([]byte, 0, 1+2*(sha256.Size+sumSize))
	b = append(b, 1)
	b = left.sum.append(append(b, left.hash[:]...))
	b = right.sum.append(append(b, right.hash[:]...))
	return node{sha256.Sum256(b), total}, nil
}

// tree is all levels of a Merkle-sum tree, leaves first. A node without a sibling
// goes up as it is, so the shape is that of RFC 6962.
type tree [][]node

func grow(leaves []node) (tree, error) {
	t := tree{leaves}
	for level := leaves; len(level) > 1; {
		up := make([]node, 0, (len(level)+1)/2)
		for i := 0; i+1 < len(level); i += 2 {
			n, err := join(level[i], level[i+1])
			if err != nil {
				return nil, err
			}
			up = append(up, n)
		}
		if len(level)%2 == 1 {
			up = append(up, level[len(level)-1])
		}
		t = append(t, up)
		level = up
	}
	return t, nil
}

// top is the root; that of no rows is zero.
func (t tree) top() node {
	last := t[len(t)-1]
	if len(last) == 0 {
		return node{}
	}
	return last[0]
}

// path is the siblings from leaf i up.
func (t tree) path(i int64) []node {
	var path []node
	for _, level := range t[:len(t)-1] {
		if sibling := i ^ 1; sibling < int64(len(level)) {
			path = append(path, level[sibling])
		}
		i /= 2
	}
	return path
}

// climb is the root over a leaf at i among n, by its siblings.
func climb(leaf node, i, n int64, path []node) (node, error) {
	at := leaf
	for ; n > 1; i, n = i/2, (n+1)/2 {
		if i^1 >= n {
			continue
		}
		if len(path) == 0 {
			return node{}, fmt.Errorf("%w: a path is too short", ErrBundle)
		}
		left, right := at, path[0]
		if i%2 == 1 {
			left, right = right, left
		}
		var err error
		if at, err = join(left, right); err != nil {
			return node{}, err
		}
		path = path[1:]
	}
	if len(path) > 0 {
		return node{}, fmt.Errorf("%w: a path is too long", ErrBundle)
	}
	return at, nil
}

// seal commits to a root. The hash in it has salts below it, so the sum cannot be
// guessed.
func (n node) seal() digest {
	b := append([]byte{2}, n.hash[:]...)
	return sha256.Sum256(n.sum.append(b))
}
