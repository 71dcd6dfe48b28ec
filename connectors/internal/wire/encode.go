package wire

import (
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// Encoder gathers rows of one kind until they are taken as a batch. It writes
// the columns and the dictionary in the form in which they travel, and keeps its
// memory from batch to batch. An Encoder is for one goroutine.
type Encoder struct {
	kind       connectors.Kind
	operation  Operation
	rows       int
	size       int
	seen       *texts
	dictionary []byte // encoded
	entries    uint32
	texts      []textColumn
	numbers    []column
	lists      []listColumn // of texts, then of numbers
	longest    int
	bad        error
	frame      Frame
	// batches counts the batches taken.
	batches int
}

// column is the packed values of one column.
type column struct {
	name   string
	head   []byte
	values []byte
	used   bool
}

type textColumn struct {
	column
	// Rows of one device follow one another, so the last text is often the next.
	last      string
	lastIndex uint32
	novelty
}

// NewEncoder makes an encoder for a kind. No text may be longer than longest
// bytes. The error says that this version of the protocol has no layout for it.
func NewEncoder(k connectors.Kind, op Operation, longest int) (*Encoder, error) {
	l, ok := layoutOf(k)
	if !ok {
		return nil, fmt.Errorf("wire: rows of kind %s have no columns in protocol version %d", k, Version)
	}
	e := &Encoder{kind: k, operation: op, longest: longest, seen: newTexts()}
	for _, name := range l.texts {
		e.texts = append(e.texts, textColumn{column: column{name: name}})
	}
	for _, name := range l.numbers {
		e.numbers = append(e.numbers, column{name: name})
	}
	for _, name := range l.textLists {
		e.lists = append(e.lists, listColumn{column: column{name: name}, tag: textsTag})
	}
	for _, name := range l.numberLists {
		e.lists = append(e.lists, listColumn{column: column{name: name}, tag: numbersTag})
	}
	e.reset()
	return e, nil
}

// Kind is the kind of its rows, Operation what they say.
func (e *Encoder) Kind() connectors.Kind { return e.kind }

// Operation says whether its rows exist or are gone.
func (e *Encoder) Operation() Operation { return e.operation }

// Rows is the number of rows gathered.
func (e *Encoder) Rows() int { return e.rows }

// Size is about how many bytes the batch takes on the wire.
func (e *Encoder) Size() int { return e.size }

// Take is the batch of what was gathered. It is good until the next row.
func (e *Encoder) Take(sequence uint64, cursor []byte) *Frame {
	e.frame.fill(e, sequence, cursor)
	e.learn()
	e.rows = 0
	return &e.frame
}

// Drop forgets the rows gathered.
func (e *Encoder) Drop() { e.rows = 0 }

// reset empties the encoder before the first row of a batch.
func (e *Encoder) reset() {
	e.seen.nextBatch()
	e.size = 64
	e.dictionary = append(e.dictionary[:0], dictionaryTag, 0) // entry 0 is the empty text
	e.entries = 1
	for i := range e.texts {
		c := &e.texts[i]
		c.values, c.used, c.last, c.lastIndex = c.values[:0], false, "", 0
	}
	for i := range e.numbers {
		c := &e.numbers[i]
		c.values, c.used = c.values[:0], false
	}
	for i := range e.lists {
		e.lists[i].reset()
	}
}

// end closes a row. A row that cannot be carried is taken out again.
func (e *Encoder) end() error {
	if e.bad == nil {
		return nil
	}
	err := e.bad
	e.bad = nil
	e.rows--
	for i := range e.texts {
		c := &e.texts[i]
		c.dropLast()
		c.last, c.lastIndex = "", 0
	}
	for i := range e.numbers {
		e.numbers[i].dropLast()
	}
	for i := range e.lists {
		e.lists[i].drop()
	}
	return err
}

// dropLast takes the last value out: the bytes from after the last but one that
// has no continuation bit.
func (c *column) dropLast() {
	if c.used {
		c.values = withoutLast(c.values)
	}
}

func withoutLast(values []byte) []byte {
	n := len(values) - 1
	for n > 0 && values[n-1] >= 0x80 {
		n--
	}
	return values[:n]
}

// begin starts a row.
func (e *Encoder) begin() {
	if e.rows == 0 {
		e.reset()
	}
	e.rows++
}

func (e *Encoder) text(i int, s string) {
	c := &e.texts[i]
	if s != c.last {
		c.last, c.lastIndex = s, e.lookUp(c, s)
	}
	e.put(c, c.lastIndex)
}

// lookUp gives the index of a text of a column.
func (e *Encoder) lookUp(c *textColumn, s string) uint32 {
	if !c.rarelyRepeats {
		before := e.entries
		index := e.intern(s)
		c.added += int(e.entries - before)
		return index
	}
	if s == "" {
		return 0
	}
	if err := fits(s, e.longest); err != nil {
		e.bad = err
		return 0
	}
	return e.add(s)
}

// put adds an index to a column.
func (e *Encoder) put(c *textColumn, index uint32) {
	if !c.used {
		if index == 0 {
			return
		}
		e.use(&c.column)
	}
	before := len(c.values)
	switch {
	case index < 1<<7:
		c.values = append(c.values, byte(index))
	case index < 1<<14:
		c.values = append(c.values, byte(index)|0x80, byte(index>>7))
	default:
		c.values = protowire.AppendVarint(c.values, uint64(index))
	}
	e.size += len(c.values) - before
}

// use begins a column that said nothing in the rows before: until then nothing is
// kept of it, and if it never says anything it does not travel.
func (e *Encoder) use(c *column) {
	c.used = true
	c.values = append(c.values, make([]byte, e.rows-1)...)
	e.size += len(c.values)
}

// intern gives the index of a text in the batch's dictionary.
func (e *Encoder) intern(s string) uint32 {
	if s == "" {
		return 0
	}
	return e.index(e.id(s))
}

// id numbers a text that can be carried. A row with one that cannot is bad.
func (e *Encoder) id(s string) uint32 {
	if id, ok := e.seen.ids[s]; ok {
		return id
	}
	if err := fits(s, e.longest); err != nil {
		e.bad = err
		return noText
	}
	return e.seen.id(s)
}

// noText is the number of the empty text, and of one that cannot be carried.
const noText = math.MaxUint32

// index is where the dictionary of this batch has a text; a text that it does
// not have yet is added.
func (e *Encoder) index(id uint32) uint32 {
	if id == noText {
		return 0
	}
	t := &e.seen.entries[id]
	if t.batch != e.seen.batch {
		t.batch, t.index = e.seen.batch, e.add(t.text)
	}
	return t.index
}

// add adds a text to the dictionary.
func (e *Encoder) add(s string) uint32 {
	before := len(e.dictionary)
	e.dictionary = append(e.dictionary, dictionaryTag)
	e.dictionary = protowire.AppendString(e.dictionary, s)
	e.size += len(e.dictionary) - before
	e.entries++
	return e.entries - 1
}

func (e *Encoder) number(i int, n int64) {
	c := &e.numbers[i]
	if tooFar(n) {
		e.bad = fmt.Errorf("%s is %d, which is out of range", c.name, n)
	}
	if !c.used {
		if n == 0 {
			return
		}
		e.use(c)
	}
	before := len(c.values)
	c.values = protowire.AppendVarint(c.values, protowire.EncodeZigZag(n))
	e.size += len(c.values) - before
}

// title adds a raw title, whose columns begin at the one given.
func (e *Encoder) title(at int, t *catalog.Title) {
	if name := at + 1; e.texts[name].rarelyRepeats {
		for i, s := range texted(t) {
			e.text(at+i, s)
		}
		return
	}
	slot, known := e.seen.slot(t)
	if !known {
		e.remember(slot, t)
	}
	if slot.batch != e.seen.batch {
		e.place(at, slot)
	}
	for i, index := range &slot.indices {
		e.put(&e.texts[at+i], index)
	}
}

// place gives the texts of a title their indices in this batch.
func (e *Encoder) place(at int, slot *titleEntry) {
	for i, id := range &slot.ids {
		before := e.entries
		slot.indices[i] = e.index(id)
		e.texts[at+i].added += int(e.entries - before)
	}
	if slot.epoch == e.seen.epoch { // else it is good for this row only
		slot.batch = e.seen.batch
	}
}

// texted is a title as its columns have it.
func texted(t *catalog.Title) [titleTexts]string {
	return [titleTexts]string{t.Publisher, t.Name, t.Version, t.Edition, t.ProductCode, t.Architecture}
}

// remember fills a slot. One with a text that cannot be carried is good for
// this row only.
func (e *Encoder) remember(slot *titleEntry, t *catalog.Title) {
	for i, s := range texted(t) {
		slot.ids[i] = noText
		if s != "" {
			slot.ids[i] = e.id(s)
		}
	}
	slot.title, slot.epoch, slot.batch = *t, 0, 0
	if e.bad == nil {
		slot.epoch = e.seen.epoch
	}
}

// instant is whole seconds since 1970, 0 when not known.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
