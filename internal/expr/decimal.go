package expr

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/shopspring/decimal"
)

var decimalType = cel.OpaqueType("decimal")

// Exact is a decimal as a CEL value. Whole numbers mix with it, since turning
// an int into a decimal loses nothing.
type Exact struct{ decimal.Decimal }

var _ traits.Comparer = Exact{}

// ConvertToNative gives the decimal, or its text.
func (d Exact) ConvertToNative(t reflect.Type) (any, error) {
	switch t {
	case reflect.TypeFor[decimal.Decimal]():
		return d.Decimal, nil
	case reflect.TypeFor[string]():
		return d.String(), nil
	}
	return nil, fmt.Errorf("decimal cannot be converted to %s", t)
}

// ConvertToType converts to string and to decimal itself, nothing else: turning
// a decimal into a whole number goes through ceil, floor or round.
func (d Exact) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.String())
	case types.TypeType:
		return decimalType
	}
	return types.NewErr("decimal cannot be converted to %s", t.TypeName())
}

// Equal compares the numbers, not their spelling: 1.50 equals 1.5.
func (d Exact) Equal(other ref.Val) ref.Val {
	o, ok := other.(Exact)
	return types.Bool(ok && d.Decimal.Equal(o.Decimal))
}

// Compare orders decimals.
func (d Exact) Compare(other ref.Val) ref.Val {
	o, ok := exact(other)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Int(d.Cmp(o))
}

// Type is decimal.
func (d Exact) Type() ref.Type { return decimalType }

// Value is the decimal.Decimal.
func (d Exact) Value() any { return d.Decimal }

// exact reads a decimal or a whole number.
func exact(v ref.Val) (decimal.Decimal, bool) {
	switch v := v.(type) {
	case Exact:
		return v.Decimal, true
	case types.Int:
		return decimal.NewFromInt(int64(v)), true
	}
	return decimal.Decimal{}, false
}

// maxDigits bounds a decimal in an expression; a product of such numbers cannot
// grow without limit.
const maxDigits = 60

func bounded(d decimal.Decimal) ref.Val {
	if d.NumDigits() > maxDigits || d.Exponent() < -maxDigits || d.Exponent() > maxDigits {
		return types.NewErr("decimal has more than %d digits", maxDigits)
	}
	return Exact{d}
}

func decimalLibrary() []cel.EnvOption {
	opts := []cel.EnvOption{
		cel.Function("decimal",
			cel.Overload("decimal_string", []*cel.Type{cel.StringType}, decimalType, cel.UnaryBinding(parseDecimal)),
			cel.Overload("decimal_int", []*cel.Type{cel.IntType}, decimalType, cel.UnaryBinding(func(v ref.Val) ref.Val {
				d, _ := exact(v)
				return Exact{d}
			}))),
		cel.Function("string", cel.Overload("string_decimal", []*cel.Type{decimalType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return v.ConvertToType(types.StringType) }))),
	}
	opts = append(opts, operatorLibrary()...)
	return append(opts, roundingLibrary()...)
}

func parseDecimal(v ref.Val) ref.Val {
	s := string(v.(types.String))
	if len(s) > maxDigits {
		return types.NewErr("decimal %q is too long", s[:maxDigits])
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return types.NewErr("%q is not a decimal", s)
	}
	return bounded(d)
}
