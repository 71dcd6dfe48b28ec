package expr

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Op is what a [Node] does.
type Op uint8

// The operations of a checked expression.
const (
	InvalidOp Op = iota
	// Constant is a literal; Value holds its int64, string or bool.
	Constant
	// Name reads the variable or loop variable called Name.
	Name
	// Select reads the field Name of the object Args[0].
	Select
	// Has asks whether the field Name of the object Args[0] is known.
	Has
	// Call applies the function or operator Name to Args. Operators go by their
	// sign: + - * / == != < <= > >= && || ! ?: in [] and neg for the sign of a
	// number.
	Call
	// Array is the list of Args.
	Array
	// Loop is a macro over the list Args[0] with the variable LoopVar: exists,
	// exists_one, all and filter have a condition in Args[1], map a value in
	// Args[1], or a condition in Args[1] and a value in Args[2].
	Loop
)

// Node is a checked expression as a tree, for evaluators other than CEL's own:
// one that reckons with intervals where a fact is unknown, say. The tree is in
// source form, with macros as the author wrote them, and must not be changed.
type Node struct {
	Op      Op
	Name    string
	LoopVar string
	Args    []*Node
	Value   any
	Type    Type
	text    document.Text
	line    int
	column  int
}

// Problem is a problem at the node's place in the document.
func (n *Node) Problem(format string, args ...any) *document.Problem {
	return n.text.Problem(n.line, n.column, format, args...)
}

// At is the node's place in the document.
func (n *Node) At() document.Position { return n.text.Position(n.line, n.column) }

// Check checks an expression as [Env.Compile] does, against one or more types
// that it may have, and gives its tree instead of a program.
func (e *Env) Check(text document.Text, want ...Type) (*Node, error) {
	checked, err := e.check(text, want...)
	if err != nil {
		return nil, err
	}
	t := treeMaker{env: e, text: text, ast: checked.NativeRep()}
	n := t.node(t.ast.Expr())
	if len(t.problems) > 0 {
		return nil, t.problems
	}
	return n, nil
}

type treeMaker struct {
	env      *Env
	text     document.Text
	ast      *ast.AST
	problems document.Problems
}

func (t *treeMaker) node(e ast.Expr) *Node {
	loc := t.ast.SourceInfo().GetStartLocation(e.ID())
	n := &Node{
		Type: t.env.typeOf(t.ast.GetType(e.ID())),
		text: t.text, line: max(loc.Line(), 1), column: loc.Column() + 1,
	}
	if macro, ok := t.ast.SourceInfo().GetMacroCall(e.ID()); ok && e.Kind() == ast.ComprehensionKind {
		t.loop(n, macro.AsCall(), e.AsComprehension())
		return n
	}
	switch e.Kind() {
	case ast.LiteralKind:
		n.Op, n.Value = Constant, native(e.AsLiteral())
	case ast.IdentKind:
		n.Op, n.Name = Name, e.AsIdent()
	case ast.SelectKind:
		s := e.AsSelect()
		n.Op, n.Name, n.Args = Select, s.FieldName(), []*Node{t.node(s.Operand())}
		if s.IsTestOnly() {
			n.Op = Has
		}
	case ast.ListKind:
		n.Op, n.Args = Array, t.nodes(e.AsList().Elements())
	case ast.CallKind:
		t.call(n, e.AsCall())
	default:
		t.problems = append(t.problems, n.Problem("maps and objects cannot be made in an expression"))
	}
	return n
}

func (t *treeMaker) nodes(es []ast.Expr) []*Node {
	out := make([]*Node, len(es))
	for i, e := range es {
		out[i] = t.node(e)
	}
	return out
}

func (t *treeMaker) call(n *Node, c ast.CallExpr) {
	n.Op, n.Name = Call, operatorSign(c.FunctionName())
	if c.IsMemberFunction() {
		n.Args = append(n.Args, t.node(c.Target()))
	}
	n.Args = append(n.Args, t.nodes(c.Args())...)
}

// loop reads a macro in source form. Macros within its arguments stand there as
// empty expressions, so the range is taken from what the macro was expanded to,
// and an inner macro is found by its own entry.
func (t *treeMaker) loop(n *Node, macro ast.CallExpr, c ast.ComprehensionExpr) {
	n.Op, n.Name, n.LoopVar = Loop, macro.FunctionName(), c.IterVar()
	n.Args = []*Node{t.node(c.IterRange())}
	byID := map[int64]ast.Expr{}
	ast.PostOrderVisit(c.LoopStep(), ast.NewExprVisitor(func(e ast.Expr) { byID[e.ID()] = e }))
	for _, a := range macro.Args()[1:] {
		body, ok := byID[a.ID()]
		if !ok {
			t.problems = append(t.problems, n.Problem("%s is not read here", n.Name))
			return
		}
		n.Args = append(n.Args, t.node(body))
	}
}

// operatorSign is an operator as it is written, and any other name as it is.
func operatorSign(name string) string {
	switch name {
	case operators.Conditional:
		return "?:"
	case operators.Negate:
		return "neg"
	case operators.Index:
		return "[]"
	case operators.In:
		return "in"
	}
	if !strings.ContainsAny(name, "_!") {
		return name
	}
	if sign, ok := operators.FindReverse(name); ok && sign != "" {
		return sign
	}
	return name
}

// typeOf is the type of a checked expression.
func (e *Env) typeOf(t *cel.Type) Type {
	switch t.Kind() {
	case types.BoolKind:
		return Bool
	case types.IntKind:
		return Int
	case types.StringKind:
		return String
	case types.TimestampKind:
		return Timestamp
	case types.DurationKind:
		return Duration
	case types.ListKind:
		return List(e.typeOf(t.Parameters()[0]))
	case types.StructKind:
		if s, ok := e.schemas[t.TypeName()]; ok {
			return Object(s)
		}
	case types.OpaqueKind:
		if t.IsExactType(decimalType) {
			return Decimal
		}
	}
	return Type{}
}

// Is says whether two types are the same.
func (t Type) Is(o Type) bool {
	if t.kind != o.kind {
		return false
	}
	switch t.kind {
	case listKind:
		return t.elem.Is(*o.elem)
	case objectKind:
		return t.schema == o.schema
	}
	return true
}

// Elem is the type of a list's elements, and the invalid type otherwise.
func (t Type) Elem() Type {
	if t.kind != listKind {
		return Type{}
	}
	return *t.elem
}

// Schema is the schema of an object's type, nil otherwise.
func (t Type) Schema() *Schema { return t.schema }

// String renders the tree as nested calls, for tests and debugging.
func (n *Node) String() string {
	args := make([]string, len(n.Args))
	for i, a := range n.Args {
		args[i] = a.String()
	}
	list := strings.Join(args, ", ")
	switch n.Op {
	case Constant:
		return fmt.Sprintf("%#v", n.Value)
	case Name:
		return n.Name
	case Select:
		return list + "." + n.Name
	case Has:
		return "has(" + list + "." + n.Name + ")"
	case Array:
		return "[" + list + "]"
	case Loop:
		return n.Name + "(" + n.LoopVar + ": " + list + ")"
	}
	return n.Name + "(" + list + ")"
}
