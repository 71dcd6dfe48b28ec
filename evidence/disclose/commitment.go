package disclose

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// Kind is the kind of the entry that a commitment is appended as.
const Kind = "disclose.commitment/1"

// Commitment binds to a table and shows its name, its columns and the number of its
// rows, nothing of what is in them.
type Commitment struct {
	Table   string
	Columns []Column
	Rows    int64

	// Root commits to the rows, Sums to the tree of each sum column, in order.
	Root [sha256.Size]byte
	Sums [][sha256.Size]byte
}

// Payload is the commitment as the payload of an entry: version 1, the name with
// its length in 2 bytes, the number of columns in 2, for each its name, a byte that
// is 0 or 1 plus its scale, the number of rows in 8, and the roots.
func (c *Commitment) Payload() []byte {
	b := []byte{1}
	text := func(s string) {
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	text(c.Table)
	b = binary.BigEndian.AppendUint16(b, uint16(len(c.Columns)))
	for _, col := range c.Columns {
		text(col.Name)
		kind := byte(0)
		if col.Sum {
			kind = 1 + byte(col.Scale)
		}
		b = append(b, kind)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(c.Rows))
	b = append(b, c.Root[:]...)
	for _, s := range c.Sums {
		b = append(b, s[:]...)
	}
	return b
}

// ParseCommitment reads what Payload makes, and no other spelling of it.
func ParseCommitment(b []byte) (Commitment, error) {
	var c Commitment
	rest, cut := b, false
	take := func(n int) []byte {
		if len(rest) < n {
			cut = true
			return make([]byte, n)
		}
		out := rest[:n]
		rest = rest[n:]
		return out
	}
	text := func() string {
		n := int(binary.BigEndian.Uint16(take(2)))
		return string(take(n))
	}
	if v := take(1)[0]; v != 1 {
		return c, fmt.Errorf("%w: commitment version %d is not known", ErrBundle, v)
	}
	c.Table = text()
	for range binary.BigEndian.Uint16(take(2)) {
		if cut || len(c.Columns) > maxColumns {
			break
		}
		col := Column{Name: text()}
		if kind := take(1)[0]; kind > 0 {
			col.Sum, col.Scale = true, int(kind-1)
		}
		c.Columns = append(c.Columns, col)
	}
	c.Rows = int64(binary.BigEndian.Uint64(take(8)))
	c.Root = [sha256.Size]byte(take(sha256.Size))
	for range sumColumns(c.Columns) {
		c.Sums = append(c.Sums, [sha256.Size]byte(take(sha256.Size)))
	}
	if cut || len(rest) > 0 || c.Rows < 0 {
		return c, fmt.Errorf("%w: the commitment is malformed", ErrBundle)
	}
	if err := checkHead(c.Table, c.Columns); err != nil {
		return c, fmt.Errorf("%w: commitment: %w", ErrBundle, err)
	}
	return c, nil
}

// sumColumns are the places of the columns that are summed.
func sumColumns(columns []Column) []int {
	var at []int
	for i, c := range columns {
		if c.Sum {
			at = append(at, i)
		}
	}
	return at
}

// column is the place of a column, and its place among the sums, or -1.
func (c *Commitment) column(name string) (at, among int) {
	at = slices.IndexFunc(c.Columns, func(col Column) bool { return col.Name == name })
	return at, slices.Index(sumColumns(c.Columns), at)
}
