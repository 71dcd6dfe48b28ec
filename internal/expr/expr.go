// Package expr is trueup's use of CEL: typed facts, exact decimals, unknowns and
// positions.
//
// Metrics, rules, rubrics, routes and access decisions are expressions that a
// person writes into a document. This package compiles such an expression once,
// against a declared vocabulary, into an immutable [Program] that any goroutine
// may evaluate. It differs from CEL as it comes in what a count of licenses needs:
//
//   - Numbers are int and decimal. A double, in a literal or through a function,
//     is a compile error, as is dyn. Dividing two ints with / is one too, since
//     it truncates in silence: ceilDiv and floorDiv say which way.
//   - Objects have a [Schema], an allow-list of typed fields. What is not listed
//     does not exist, and a misspelt field is a compile error with a caret in the
//     document where it stands.
//   - A fact that nobody knows is unknown, and what is computed from it is unknown
//     too, with the names of the missing facts; && and || still decide where one
//     side suffices. has(x.field) asks whether the fact is known.
//   - Cost is bounded and cancellation is honoured in every evaluation.
//
// No type of CEL leaves this package but through [Env.Compile]'s results, which
// the public packages keep to themselves.
package expr

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Variable is a name that an expression may use.
type Variable struct {
	Name string
	Type Type
	Doc  string
}

// Options declare the vocabulary of an environment.
type Options struct {
	Variables []Variable
	Functions []Function
	// CostLimit bounds one evaluation in CEL's cost units; 0 means 1,000,000.
	CostLimit uint64
}

// Env is a vocabulary. It is immutable and safe for concurrent use.
type Env struct {
	env     *cel.Env
	schemas map[string]*Schema
	limit   uint64
}

// Limits of one expression. A rule past them is a program, not a rule.
const (
	defaultCostLimit = 1_000_000
	maxNodes         = 4000
	maxDepth         = 100
	maxBytes         = 64 << 10
	interruptEvery   = 100
)

// NewEnv makes an environment from its vocabulary.
func NewEnv(o Options) (*Env, error) {
	reg, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	p := &provider{Registry: reg, schemas: map[string]*Schema{}}
	opts := []cel.EnvOption{
		standardLibrary(), cel.CustomTypeProvider(p), cel.CustomTypeAdapter(p),
		cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(maxBytes),
		cel.ExpressionNodeLimit(maxNodes),
		cel.ParserRecursionLimit(maxDepth),
		cel.DefaultUTCTimeZone(true),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals()),
	}
	for _, v := range o.Variables {
		p.add(v.Type)
		opts = append(opts, cel.VariableWithDoc(v.Name, v.Type.cel(), v.Doc))
	}
	opts = append(opts, decimalLibrary()...)
	for _, f := range o.Functions {
		opts = append(opts, f.option())
	}
	env, err := cel.NewCustomEnv(opts...)
	if err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	limit := o.CostLimit
	if limit == 0 {
		limit = defaultCostLimit
	}
	return &Env{env: env, schemas: p.schemas, limit: limit}, nil
}

// Program is a compiled expression, immutable and safe for concurrent use.
type Program struct {
	text  document.Text
	ast   *cel.Ast
	prg   cel.Program
	trace cel.Program
}

// Compile checks an expression and its type, and makes it ready to run. The error
// holds every mistake as a document.Problem at its place in the document.
func (e *Env) Compile(text document.Text, want Type) (*Program, error) {
	ast, err := e.check(text, want)
	if err != nil {
		return nil, err
	}
	return e.program(text, ast)
}

// CompileAny checks an expression that may give a value of any type.
func (e *Env) CompileAny(text document.Text) (*Program, error) {
	ast, err := e.check(text)
	if err != nil {
		return nil, err
	}
	return e.program(text, ast)
}

func (e *Env) program(text document.Text, ast *cel.Ast) (*Program, error) {
	prg, err := e.env.Program(ast, cel.CostLimit(e.limit), cel.InterruptCheckFrequency(interruptEvery), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, document.Problems{text.Problem(1, 1, "%v", err)}
	}
	trace, err := e.env.Program(ast, cel.CostLimit(e.limit), cel.InterruptCheckFrequency(interruptEvery), cel.EvalOptions(cel.OptTrackState))
	if err != nil {
		return nil, document.Problems{text.Problem(1, 1, "%v", err)}
	}
	return &Program{text: text, ast: ast, prg: prg, trace: trace}, nil
}

// check parses an expression and checks that its type is one of those wanted, or
// that it has a type where none is.
func (e *Env) check(text document.Text, want ...Type) (*cel.Ast, error) {
	ast, issues := e.env.Compile(text.Value)
	if ps := problems(text, issues); len(ps) > 0 {
		return nil, ps
	}
	if ps := refuse(text, ast); len(ps) > 0 {
		return nil, ps
	}
	if len(want) == 0 {
		return ast, nil
	}
	got := ast.OutputType()
	names := make([]string, len(want))
	for i, t := range want {
		if got.IsExactType(t.cel()) {
			return ast, nil
		}
		names[i] = t.String()
	}
	return nil, document.Problems{text.Problem(1, 1, "expression gives %s, but %s is needed here", got, strings.Join(names, " or "))}
}

// Text is what the program was compiled from.
func (p *Program) Text() document.Text { return p.text }

// Vars binds variables to Go values. A name that is not bound is unknown.
type Vars map[string]any

// Result is what an expression came to.
type Result struct {
	// Value is a bool, int64, string, decimal.Decimal, time.Time, []any or an
	// object's Go value; nil when the result is unknown.
	Value any
	// Missing names the facts that the result needs and that nobody knows, such
	// as device.cores, sorted. It is empty when the result is known.
	Missing []string
}

// Known says whether the expression came to a value.
func (r Result) Known() bool { return len(r.Missing) == 0 }

// ErrCost is wrapped by the error of an evaluation that went past its cost limit.
var ErrCost = errors.New("expression costs more than its limit")

// Eval evaluates the program. The error wraps the context's error when it was
// cancelled, [ErrCost] when the limit was passed, and else says where in the
// document what went wrong.
func (p *Program) Eval(ctx context.Context, vars Vars) (Result, error) {
	out, _, err := p.prg.ContextEval(ctx, activation{vars})
	return p.result(ctx, out, err)
}

func (p *Program) result(ctx context.Context, out ref.Val, err error) (Result, error) {
	if err != nil {
		return Result{}, p.failure(ctx, err)
	}
	if u, ok := out.(*types.Unknown); ok {
		return Result{Missing: missing(u)}, nil
	}
	return Result{Value: native(out)}, nil
}
