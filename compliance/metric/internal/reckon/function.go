package reckon

import (
	"math/big"
	"strings"

	"github.com/trueup-dev/trueup/internal/expr"
)

// function applies a built-in function, or one that the evaluator was given.
func (r *run) function(n *expr.Node, args []Value) Value {
	switch n.Name {
	case "max", "min":
		return r.extreme(n, args)
	case "sum":
		return Total(args[0])
	case "size":
		return size(args[0])
	case "ceil", "floor":
		return Rounded(n.Name, args[0])
	case "per", "ceilDiv", "floorDiv":
		return r.divide(n, args[0], args[1])
	case "decimal":
		return r.decimal(n, args[0])
	case "string":
		return asText(args[0])
	case "startsWith", "endsWith", "contains":
		return textTest(n.Name, args[0], args[1])
	}
	f, ok := r.functions[n.Name]
	if !ok {
		return r.failf(n, "%s is not a function of metrics", n.Name)
	}
	v, err := f(r.ctx, args)
	if err != nil {
		return r.fail(n, err)
	}
	return v.settle()
}

func (r *run) extreme(n *expr.Node, args []Value) Value {
	if len(args) == 1 {
		if !args[0].Known() {
			return Value{Kind: NumberKind, Missing: args[0].Missing, Term: leaf(Number{})}
		}
		if args = args[0].List; len(args) == 0 {
			return r.failf(n, "%s of an empty list", n.Name)
		}
	}
	v := args[0]
	number, missing := v.Number, Union(v.Missing, v.Perhaps)
	terms := make([]*Term, len(args))
	for i, a := range args {
		terms[i] = a.Term
		missing = Union(missing, Union(a.Missing, a.Perhaps))
		next := number.max(a.Number)
		if n.Name == "min" {
			next = number.min(a.Number)
		}
		if len(a.Perhaps) > 0 {
			next = next.Hull(number)
		}
		number = next
	}
	out := Value{Kind: NumberKind, Number: number, Missing: missing}
	if n.Name == "max" {
		terms = withoutZero(terms)
	}
	out.Term = &Term{Op: n.Name, Args: terms, Value: number}
	if len(terms) == 1 {
		out.Term = terms[0]
	}
	if len(terms) > maxTerms {
		out.Term = leaf(number)
	}
	return out.settle()
}

// withoutZero leaves a minimum of nothing out of max(0, 16), which says no more
// than 16.
func withoutZero(terms []*Term) []*Term {
	var rest []*Term
	for _, t := range terms {
		if !t.IsLeaf() || t.Label != "" || !isZero(t.Value) {
			rest = append(rest, t)
		}
	}
	if len(rest) == 1 && rest[0].Value.Low != nil && rest[0].Value.Low.Sign() >= 0 {
		return rest
	}
	return terms
}

// maxTerms is how many terms of a list are kept; beyond it the list's total
// stands for them.
const maxTerms = 64

// Total adds the numbers of a list. Those that are perhaps not in it count from
// zero.
func Total(list Value) Value {
	if !list.Known() {
		return Value{Kind: NumberKind, Missing: list.Missing, Term: leaf(Number{})}
	}
	out := Value{Kind: NumberKind, Number: Whole(0)}
	var terms []*Term
	for _, e := range list.List {
		n := e.Number
		if len(e.Perhaps) > 0 {
			n = n.Hull(Whole(0))
		}
		out.Number = out.Number.add(n)
		out.Missing = Union(out.Missing, Union(e.Missing, e.Perhaps))
		if len(list.List) <= maxTerms {
			terms = append(terms, e.Term)
		}
	}
	switch len(terms) {
	case 0:
		out.Term = leaf(out.Number)
	default:
		out.Term = Sum(out.Number, terms)
	}
	return out.settle()
}

func size(v Value) Value {
	if !v.Known() {
		bounds := Number{Low: new(big.Rat)}
		return Value{Kind: NumberKind, Number: bounds, Missing: v.Missing, Term: leaf(bounds)}
	}
	if v.Kind == TextKind {
		return Int(int64(len([]rune(v.Text))))
	}
	var sure, all int64
	var missing []string
	for _, e := range v.List {
		all++
		if len(e.Perhaps) == 0 {
			sure++
		}
		missing = Union(missing, e.Perhaps)
	}
	bounds := Number{Whole(sure).Low, Whole(all).High}
	return Value{Kind: NumberKind, Number: bounds, Missing: missing, Term: leaf(bounds)}.settle()
}

// Rounded rounds a number up ("ceil") or down ("floor").
func Rounded(name string, v Value) Value {
	round := Ceil
	if name == "floor" {
		round = Floor
	}
	out := Value{Kind: NumberKind, Number: v.Number.monotone(round), Missing: v.Missing, Term: v.Term}
	if r, ok := v.Number.Exact(); !ok || !r.IsInt() {
		out.Term = &Term{Op: name, Args: []*Term{v.Term}, Value: out.Number}
	}
	return out.settle()
}

// divide is exact division, or division rounded up or down.
func (r *run) divide(n *expr.Node, a, b Value) Value {
	if _, ok := a.Number.quo(b.Number); !ok {
		if b.Known() {
			d, _ := b.Number.Exact()
			return r.failf(n, "division by %s: the divisor must be above 0", Format(d))
		}
		return Value{Kind: NumberKind, Missing: Union(a.Missing, b.Missing), Term: leaf(Number{})}
	}
	out := Quotient(a, b)
	switch n.Name {
	case "ceilDiv":
		return Rounded("ceil", out)
	case "floorDiv":
		return Rounded("floor", out)
	}
	return out
}

// Quotient divides by a known number above zero.
func Quotient(a, b Value) Value {
	q, _ := a.Number.quo(b.Number)
	out := Value{Kind: NumberKind, Number: q, Missing: Union(a.Missing, b.Missing)}
	out.Term = operation("/", q, a.Term, b.Term)
	return out.settle()
}

func (r *run) decimal(n *expr.Node, v Value) Value {
	if v.Kind == NumberKind || !v.Known() {
		v.Kind = NumberKind
		if v.Term == nil {
			v.Term = leaf(v.Number)
		}
		return v
	}
	d, err := parse(v.Text)
	if err != nil {
		return r.fail(n, err)
	}
	return NumberValue(d, leaf(Exactly(d)))
}

func asText(v Value) Value {
	if !v.Known() {
		return Value{Kind: TextKind, Missing: v.Missing}
	}
	switch v.Kind {
	case NumberKind:
		n, _ := v.Number.Exact()
		return Text(Format(n))
	case TruthKind:
		if v.Truth == True {
			return Text("true")
		}
		return Text("false")
	}
	return v
}

func textTest(name string, a, b Value) Value {
	if missing := Union(a.Missing, b.Missing); len(missing) > 0 {
		return Value{Kind: TruthKind, Missing: missing}
	}
	switch name {
	case "startsWith":
		return Bool(strings.HasPrefix(a.Text, b.Text))
	case "endsWith":
		return Bool(strings.HasSuffix(a.Text, b.Text))
	}
	return Bool(strings.Contains(a.Text, b.Text))
}

// Given is a number that counts only where a condition holds.
func Given(condition, v Value) Value {
	switch condition.Truth {
	case True:
		return v
	case False:
		return Int(0)
	}
	n := v.Number.Hull(Whole(0))
	return Value{Kind: NumberKind, Number: n, Missing: Union(v.Missing, condition.Missing), Term: leaf(n)}.settle()
}

// Times multiplies by a number of things.
func Times(n int64, label string, v Value) Value {
	out := Value{Kind: NumberKind, Number: v.Number.mul(Whole(n)), Missing: v.Missing}
	out.Term = operation("x", out.Number, Labelled(Whole(n), label), v.Term)
	return out.settle()
}
