package expr

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/shopspring/decimal"
)

// roundingLibrary is what a metric rounds, floors and caps with.
func roundingLibrary() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function("ceil", cel.Overload("ceil_decimal", []*cel.Type{decimalType}, cel.IntType, cel.UnaryBinding(whole(decimal.Decimal.Ceil)))),
		cel.Function("floor", cel.Overload("floor_decimal", []*cel.Type{decimalType}, cel.IntType, cel.UnaryBinding(whole(decimal.Decimal.Floor)))),
		cel.Function("ceilDiv", cel.Overload("ceil_div_int", []*cel.Type{cel.IntType, cel.IntType}, cel.IntType, cel.BinaryBinding(divide(1)))),
		cel.Function("floorDiv", cel.Overload("floor_div_int", []*cel.Type{cel.IntType, cel.IntType}, cel.IntType, cel.BinaryBinding(divide(-1)))),
		extreme("max", func(cmp int) bool { return cmp > 0 }),
		extreme("min", func(cmp int) bool { return cmp < 0 }),
		cel.Function("sum",
			cel.Overload("sum_list_int", []*cel.Type{cel.ListType(cel.IntType)}, cel.IntType, cel.UnaryBinding(sumInts)),
			cel.Overload("sum_list_decimal", []*cel.Type{cel.ListType(decimalType)}, decimalType, cel.UnaryBinding(sumDecimals))),
	}
}

func whole(round func(decimal.Decimal) decimal.Decimal) func(ref.Val) ref.Val {
	return func(v ref.Val) ref.Val {
		r := round(v.(Exact).Decimal)
		if !r.BigInt().IsInt64() {
			return types.NewErr("%s does not fit a whole number", r)
		}
		return types.Int(r.IntPart())
	}
}

// divide divides and rounds up (dir 1) or down (dir -1).
func divide(dir int64) func(a, b ref.Val) ref.Val {
	return func(x, y ref.Val) ref.Val {
		a, b := int64(x.(types.Int)), int64(y.(types.Int))
		if b <= 0 {
			return types.NewErr("division by %d: the divisor must be above 0", b)
		}
		q, r := a/b, a%b
		if r != 0 && (r > 0) == (dir > 0) {
			q += dir
		}
		return types.Int(q)
	}
}

// extreme is max or min over two to four numbers, or over a list.
func extreme(name string, better func(cmp int) bool) cel.EnvOption {
	var overloads []cel.FunctionOpt
	add := func(suffix string, args []*cel.Type, result *cel.Type) {
		overloads = append(overloads, cel.Overload(name+suffix, args, result, cel.FunctionBinding(func(vals ...ref.Val) ref.Val {
			return pick(vals, result == decimalType, better)
		})))
	}
	for n := 2; n <= 4; n++ {
		for mask := range 1 << n {
			args, suffix, result := make([]*cel.Type, n), "", cel.IntType
			for i := range n {
				if args[i] = cel.IntType; mask&(1<<i) != 0 {
					args[i], result = decimalType, decimalType
				}
				suffix += "_" + args[i].TypeName()
			}
			add(suffix, args, result)
		}
	}
	for _, t := range []*cel.Type{cel.IntType, decimalType} {
		overloads = append(overloads, cel.Overload(name+"_list_"+t.TypeName(), []*cel.Type{cel.ListType(t)}, t, cel.UnaryBinding(func(v ref.Val) ref.Val {
			vals := elements(v)
			if len(vals) == 0 {
				return types.NewErr("%s of an empty list", name)
			}
			return pick(vals, t == decimalType, better)
		})))
	}
	return cel.Function(name, overloads...)
}

func pick(vals []ref.Val, asDecimal bool, better func(cmp int) bool) ref.Val {
	best := vals[0]
	if types.IsUnknownOrError(best) {
		return best
	}
	for _, v := range vals[1:] {
		if types.IsUnknownOrError(v) {
			return v
		}
		a, _ := exact(v)
		b, _ := exact(best)
		if better(a.Cmp(b)) {
			best = v
		}
	}
	if asDecimal {
		d, _ := exact(best)
		return Exact{d}
	}
	return best
}

func elements(v ref.Val) []ref.Val {
	var out []ref.Val
	for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		out = append(out, it.Next())
	}
	return out
}

func sumInts(v ref.Val) ref.Val {
	sum := ref.Val(types.Int(0))
	for _, e := range elements(v) {
		if types.IsUnknownOrError(e) {
			return e
		}
		if sum = sum.(types.Int).Add(e); types.IsError(sum) {
			return sum
		}
	}
	return sum
}

func sumDecimals(v ref.Val) ref.Val {
	sum := decimal.Zero
	for _, e := range elements(v) {
		if types.IsUnknownOrError(e) {
			return e
		}
		sum = sum.Add(e.(Exact).Decimal)
	}
	return bounded(sum)
}
