package wire

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// table is a batch whose shape was checked: every column is as long as the
// batch, every index is within the dictionary, every number within its range.
type table struct {
	batch   *Batch
	kind    connectors.Kind
	texts   map[string][]uint32
	numbers map[string][]int64
	lists   map[string]list
	unknown []string
}

// open checks the shape of a batch. Errors name the batch, the column, the row.
func open(b *Batch) (*table, error) {
	t := &table{batch: b, kind: connectors.Kind(b.GetKind()), texts: map[string][]uint32{}, numbers: map[string][]int64{}, lists: map[string]list{}}
	l, ok := layoutOf(t.kind)
	if !ok {
		return nil, fmt.Errorf("batch %d: kind %d is not one that this version carries", b.GetSequence(), b.GetKind())
	}
	if op := b.GetOperation(); op != Operation_OPERATION_PUT && op != Operation_OPERATION_DELETE {
		return nil, fmt.Errorf("batch %d: operation %d is neither put nor delete", b.GetSequence(), op)
	}
	if b.GetRows() == 0 {
		return nil, fmt.Errorf("batch %d has no rows", b.GetSequence())
	}
	if d := b.GetDictionary(); len(d) > 0 && d[0] != "" {
		return nil, fmt.Errorf("batch %d: entry 0 of the dictionary must be empty", b.GetSequence())
	}
	for _, c := range b.GetColumns() {
		if err := t.add(l, c); err != nil {
			return nil, fmt.Errorf("batch %d: column %q: %w", b.GetSequence(), c.GetName(), err)
		}
	}
	return t, t.keys(l)
}

func (t *table) add(l layout, c *Column) error {
	name, rows := c.GetName(), int(t.batch.GetRows())
	flat := slices.Contains(l.texts, name) || slices.Contains(l.numbers, name)
	switch {
	case flat && len(c.GetLengths()) != 0:
		return fmt.Errorf("has lists, want one entry a row")
	case slices.Contains(l.texts, name):
		if len(c.GetTexts()) != rows || len(c.GetNumbers()) != 0 {
			return fmt.Errorf("has %d texts and %d numbers, want %d texts", len(c.GetTexts()), len(c.GetNumbers()), rows)
		}
		if _, twice := t.texts[name]; twice {
			return fmt.Errorf("appears twice")
		}
		if row := outside(c.GetTexts(), len(t.batch.GetDictionary())); row >= 0 {
			return fmt.Errorf("row %d: index %d is beyond the dictionary of %d texts", row, c.GetTexts()[row], len(t.batch.GetDictionary()))
		}
		t.texts[name] = c.GetTexts()
	case slices.Contains(l.numbers, name):
		if len(c.GetNumbers()) != rows || len(c.GetTexts()) != 0 {
			return fmt.Errorf("has %d numbers and %d texts, want %d numbers", len(c.GetNumbers()), len(c.GetTexts()), rows)
		}
		if _, twice := t.numbers[name]; twice {
			return fmt.Errorf("appears twice")
		}
		if row := slices.IndexFunc(c.GetNumbers(), tooFar); row >= 0 {
			return fmt.Errorf("row %d: %d is out of range", row, c.GetNumbers()[row])
		}
		t.numbers[name] = c.GetNumbers()
	case slices.Contains(l.textLists, name):
		if len(c.GetNumbers()) != 0 {
			return fmt.Errorf("has %d numbers, want lists of texts", len(c.GetNumbers()))
		}
		return t.addList(c, len(c.GetTexts()))
	case slices.Contains(l.numberLists, name):
		if len(c.GetTexts()) != 0 {
			return fmt.Errorf("has %d texts, want lists of numbers", len(c.GetTexts()))
		}
		return t.addList(c, len(c.GetNumbers()))
	default:
		t.unknown = append(t.unknown, name)
	}
	return nil
}

func tooFar(n int64) bool { return n < 0 || n > math.MaxUint32 }

// outside is the first row whose index is not within the dictionary, -1 if none.
func outside(indices []uint32, size int) int {
	for row, i := range indices {
		if int(i) >= size {
			return row
		}
	}
	return -1
}

// keys checks that every row fills the columns that identify it.
func (t *table) keys(l layout) error {
	for _, name := range l.key {
		column := t.texts[name]
		if column == nil {
			return fmt.Errorf("batch %d: column %q is missing", t.batch.GetSequence(), name)
		}
		for row, i := range column {
			if t.batch.Dictionary[i] == "" {
				return fmt.Errorf("batch %d: row %d: %s is empty", t.batch.GetSequence(), row, name)
			}
		}
	}
	return nil
}

// text reads one cell of a text column.
type text struct {
	column     []uint32
	dictionary []string
}

func (t *table) text(name string) text { return text{t.texts[name], t.batch.GetDictionary()} }

func (c text) at(row int) string {
	if c.column == nil {
		return ""
	}
	return c.dictionary[c.column[row]]
}

// number reads one cell of a number column.
type number []int64

func (t *table) number(name string) number { return t.numbers[name] }

func (c number) at(row int) int {
	if c == nil {
		return 0
	}
	return int(c[row])
}

func (c number) instant(row int) time.Time {
	if c == nil || c[row] == 0 {
		return time.Time{}
	}
	return time.Unix(c[row], 0).UTC()
}

// titles reads the columns of a raw title.
type titles struct{ publisher, name, version, edition, code, architecture text }

func (t *table) titles() titles {
	return titles{t.text(colPublisher), t.text(colName), t.text(colVersion), t.text(colEdition), t.text(colProductCode), t.text(colArchitecture)}
}

func (c *titles) at(row int) (t catalog.Title) {
	c.read(row, &t)
	return t
}

// read fills a title.
func (c *titles) read(row int, t *catalog.Title) {
	t.Publisher, t.Name, t.Version = c.publisher.at(row), c.name.at(row), c.version.at(row)
	t.Edition, t.ProductCode, t.Architecture = c.edition.at(row), c.code.at(row), c.architecture.at(row)
}
