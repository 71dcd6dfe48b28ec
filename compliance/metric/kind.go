package metric

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/internal/expr"
)

// kind is a kind of thing that can be counted: what expressions may read of it,
// and how a case gives it.
type kind struct {
	name   string
	schema *expr.Schema
	fields []kindField
	// make is a new thing, id its name, count its multiplicity (nil for things
	// that come one by one).
	make  func() any
	count func(any) *int
	id    func(any) *string
}

// kindField is one fact of a thing.
type kindField struct {
	name string
	// label is what its number counts, where the name does not say it.
	label string
	// as are other names under which a case may give the fact.
	as       []string
	typ      expr.Type
	elem     *kind
	oneOf    []string
	positive bool
	fallback Value
	// number, text, flag or list is where the Go value holds the fact; derived
	// computes it where it was not given.
	number  func(any) *Number
	text    func(any) *string
	flag    func(any) *Flag
	list    func(any) any
	setList func(o any, things []any)
	derived func(any) any
	// from are the fields that derived reads.
	from []string
}

func (f *kindField) get(o any) any {
	if r, ok := o.(*Record); ok {
		if f.derived != nil {
			return f.derived(r)
		}
		v, stated := r.Fields[f.name]
		if stated {
			return goValue(v, nil)
		}
		return goValue(nil, f.fallback)
	}
	var v any
	switch {
	case f.number != nil:
		v = goValue(*f.number(o), nil)
	case f.text != nil:
		if s := *f.text(o); s != "" {
			v = s
		}
	case f.flag != nil:
		v = goValue(*f.flag(o), nil)
	case f.list != nil:
		return f.list(o)
	}
	if v == nil && f.derived != nil {
		return f.derived(o)
	}
	return v
}

// goValue is a value as expressions read it; nil is unknown.
func goValue(v, fallback Value) any {
	switch v := v.(type) {
	case Number:
		if d, ok := v.Decimal(); ok {
			return d
		}
	case Flag:
		if v != UnknownFlag {
			return v == Yes
		}
	case Text:
		return string(v)
	case List:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = goValue(e, nil)
		}
		return out
	}
	if fallback != nil {
		return goValue(fallback, nil)
	}
	return nil
}

// key appends the fact to a key such that equal facts give equal keys.
func (f *kindField) key(b []byte, o any) []byte {
	if r, ok := o.(*Record); ok {
		v, stated := r.Fields[f.name]
		if !stated {
			b = append(b, 'd')
		}
		return valueKey(b, v)
	}
	switch {
	case f.number != nil:
		return valueKey(b, *f.number(o))
	case f.text != nil:
		return valueKey(b, Text(*f.text(o)))
	case f.flag != nil:
		return valueKey(b, *f.flag(o))
	}
	items, _ := f.list(o).([]any)
	b = binary.AppendUvarint(b, uint64(len(items)))
	for _, it := range items {
		b = binary.AppendVarint(b, int64(f.elem.times(it)))
		for i := range f.elem.fields {
			b = f.elem.fields[i].key(b, it)
		}
	}
	return b
}

func valueKey(b []byte, v Value) []byte {
	switch v := v.(type) {
	case Number:
		if !v.known {
			return append(b, 'u')
		}
		return binary.AppendVarint(append(b, 'n', byte(v.places)), v.mantissa)
	case Flag:
		return append(b, 'f', byte(v))
	case Text:
		return append(binary.AppendUvarint(append(b, 't'), uint64(len(v))), v...)
	case List:
		b = binary.AppendUvarint(append(b, 'l'), uint64(len(v)))
		for _, e := range v {
			b = valueKey(b, e)
		}
		return b
	}
	return append(b, 'u')
}

// finish makes the schema of a kind from its fields.
func (k *kind) finish() *kind {
	k.schema = &expr.Schema{Name: k.name}
	for i := range k.fields {
		f := &k.fields[i]
		field := expr.Field{Name: f.name, Type: f.typ, Label: f.label, Get: f.get}
		if f.typ.Is(expr.Int) || f.typ.Is(expr.Decimal) {
			field.Low = decimal.NewNullDecimal(decimal.Zero)
			if f.positive {
				field.Low = decimal.NewNullDecimal(decimal.New(1, 0))
			}
		}
		k.schema.Fields = append(k.schema.Fields, field)
	}
	k.schema.Fields = append(k.schema.Fields, expr.Field{Name: "count", Type: expr.Int, Get: func(o any) any { return k.times(o) }})
	return k
}

// times is how many equal things o stands for.
func (k *kind) times(o any) int {
	if r, ok := o.(*Record); ok {
		return max(r.Count, 1)
	}
	if c := k.count(o); c != nil {
		return max(*c, 1)
	}
	return 1
}

// named is the name of a thing.
func (k *kind) named(o any) string {
	if r, ok := o.(*Record); ok {
		return r.ID
	}
	return *k.id(o)
}

func (k *kind) field(name string) *kindField {
	for i := range k.fields {
		if k.fields[i].name == name {
			return &k.fields[i]
		}
	}
	return nil
}

// called lists the fields that a case may give under a name.
func (k *kind) called(name string) []*kindField {
	var out []*kindField
	for i := range k.fields {
		if f := &k.fields[i]; f.name == name || slices.Contains(f.as, name) {
			out = append(out, f)
		}
	}
	return out
}

// set stores a fact that was read.
func (f *kindField) set(o any, v Value) {
	if r, ok := o.(*Record); ok {
		r.Fields[f.name] = v
		return
	}
	switch v := v.(type) {
	case Number:
		*f.number(o) = v
	case Flag:
		*f.flag(o) = v
	case Text:
		*f.text(o) = string(v)
	}
}

// setTimes stores how many equal things o stands for.
func (k *kind) setTimes(o any, path string, n int) error {
	if r, ok := o.(*Record); ok {
		r.Count = n
		return nil
	}
	c := k.count(o)
	if c == nil {
		return fmt.Errorf("%s: a %s has no count", path, k.name)
	}
	*c = n
	return nil
}

func (k *kind) rename(o any, name string) {
	if r, ok := o.(*Record); ok {
		r.ID = name
		return
	}
	*k.id(o) = name
}

// isList says whether the field holds a list.
func (f *kindField) isList() bool { return f.elem != nil || f.typ.Elem() != (expr.Type{}) }
