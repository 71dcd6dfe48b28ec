package expr

import (
	"slices"

	celast "cel.dev/cel-go/common/ast"
)

// Reads names what the expression may read, each once, sorted: variable.field
// for a field of an object, and the bare name of a variable that is used as a
// whole or bound within the expression. A caller that sees one field only can
// keep results by that field's value.
func (p *Program) Reads() []string {
	set := map[string]bool{}
	fieldOf := map[int64]bool{}
	root := p.ast.NativeRep().Expr()
	celast.PreOrderVisit(root, celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.SelectKind:
			sel := e.AsSelect()
			if operand := sel.Operand(); operand.Kind() == celast.IdentKind {
				fieldOf[operand.ID()] = true
				set[operand.AsIdent()+"."+sel.FieldName()] = true
			}
		case celast.IdentKind:
			if !fieldOf[e.ID()] {
				set[e.AsIdent()] = true
			}
		}
	}))
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
