package expr

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/trueup-dev/trueup/compliance/document"
)

// problems turns CEL's issues into problems of the document.
func problems(text document.Text, issues *cel.Issues) document.Problems {
	if issues == nil || issues.Err() == nil {
		return nil
	}
	var ps document.Problems
	for _, e := range issues.Errors() {
		line, column := max(e.Location.Line(), 1), e.Location.Column()+1
		ps = append(ps, text.Problem(line, max(column, 1), "%s", plainWords(e.Message)))
	}
	return ps
}

// plainWords takes out of CEL's messages what only an implementer of CEL knows.
func plainWords(msg string) string {
	msg = strings.TrimSuffix(msg, " (in container '')")
	msg = strings.ReplaceAll(msg, "undeclared reference to", "unknown name")
	if strings.Contains(msg, "double") {
		msg += "; floating-point numbers are not exact, write decimal(\"0.5\")"
	}
	return msg
}

// refuse finds what CEL allows and a count must not contain: doubles, dyn, and
// division that truncates.
func refuse(text document.Text, ast *cel.Ast) document.Problems {
	var ps document.Problems
	native := ast.NativeRep()
	info := native.SourceInfo()
	at := func(id int64, format string, args ...any) {
		loc := info.GetStartLocation(id)
		ps = append(ps, text.Problem(max(loc.Line(), 1), loc.Column()+1, format, args...))
	}
	seen := map[int64]bool{}
	celast.PostOrderVisit(native.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if seen[e.ID()] {
			return
		}
		seen[e.ID()] = true
		t := native.GetType(e.ID())
		switch {
		case t.IsExactType(types.DoubleType):
			at(e.ID(), "floating-point numbers are not exact; write decimal(\"0.5\")")
		case e.Kind() == celast.CallKind && e.AsCall().FunctionName() == "dyn":
			at(e.ID(), "dyn switches off type checking and is not allowed")
		case isIntDivision(native, e):
			at(e.ID(), "dividing whole numbers cuts off the rest in silence; use ceilDiv(a, b) or floorDiv(a, b)")
		}
	}))
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i].At, ps[j].At
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return ps
}

func isIntDivision(a *celast.AST, e celast.Expr) bool {
	return e.Kind() == celast.CallKind && e.AsCall().FunctionName() == operators.Divide &&
		a.GetType(e.ID()).IsExactType(types.IntType)
}

// failure puts an evaluation error at its place.
func (p *Program) failure(ctx context.Context, err error) error {
	at := p.text.At()
	var celErr *types.Err
	if errors.As(err, &celErr) && celErr.NodeID() > 0 {
		loc := p.ast.NativeRep().SourceInfo().GetStartLocation(celErr.NodeID())
		at = p.text.Position(max(loc.Line(), 1), loc.Column()+1)
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", at, ctx.Err())
	case strings.Contains(err.Error(), "cost limit exceeded"):
		return fmt.Errorf("%s: %w", at, ErrCost)
	}
	return fmt.Errorf("%s: %w", at, err)
}

// missing names the unknown facts behind an unknown result, each once, sorted.
func missing(u *types.Unknown) []string {
	set := map[string]bool{}
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			set[t.String()] = true
		}
	}
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
