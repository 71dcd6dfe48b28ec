package expr

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/shopspring/decimal"
)

// Schema lists the fields of an object that expressions may read. It is the
// only door: a Go field that no schema names stays out of every expression.
type Schema struct {
	Name   string
	Fields []Field
}

// Field is one fact of an object.
type Field struct {
	Name string
	Type Type
	Doc  string
	// Label is what a number of the field counts, where its name does not say it.
	Label string
	// Get reads the fact from the object's Go value. It returns nil when the
	// fact is not known, and else a value of the field's type: bool, int or
	// int64, string, decimal.Decimal, time.Time, time.Duration, []any for a
	// list, or the Go value of an object.
	Get func(object any) any
	// Low and High bound a number whether or not it is known, where such bounds
	// are sure: a machine has one socket at least.
	Low, High decimal.NullDecimal
}

// Type is the type of a field, a variable or a result.
type Type struct {
	kind   kind
	elem   *Type
	schema *Schema
}

type kind uint8

const (
	invalid kind = iota
	boolKind
	intKind
	stringKind
	decimalKind
	timestampKind
	durationKind
	listKind
	objectKind
)

// The types without parameters.
var (
	Bool      = Type{kind: boolKind}
	Int       = Type{kind: intKind}
	String    = Type{kind: stringKind}
	Decimal   = Type{kind: decimalKind}
	Timestamp = Type{kind: timestampKind}
	Duration  = Type{kind: durationKind}
)

// List is the type of lists of t.
func List(t Type) Type { return Type{kind: listKind, elem: &t} }

// Object is the type of objects with the schema given.
func Object(s *Schema) Type { return Type{kind: objectKind, schema: s} }

// String is the type's name as authors read it.
func (t Type) String() string {
	switch t.kind {
	case listKind:
		return "list(" + t.elem.String() + ")"
	case objectKind:
		return t.schema.Name
	}
	names := [...]string{"invalid", "bool", "int", "string", "decimal", "timestamp", "duration"}
	return names[t.kind]
}

func (t Type) cel() *cel.Type {
	switch t.kind {
	case boolKind:
		return cel.BoolType
	case intKind:
		return cel.IntType
	case stringKind:
		return cel.StringType
	case decimalKind:
		return decimalType
	case timestampKind:
		return cel.TimestampType
	case durationKind:
		return cel.DurationType
	case listKind:
		return cel.ListType(t.elem.cel())
	case objectKind:
		return cel.ObjectType(t.schema.Name)
	}
	return cel.DynType
}

// value makes the CEL value of a Go value of type t. A nil is the unknown fact
// called name.
func (t Type) value(v any, name *types.AttributeTrail) ref.Val {
	switch v := v.(type) {
	case nil:
		return types.NewUnknown(0, name)
	case bool:
		return types.Bool(v)
	case int:
		return types.Int(v)
	case int64:
		return types.Int(v)
	case string:
		return types.String(v)
	case decimal.Decimal:
		return Exact{v}
	case time.Time:
		return types.Timestamp{Time: v.UTC()}
	case time.Duration:
		return types.Duration{Duration: v}
	}
	switch t.kind {
	case listKind:
		return t.list(v.([]any), name)
	case objectKind:
		return record{t.schema, v}
	}
	return types.NewErr("a %T is not a %s", v, t)
}

func (t Type) list(items []any, name *types.AttributeTrail) ref.Val {
	vals := make([]ref.Val, len(items))
	for i, it := range items {
		vals[i] = t.elem.value(it, types.QualifyAttribute(name, int64(i)))
	}
	return types.NewRefValList(types.DefaultTypeAdapter, vals)
}

// native is the Go value of a CEL value.
func native(v ref.Val) any {
	switch v := v.(type) {
	case Exact:
		return v.Decimal
	case record:
		return v.object
	case types.Timestamp:
		return v.Time
	case types.Duration:
		return v.Duration
	case traits.Lister:
		out := []any{}
		for _, e := range elements(v) {
			out = append(out, native(e))
		}
		return out
	}
	return v.Value()
}
