package wire

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/trueup-dev/trueup/compliance"
)

// listColumn gathers the lists of a column.
type listColumn struct {
	column
	tag     byte   // of the entries
	lengths []byte // packed
	// before is where the entries of the row at hand begin.
	before int
}

func (c *listColumn) reset() { c.values, c.lengths, c.used = c.values[:0], c.lengths[:0], false }

// drop takes the last row out again.
func (c *listColumn) drop() { c.values, c.lengths = c.values[:c.before], withoutLast(c.lengths) }

// begin notes how long the list of the next row is.
func (c *listColumn) begin(known bool, n int) {
	c.before = len(c.values)
	length := 0
	if known {
		length, c.used = n+1, true
	}
	c.lengths = protowire.AppendVarint(c.lengths, uint64(length))
}

// list adds a list of n texts to the row at hand.
func (e *Encoder) list(i int, known bool, n int, at func(int) string) {
	c := &e.lists[i]
	c.begin(known, n)
	for j := range n {
		c.values = protowire.AppendVarint(c.values, uint64(e.intern(at(j))))
	}
	e.size += 1 + len(c.values) - c.before
}

// numberList adds a list of n numbers to the row at hand.
func (e *Encoder) numberList(i int, known bool, n int, at func(int) int64) {
	c := &e.lists[i]
	c.begin(known, n)
	for j := range n {
		if tooFar(at(j)) {
			e.bad = fmt.Errorf("an entry of %s is %d, which is out of range", c.name, at(j))
		}
		c.values = protowire.AppendVarint(c.values, protowire.EncodeZigZag(at(j)))
	}
	e.size += 1 + len(c.values) - c.before
}

// list reads the lists of a column whose shape was checked.
type list struct {
	column     *Column
	dictionary []string
	// ends is for each row where its entries end.
	ends []int
}

// addList checks the shape of a column of lists.
func (t *table) addList(c *Column, entries int) error {
	if _, twice := t.lists[c.GetName()]; twice {
		return fmt.Errorf("appears twice")
	}
	rows := int(t.batch.GetRows())
	if len(c.GetLengths()) != rows {
		return fmt.Errorf("has lists for %d rows, want %d", len(c.GetLengths()), rows)
	}
	l := list{column: c, dictionary: t.batch.GetDictionary(), ends: make([]int, rows)}
	var total int64
	for row, n := range c.GetLengths() {
		total += max(int64(n)-1, 0)
		l.ends[row] = int(total)
	}
	if total != int64(entries) {
		return fmt.Errorf("has %d entries, want %d", entries, total)
	}
	if at := outside(c.GetTexts(), len(l.dictionary)); at >= 0 {
		return fmt.Errorf("entry %d: index %d is beyond the dictionary of %d texts", at, c.GetTexts()[at], len(l.dictionary))
	}
	if at := slices.IndexFunc(c.GetNumbers(), tooFar); at >= 0 {
		return fmt.Errorf("entry %d: %d is out of range", at, c.GetNumbers()[at])
	}
	t.lists[c.GetName()] = l
	return nil
}

func (t *table) list(name string) list { return t.lists[name] }

// span is where the entries of a row are; it is false when the list is not known.
func (l list) span(row int) (from, to int, known bool) {
	if l.column == nil || l.column.GetLengths()[row] == 0 {
		return 0, 0, false
	}
	to = l.ends[row]
	return to - int(l.column.GetLengths()[row]) + 1, to, true
}

// devices is a list of devices, nil when it is not known.
func (l list) devices(row int) []compliance.DeviceID {
	from, to, known := l.span(row)
	if !known {
		return nil
	}
	out := make([]compliance.DeviceID, to-from)
	for i := range out {
		out[i] = compliance.DeviceID(l.dictionary[l.column.GetTexts()[from+i]])
	}
	return out
}

// stays are two columns of which each row has lists of the same length.
type stays struct{ hosts, since list }

func (s stays) paired() bool {
	return slices.Equal(s.hosts.column.GetLengths(), s.since.column.GetLengths())
}

func (s stays) at(row int) []compliance.Stay {
	hosts := s.hosts.devices(row)
	if hosts == nil {
		return nil
	}
	from, _, _ := s.since.span(row)
	out := make([]compliance.Stay, len(hosts))
	for i, h := range hosts {
		out[i].Host = h
		if n := s.since.column.GetNumbers()[from+i]; n > 0 {
			out[i].Since = time.Unix(n, 0).UTC()
		}
	}
	return out
}
