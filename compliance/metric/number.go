package metric

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Number is a number that a fact gives, exact, or not known. The zero value is
// not known, so that a field nobody filled in can never pass for a zero.
type Number struct {
	mantissa int64
	places   int8
	known    bool
}

// Int is a known whole number.
func Int[T ~int | ~int32 | ~int64](n T) Number { return Number{mantissa: int64(n), known: true} }

// Decimal is a known decimal number. It fails for a number of more than 18 digits
// or 60 places, which nothing that is counted or licensed has.
func Decimal(d decimal.Decimal) (Number, error) {
	if e := d.Exponent(); e > 0 {
		d = d.Truncate(0).Shift(0)
		d = decimal.NewFromBigInt(d.BigInt(), 0)
	}
	if d.Exponent() < -60 || !d.Coefficient().IsInt64() {
		return Number{}, fmt.Errorf("metric: %s has too many digits for a number of a fact", d)
	}
	return Number{mantissa: d.CoefficientInt64(), places: int8(-d.Exponent()), known: true}, nil
}

// Known says whether the number is known.
func (n Number) Known() bool { return n.known }

// Decimal is the number as a decimal; ok is false where it is not known.
func (n Number) Decimal() (d decimal.Decimal, ok bool) {
	return decimal.New(n.mantissa, -int32(n.places)), n.known
}

// String is the number as text, or unknown.
func (n Number) String() string {
	if d, ok := n.Decimal(); ok {
		return d.String()
	}
	return "unknown"
}

// Flag is a yes or a no, or not known, which is the zero value.
type Flag uint8

// The values of a flag.
const (
	UnknownFlag Flag = iota
	No
	Yes
)

// Text is a text as a [Value].
type Text string

// List is a list of values.
type List []Value

// Value is a [Number], a [Flag], a [Text], a [List], or nil for what is not known.
type Value interface{ isValue() }

func (Number) isValue() {}
func (Flag) isValue()   {}
func (Text) isValue()   {}
func (List) isValue()   {}
