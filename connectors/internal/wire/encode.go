package wire

import (
	"fmt"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// Encoder gathers rows of one kind until they are taken as a batch. It keeps
// its memory from batch to batch. An Encoder is for one goroutine.
type Encoder struct {
	kind       connectors.Kind
	operation  Operation
	rows       int
	size       int
	dictionary []string
	index      map[string]uint32
	texts      []textColumn
	numbers    []numberColumn
	lists      []listColumn // of texts, then of numbers
	batch      Batch
	longest    int
	bad        error
}

type textColumn struct {
	column Column
	used   bool
	// Rows of one device follow one another, so the last text is often the next.
	last      string
	lastIndex uint32
}

type numberColumn struct {
	column Column
	used   bool
}

// NewEncoder makes an encoder for a kind. No text may be longer than longest
// bytes. The error says that this version of the protocol has no layout for it.
func NewEncoder(k connectors.Kind, op Operation, longest int) (*Encoder, error) {
	l, ok := layoutOf(k)
	if !ok {
		return nil, fmt.Errorf("wire: rows of kind %s have no columns in protocol version %d", k, Version)
	}
	e := &Encoder{kind: k, operation: op, longest: longest, index: map[string]uint32{}}
	for _, name := range l.texts {
		e.texts = append(e.texts, textColumn{column: Column{Name: name}})
	}
	for _, name := range l.numbers {
		e.numbers = append(e.numbers, numberColumn{column: Column{Name: name}})
	}
	for _, name := range slices.Concat(l.textLists, l.numberLists) {
		e.lists = append(e.lists, listColumn{column: Column{Name: name}})
	}
	e.reset()
	return e, nil
}

// Rows is the number of rows gathered.
func (e *Encoder) Rows() int { return e.rows }

// Size is about how many bytes the batch takes on the wire.
func (e *Encoder) Size() int { return e.size }

// Take is the batch of what was gathered. It is good until the next row.
func (e *Encoder) Take(sequence uint64, cursor []byte) *Batch {
	e.batch.Sequence = sequence
	e.batch.Kind = Kind(e.kind)
	e.batch.Operation = e.operation
	e.batch.Rows = uint32(e.rows)
	e.batch.Dictionary = e.dictionary
	e.batch.Cursor = cursor
	e.batch.Columns = e.batch.Columns[:0]
	for i := range e.texts {
		if e.texts[i].used {
			e.batch.Columns = append(e.batch.Columns, &e.texts[i].column)
		}
	}
	for i := range e.numbers {
		if e.numbers[i].used {
			e.batch.Columns = append(e.batch.Columns, &e.numbers[i].column)
		}
	}
	for i := range e.lists {
		if e.lists[i].used {
			e.batch.Columns = append(e.batch.Columns, &e.lists[i].column)
		}
	}
	e.rows = 0
	return &e.batch
}

// reset empties the encoder before the first row of a batch.
func (e *Encoder) reset() {
	e.size = 64
	e.dictionary = append(e.dictionary[:0], "")
	clear(e.index)
	for i := range e.texts {
		c := &e.texts[i]
		c.column.Texts, c.used, c.last, c.lastIndex = c.column.Texts[:0], false, "", 0
	}
	for i := range e.numbers {
		c := &e.numbers[i]
		c.column.Numbers, c.used = c.column.Numbers[:0], false
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
		c.column.Texts = c.column.Texts[:e.rows]
		c.last, c.lastIndex = "", 0
	}
	for i := range e.numbers {
		e.numbers[i].column.Numbers = e.numbers[i].column.Numbers[:e.rows]
	}
	for i := range e.lists {
		e.lists[i].drop(e.rows)
	}
	return err
}

// begin starts a row.
func (e *Encoder) begin() {
	if e.rows == 0 {
		e.reset()
	}
	e.rows++
	e.size += len(e.texts) + len(e.numbers) + len(e.lists)
}

func (e *Encoder) text(i int, s string) {
	c := &e.texts[i]
	if s != c.last {
		c.last, c.lastIndex = s, e.intern(s)
		c.used = true
	}
	if c.lastIndex > 127 {
		e.size++
	}
	c.column.Texts = append(c.column.Texts, c.lastIndex)
}

func (e *Encoder) intern(s string) uint32 {
	if s == "" {
		return 0
	}
	if i, ok := e.index[s]; ok {
		return i
	}
	if len(s) > e.longest {
		e.bad = fmt.Errorf("a text of %d bytes is longer than the %d that a message can carry", len(s), e.longest)
		return 0
	}
	if !utf8.ValidString(s) {
		e.bad = fmt.Errorf("the text %q is not valid UTF-8", s)
		return 0
	}
	i := uint32(len(e.dictionary))
	e.dictionary = append(e.dictionary, s)
	e.index[s] = i
	e.size += len(s) + 4
	return i
}

func (e *Encoder) number(i int, n int64) {
	c := &e.numbers[i]
	if n < 0 || n > math.MaxUint32 {
		e.bad = fmt.Errorf("%s is %d, which is out of range", c.column.GetName(), n)
	}
	if n != 0 {
		c.used = true
		e.size += 4
	}
	c.column.Numbers = append(c.column.Numbers, n)
}

func (e *Encoder) title(at int, t catalog.Title) {
	e.text(at, t.Publisher)
	e.text(at+1, t.Name)
	e.text(at+2, t.Version)
	e.text(at+3, t.Edition)
	e.text(at+4, t.ProductCode)
	e.text(at+5, t.Architecture)
}

// instant is whole seconds since 1970, 0 when not known.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// Device adds a device. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Device(d compliance.Device) error {
	e.begin()
	kind := ""
	if d.Kind != compliance.KindUnknown {
		kind = d.Kind.String()
	}
	role := ""
	if d.Role != compliance.RoleUnknown {
		role = d.Role.String()
	}
	for i, s := range [...]string{string(d.ID), d.Name, kind, d.Model, string(d.Host), d.Cluster, d.InstanceType,
		d.Environment, d.Country, d.Entity, d.OperatingSystem, string(d.User), role, string(d.StandbyFor)} {
		e.text(i, s)
	}
	for i, n := range [...]int64{int64(d.Sockets), int64(d.Cores), int64(d.Threads), int64(d.VCPUs), instant(d.LastSeen)} {
		e.number(i, n)
	}
	e.list(0, d.MayRunOn != nil, len(d.MayRunOn), func(i int) string { return string(d.MayRunOn[i]) })
	e.list(1, d.Stays != nil, len(d.Stays), func(i int) string { return string(d.Stays[i].Host) })
	e.numberList(2, d.Stays != nil, len(d.Stays), func(i int) int64 { return instant(d.Stays[i].Since) })
	return e.end()
}

// User adds a user. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) User(u compliance.User) error {
	e.begin()
	kind := ""
	if u.Kind != compliance.UserUnknown {
		kind = u.Kind.String()
	}
	for i, s := range [...]string{string(u.ID), u.Name, kind, u.Entity, u.Country} {
		e.text(i, s)
	}
	var active int64
	switch {
	case u.Active == nil:
	case *u.Active:
		active = flagYes
	default:
		active = flagNo
	}
	e.number(0, active)
	return e.end()
}

// Install adds an install. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Install(r compliance.Install) error {
	e.begin()
	e.text(0, string(r.Device))
	e.title(1, r.Title)
	e.text(7, string(r.User))
	e.number(0, instant(r.FirstSeen))
	e.number(1, instant(r.LastUsed))
	return e.end()
}

// Seat adds a seat. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Seat(s compliance.Seat) error {
	e.begin()
	e.text(0, string(s.User))
	e.title(1, s.Title)
	e.number(0, instant(s.Assigned))
	e.number(1, instant(s.LastUsed))
	return e.end()
}

// Usage adds a measured peak. An error means that the row cannot be carried and was
// left out.
func (e *Encoder) Usage(u compliance.Usage) error {
	e.begin()
	e.title(0, u.Title)
	e.number(0, instant(u.From))
	e.number(1, instant(u.To))
	e.number(2, int64(u.Peak))
	e.number(3, instant(u.At))
	return e.end()
}
