package reckon

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/internal/expr"
)

// Kind is the kind of a [Value].
type Kind uint8

// The kinds of values.
const (
	InvalidKind Kind = iota
	NumberKind
	TruthKind
	TextKind
	ListKind
	ObjectKind
)

// Truth is true, false or open.
type Truth uint8

// The three truths.
const (
	Open Truth = iota
	False
	True
)

// Value is what an expression comes to. It is open where Missing names facts: a
// number then has an interval, everything else has no content.
type Value struct {
	Kind    Kind
	Number  Number
	Truth   Truth
	Text    string
	List    []Value
	Object  any
	Missing []string
	// Perhaps names the facts on which it depends whether this element is in
	// its list at all.
	Perhaps []string
	Term    *Term
}

// Known says whether the value is determined.
func (v Value) Known() bool { return len(v.Missing) == 0 }

// NumberValue is a known number that came from the term given.
func NumberValue(r *big.Rat, t *Term) Value {
	return Value{Kind: NumberKind, Number: Exactly(r), Term: t}
}

// Int is a known whole number.
func Int(n int64) Value { return NumberValue(new(big.Rat).SetInt64(n), leaf(Whole(n))) }

// Text is a known text.
func Text(s string) Value { return Value{Kind: TextKind, Text: s} }

// Bool is a known truth.
func Bool(b bool) Value { return Value{Kind: TruthKind, Truth: truth(b)} }

// ListOf is a known list.
func ListOf(vs []Value) Value { return Value{Kind: ListKind, List: vs} }

// Unknown is an open value of a type: the fact called name is missing, and if it
// is a number it lies within the bounds.
func Unknown(t expr.Type, name string, bounds Number) Value {
	v := Value{Kind: kindOf(t), Missing: []string{name}}
	if v.Kind == NumberKind {
		v.Number = bounds
		v.Term = &Term{Label: name, Value: bounds}
	}
	return v.settle()
}

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}

func kindOf(t expr.Type) Kind {
	switch {
	case t.Is(expr.Int), t.Is(expr.Decimal):
		return NumberKind
	case t.Is(expr.Bool):
		return TruthKind
	case t.Is(expr.String):
		return TextKind
	case t.Schema() != nil:
		return ObjectKind
	case t.Elem() != (expr.Type{}) || isList(t):
		return ListKind
	}
	return InvalidKind
}

func isList(t expr.Type) bool { return len(t.String()) > 5 && t.String()[:5] == "list(" }

// settle forgets what is missing where it makes no difference.
func (v Value) settle() Value {
	if len(v.Missing) == 0 {
		return v
	}
	if v.Kind == NumberKind {
		if _, ok := v.Number.Exact(); ok {
			v.Missing = nil
		}
	}
	if v.Kind == TruthKind && v.Truth != Open {
		v.Missing = nil
	}
	return v
}

// FromGo makes the value of a field or a variable of type t, as
// [expr.Field.Get] gives it; nil is the missing fact called name.
func FromGo(t expr.Type, v any, name string, bounds Number) Value {
	switch v := v.(type) {
	case nil:
		return Unknown(t, name, bounds)
	case Value:
		return v
	case bool:
		return Bool(v)
	case int:
		return Int(int64(v))
	case int64:
		return Int(v)
	case string:
		return Text(v)
	case decimal.Decimal:
		r := v.Rat()
		return NumberValue(r, leaf(Exactly(r)))
	case []any:
		out := make([]Value, len(v))
		for i, e := range v {
			out[i] = FromGo(t.Elem(), e, fmt.Sprintf("%s[%d]", name, i), Number{})
		}
		return ListOf(out)
	}
	return Value{Kind: ObjectKind, Object: v}
}

// Union merges two sorted sets of names.
func Union(a, b []string) []string {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0 || slices.Equal(a, b):
		return a
	}
	out := make([]string, 0, len(a)+len(b))
	out = append(append(out, a...), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
