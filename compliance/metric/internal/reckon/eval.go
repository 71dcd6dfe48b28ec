package reckon

import (
	"context"
	"errors"
	"fmt"

	"github.com/trueup-dev/trueup/internal/expr"
)

// Scope resolves the names of an expression.
type Scope interface {
	// Lookup gives a variable; ok is false for a name that the scope lacks.
	Lookup(name string) (v Value, ok bool)
}

// Names is a scope of fixed values.
type Names map[string]Value

// Lookup gives a variable.
func (n Names) Lookup(name string) (Value, bool) {
	v, ok := n[name]
	return v, ok
}

// Function is a function beyond the built-in ones. Its arguments may be open;
// what it returns must then hold for everything they can stand for.
type Function func(ctx context.Context, args []Value) (Value, error)

// Evaluator evaluates trees. It is immutable and safe for concurrent use.
type Evaluator struct {
	// Functions are known by name in addition to the built-in ones.
	Functions map[string]Function
	// Steps bounds the work of one evaluation; 0 means DefaultSteps.
	Steps int
}

// DefaultSteps is enough to walk a list of some million elements.
const DefaultSteps = 100_000_000

// interruptEvery is how many steps pass between looks at the context.
const interruptEvery = 1024

// maxBits bounds a number, so that products cannot grow without limit.
const maxBits = 1024

// ErrSteps is wrapped by the error of an evaluation that took too many steps.
var ErrSteps = errors.New("expression takes more steps than allowed")

// Eval evaluates a tree. An error names the place in the document.
func (e *Evaluator) Eval(ctx context.Context, n *expr.Node, scope Scope) (Value, error) {
	run := run{ctx: ctx, functions: e.Functions, left: e.Steps}
	if run.left == 0 {
		run.left = DefaultSteps
	}
	v := run.eval(n, scope)
	if run.err != nil {
		return Value{}, run.err
	}
	return v, nil
}

// run is one evaluation. After an error it goes on with empty values, and the
// first error is what is reported.
type run struct {
	ctx       context.Context
	functions map[string]Function
	left      int
	err       error
}

func (r *run) fail(n *expr.Node, err error) Value {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", n.At(), err)
	}
	return Value{}
}

func (r *run) failf(n *expr.Node, format string, args ...any) Value {
	return r.fail(n, fmt.Errorf(format, args...))
}

// step counts one step and says whether the evaluation may go on.
func (r *run) step(n *expr.Node) bool {
	if r.err != nil {
		return false
	}
	r.left--
	if r.left < 0 {
		r.fail(n, ErrSteps)
		return false
	}
	if r.left%interruptEvery == 0 {
		if err := r.ctx.Err(); err != nil {
			r.fail(n, err)
			return false
		}
	}
	return true
}

func (r *run) eval(n *expr.Node, s Scope) Value {
	if !r.step(n) {
		return Value{}
	}
	switch n.Op {
	case expr.Constant:
		return r.constant(n)
	case expr.Name:
		v, ok := s.Lookup(n.Name)
		if !ok {
			return Unknown(n.Type, n.Name, Number{})
		}
		return v
	case expr.Select:
		return r.field(n, s, false)
	case expr.Has:
		return r.field(n, s, true)
	case expr.Array:
		return ListOf(r.evalAll(n.Args, s))
	case expr.Loop:
		return r.loop(n, s)
	case expr.Call:
		return r.call(n, s)
	}
	return r.failf(n, "%s cannot be evaluated", n)
}

func (r *run) evalAll(ns []*expr.Node, s Scope) []Value {
	out := make([]Value, len(ns))
	for i, n := range ns {
		out[i] = r.eval(n, s)
	}
	return out
}

func (r *run) constant(n *expr.Node) Value {
	switch c := n.Value.(type) {
	case bool:
		return Bool(c)
	case int64:
		return Int(c)
	case string:
		return Text(c)
	}
	return r.failf(n, "a %T cannot stand in a metric", n.Value)
}

func (r *run) field(n *expr.Node, s Scope, asked bool) Value {
	o := r.eval(n.Args[0], s)
	schema := n.Args[0].Type.Schema()
	if r.err != nil || schema == nil {
		return Value{}
	}
	for _, f := range schema.Fields {
		if f.Name != n.Name {
			continue
		}
		name := schema.Name + "." + f.Name
		bounds := Number{}
		if f.Low.Valid {
			bounds.Low = f.Low.Decimal.Rat()
		}
		if f.High.Valid {
			bounds.High = f.High.Decimal.Rat()
		}
		if !o.Known() {
			if asked {
				return Value{Kind: TruthKind, Missing: o.Missing}
			}
			v := Unknown(f.Type, name, bounds)
			v.Missing = o.Missing
			return v.settle()
		}
		v := f.Get(o.Object)
		if asked {
			return Bool(v != nil)
		}
		out := FromGo(f.Type, v, name, bounds)
		if _, made := v.(Value); !made && out.Kind == NumberKind && out.Known() {
			out.Term = Labelled(out.Number, label(f, name))
		}
		return out
	}
	return r.failf(n, "%s has no field %s", schema.Name, n.Name)
}

// label is what a number of a field counts; a multiplicity counts nothing.
func label(f expr.Field, name string) string {
	switch {
	case f.Name == "count":
		return ""
	case f.Label != "":
		return f.Label
	}
	return name
}
