package expr

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/stdlib"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/shopspring/decimal"
)

// operator is one of CEL's operators, widened to decimals.
type operator struct {
	name string
	// decimals computes it where both sides are numbers and one is a decimal.
	decimals func(a, b decimal.Decimal) ref.Val
	// others is what CEL does with every other pair of operands.
	others func(a, b ref.Val) ref.Val
}

func operatorTable() []operator {
	return []operator{
		{operators.Add, exactly(decimal.Decimal.Add), func(a, b ref.Val) ref.Val { return a.(traits.Adder).Add(b) }},
		{operators.Subtract, exactly(decimal.Decimal.Sub), func(a, b ref.Val) ref.Val { return a.(traits.Subtractor).Subtract(b) }},
		{operators.Multiply, exactly(decimal.Decimal.Mul), func(a, b ref.Val) ref.Val { return a.(traits.Multiplier).Multiply(b) }},
		ordering(operators.Less, func(c int) bool { return c < 0 }),
		ordering(operators.LessEquals, func(c int) bool { return c <= 0 }),
		ordering(operators.Greater, func(c int) bool { return c > 0 }),
		ordering(operators.GreaterEquals, func(c int) bool { return c >= 0 }),
	}
}

func exactly(f func(a, b decimal.Decimal) decimal.Decimal) func(a, b decimal.Decimal) ref.Val {
	return func(a, b decimal.Decimal) ref.Val { return bounded(f(a, b)) }
}

func ordering(name string, holds func(cmp int) bool) operator {
	return operator{
		name:     name,
		decimals: func(a, b decimal.Decimal) ref.Val { return types.Bool(holds(a.Cmp(b))) },
		others: func(a, b ref.Val) ref.Val {
			cmp := a.(traits.Comparer).Compare(b)
			if c, ok := cmp.(types.Int); ok {
				return types.Bool(holds(int(c)))
			}
			return cmp
		},
	}
}

// operatorLibrary declares the operators anew. CEL binds each of its operators
// as a whole, so a type joins them only by replacing the binding; the overloads
// of the standard library are carried over as they are.
func operatorLibrary() []cel.EnvOption {
	var opts []cel.EnvOption
	for _, op := range operatorTable() {
		var overloads []cel.FunctionOpt
		result := decimalType
		for _, f := range stdlib.Functions() {
			if f.Name() != op.name {
				continue
			}
			for _, o := range f.OverloadDecls() {
				overloads = append(overloads, cel.Overload(o.ID(), o.ArgTypes(), o.ResultType()))
				if o.ResultType() == types.BoolType {
					result = cel.BoolType
				}
			}
		}
		for _, m := range []struct {
			id   string
			a, b *cel.Type
		}{{"_decimal_decimal", decimalType, decimalType}, {"_decimal_int", decimalType, cel.IntType}, {"_int_decimal", cel.IntType, decimalType}} {
			overloads = append(overloads, cel.Overload(op.name+m.id, []*cel.Type{m.a, m.b}, result))
		}
		opts = append(opts, cel.Function(op.name, append(overloads, decls.SingletonBinaryBinding(op.apply))...))
	}
	return append(opts, cel.Function(operators.Negate,
		cel.Overload("negate_int64", []*cel.Type{cel.IntType}, cel.IntType),
		cel.Overload("negate_decimal", []*cel.Type{decimalType}, decimalType),
		decls.SingletonUnaryBinding(negate)))
}

func (op operator) apply(x, y ref.Val) ref.Val {
	_, left := x.(Exact)
	_, right := y.(Exact)
	if left || right {
		a, okA := exact(x)
		b, okB := exact(y)
		if !okA || !okB {
			return types.MaybeNoSuchOverloadErr(y)
		}
		return op.decimals(a, b)
	}
	return op.others(x, y)
}

func negate(v ref.Val) ref.Val {
	if d, ok := v.(Exact); ok {
		return Exact{d.Neg()}
	}
	return v.(traits.Negater).Negate()
}

// standardLibrary is CEL's own without the operators that operatorLibrary declares.
func standardLibrary() cel.EnvOption {
	subset := &env.LibrarySubset{ExcludeFunctions: []*env.Function{{Name: operators.Negate}}}
	for _, op := range operatorTable() {
		subset.ExcludeFunctions = append(subset.ExcludeFunctions, &env.Function{Name: op.name})
	}
	return cel.StdLib(cel.StdLibSubset(subset))
}
