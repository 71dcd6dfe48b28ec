package columns

import "slices"

const (
	blockBits = 14
	blockSize = 1 << blockBits
)

// Column is a list that grows without copying what is in it. The zero value is
// an empty column.
type Column[T any] struct{ blocks [][]T }

// Len is the number of values.
func (c *Column[T]) Len() int {
	if len(c.blocks) == 0 {
		return 0
	}
	return (len(c.blocks)-1)<<blockBits + len(c.blocks[len(c.blocks)-1])
}

// Append adds a value at the end. A column that never fills its first block
// grows like a slice; later blocks have their full size from the start.
func (c *Column[T]) Append(v T) {
	last := len(c.blocks) - 1
	if last < 0 || len(c.blocks[last]) == blockSize {
		var block []T
		if last >= 0 {
			block = make([]T, 0, blockSize)
		}
		c.blocks = append(c.blocks, block)
		last++
	}
	c.blocks[last] = append(c.blocks[last], v)
}

// At is the value with the number i, from 0.
func (c *Column[T]) At(i int) T { return c.blocks[i>>blockBits][i&(blockSize-1)] }

// Run are values from one number on, as many as stand together in memory, and not
// more than up to another, exclusive. They must not be changed.
func (c *Column[T]) Run(from, to int) []T {
	block := c.blocks[from>>blockBits]
	from, to = from&(blockSize-1), from&(blockSize-1)+to-from
	return block[from:min(to, len(block))]
}

// Set replaces the value with the number i.
func (c *Column[T]) Set(i int, v T) { c.blocks[i>>blockBits][i&(blockSize-1)] = v }

// Clone is a copy that shares nothing with the column.
func (c *Column[T]) Clone() Column[T] {
	out := Column[T]{make([][]T, len(c.blocks))}
	for i, b := range c.blocks {
		out.blocks[i] = slices.Clone(b)
	}
	if n := len(out.blocks); n > 1 {
		out.blocks[n-1] = slices.Grow(out.blocks[n-1], blockSize-len(out.blocks[n-1]))
	}
	return out
}
