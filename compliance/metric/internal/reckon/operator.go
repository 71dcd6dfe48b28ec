package reckon

import (
	"strings"

	"github.com/trueup-dev/trueup/internal/expr"
)

// call applies an operator or a function. The logical ones come first, since
// they need not look at all of their operands.
func (r *run) call(n *expr.Node, s Scope) Value {
	switch n.Name {
	case "?:":
		return r.conditional(n, s)
	case "&&":
		return r.logic(n, s, False)
	case "||":
		return r.logic(n, s, True)
	}
	args := r.evalAll(n.Args, s)
	if r.err != nil {
		return Value{}
	}
	v := r.apply(n, args)
	if r.err == nil && v.Kind == NumberKind && tooLarge(v.Number) {
		return r.failf(n, "number has more than %d bits", maxBits)
	}
	return v
}

func tooLarge(n Number) bool {
	return n.Low != nil && n.Low.Num().BitLen()+n.Low.Denom().BitLen() > maxBits ||
		n.High != nil && n.High.Num().BitLen()+n.High.Denom().BitLen() > maxBits
}

// logic is && decided by false and || decided by true.
func (r *run) logic(n *expr.Node, s Scope, decides Truth) Value {
	a := r.eval(n.Args[0], s)
	if r.err != nil || a.Truth == decides {
		return a
	}
	b := r.eval(n.Args[1], s)
	switch {
	case b.Truth == decides:
		return b
	case a.Truth == Open || b.Truth == Open:
		return Value{Kind: TruthKind, Missing: Union(a.Missing, b.Missing)}
	}
	return Bool(decides == False)
}

// conditional takes a branch, or both where the condition is open.
func (r *run) conditional(n *expr.Node, s Scope) Value {
	c := r.eval(n.Args[0], s)
	switch {
	case r.err != nil:
		return Value{}
	case c.Truth == True:
		return r.eval(n.Args[1], s)
	case c.Truth == False:
		return r.eval(n.Args[2], s)
	}
	a, b := r.eval(n.Args[1], s), r.eval(n.Args[2], s)
	missing := Union(c.Missing, Union(a.Missing, b.Missing))
	switch {
	case a.Kind == NumberKind:
		bounds := a.Number.Hull(b.Number)
		return Value{Kind: NumberKind, Number: bounds, Missing: missing, Term: leaf(bounds)}.settle()
	case a.Kind == TruthKind && a.Truth == b.Truth && a.Truth != Open:
		return a
	case a.Kind == TextKind && a.Known() && b.Known() && a.Text == b.Text:
		return a
	}
	return Value{Kind: a.Kind, Missing: missing}
}

func (r *run) apply(n *expr.Node, args []Value) Value {
	switch n.Name {
	case "+":
		return r.plus(n, args)
	case "-", "*":
		return arithmetic(n.Name, args[0], args[1])
	case "neg":
		v := Value{Kind: NumberKind, Number: args[0].Number.neg(), Missing: args[0].Missing}
		v.Term = &Term{Op: "-", Args: []*Term{leaf(Whole(0)), args[0].Term}, Value: v.Number}
		return v.settle()
	case "!":
		return not(args[0])
	case "==":
		return equal(args[0], args[1])
	case "!=":
		return not(equal(args[0], args[1]))
	case "<", "<=", ">", ">=":
		return r.order(n, args[0], args[1])
	case "in":
		return contained(args[0], args[1])
	case "[]":
		return r.index(n, args[0], args[1])
	}
	return r.function(n, args)
}

func (r *run) plus(n *expr.Node, args []Value) Value {
	a, b := args[0], args[1]
	missing := Union(a.Missing, b.Missing)
	switch {
	case a.Kind == NumberKind:
		return arithmetic("+", a, b)
	case len(missing) > 0:
		return Value{Kind: a.Kind, Missing: missing}
	case a.Kind == TextKind:
		return Text(a.Text + b.Text)
	case a.Kind == ListKind:
		return ListOf(append(append([]Value{}, a.List...), b.List...))
	}
	return r.failf(n, "these cannot be added")
}

func arithmetic(op string, a, b Value) Value {
	v := Value{Kind: NumberKind, Missing: Union(a.Missing, b.Missing)}
	sign := op
	switch op {
	case "+":
		v.Number = a.Number.add(b.Number)
	case "-":
		v.Number = a.Number.sub(b.Number)
	case "*":
		v.Number, sign = a.Number.mul(b.Number), "x"
	}
	v.Term = operation(sign, v.Number, a.Term, b.Term)
	return v.settle()
}

// operation is the term of two terms, without what a person would not write:
// adding nothing, and multiplying or dividing by a bare one.
func operation(sign string, value Number, a, b *Term) *Term {
	switch {
	case (sign == "+" || sign == "-") && b.IsLeaf() && isZero(b.Value):
		return a
	case sign == "+" && a.IsLeaf() && isZero(a.Value):
		return b
	case (sign == "x" || sign == "/") && b.isBareOne():
		return a
	case sign == "x" && a.isBareOne():
		return b
	}
	return &Term{Op: sign, Args: []*Term{a, b}, Value: value}
}

func not(v Value) Value {
	switch v.Truth {
	case True:
		return Bool(false)
	case False:
		return Bool(true)
	}
	return v
}

func equal(a, b Value) Value {
	missing := Union(a.Missing, b.Missing)
	if a.Kind == NumberKind && b.Kind == NumberKind {
		if cmp, sure := a.Number.compare(b.Number); sure {
			return Bool(cmp == 0)
		}
		return Value{Kind: TruthKind, Missing: missing}
	}
	if len(missing) > 0 {
		return Value{Kind: TruthKind, Missing: missing}
	}
	switch a.Kind {
	case TextKind:
		return Bool(a.Text == b.Text)
	case TruthKind:
		return Bool(a.Truth == b.Truth)
	case ListKind:
		return equalLists(a, b)
	}
	return Bool(a.Object == b.Object)
}

func equalLists(a, b Value) Value {
	if len(a.List) != len(b.List) {
		return Bool(false)
	}
	out := Bool(true)
	for i := range a.List {
		switch e := equal(a.List[i], b.List[i]); e.Truth {
		case False:
			return e
		case Open:
			out = Value{Kind: TruthKind, Missing: Union(out.Missing, e.Missing)}
		}
	}
	return out
}

func (r *run) order(n *expr.Node, a, b Value) Value {
	missing := Union(a.Missing, b.Missing)
	var cmp int
	switch {
	case a.Kind == NumberKind:
		return compareNumbers(n.Name, a.Number, b.Number, missing)
	case len(missing) > 0:
		return Value{Kind: TruthKind, Missing: missing}
	case a.Kind == TextKind:
		cmp = strings.Compare(a.Text, b.Text)
	default:
		return r.failf(n, "these have no order")
	}
	return Bool(holds(n.Name, cmp))
}

// compareNumbers decides an order that holds wherever in the intervals the
// numbers lie.
func compareNumbers(op string, a, b Number, missing []string) Value {
	if cmp, sure := a.compare(b); sure {
		return Bool(holds(op, cmp))
	}
	// The intervals may touch: 4 <= [4, 9] is sure although 4 < [4, 9] is not.
	if a.High != nil && b.Low != nil && a.High.Cmp(b.Low) == 0 {
		if op == "<=" || op == ">" {
			return Bool(op == "<=")
		}
	}
	if a.Low != nil && b.High != nil && a.Low.Cmp(b.High) == 0 {
		if op == ">=" || op == "<" {
			return Bool(op == ">=")
		}
	}
	return Value{Kind: TruthKind, Missing: missing}
}

func holds(op string, cmp int) bool {
	switch op {
	case "<":
		return cmp < 0
	case "<=":
		return cmp <= 0
	case ">":
		return cmp > 0
	}
	return cmp >= 0
}

func contained(v, list Value) Value {
	missing := Union(v.Missing, list.Missing)
	for _, e := range list.List {
		c := equal(v, e)
		if c.Truth == True && len(e.Perhaps) == 0 {
			return c
		}
		missing = Union(missing, Union(c.Missing, e.Perhaps))
	}
	if len(missing) > 0 {
		return Value{Kind: TruthKind, Missing: missing}
	}
	return Bool(false)
}

func (r *run) index(n *expr.Node, list, at Value) Value {
	if missing := Union(list.Missing, at.Missing); len(missing) > 0 {
		v := Unknown(n.Type, "", Number{})
		v.Missing = missing
		return v
	}
	i, _ := at.Number.Exact()
	if !i.IsInt() || !i.Num().IsInt64() || i.Sign() < 0 || i.Num().Int64() >= int64(len(list.List)) {
		return r.failf(n, "index %s is outside a list of %d", Format(i), len(list.List))
	}
	return list.List[i.Num().Int64()]
}
