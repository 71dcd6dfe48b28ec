package reckon

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"
)

// maxDigits bounds the text of a decimal.
const maxDigits = 60

// parse reads a decimal exactly.
func parse(s string) (*big.Rat, error) {
	if len(s) > maxDigits || strings.ContainsAny(s, "eE") {
		return nil, fmt.Errorf("%.60q is not a decimal of at most %d digits", s, maxDigits)
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return nil, fmt.Errorf("%q is not a decimal", s)
	}
	return d.Rat(), nil
}

// Decimal is the number as a decimal of at most the number of places given,
// rounded up where it does not end before; exact says whether it did.
func Decimal(r *big.Rat, places int32) (d decimal.Decimal, exact bool) {
	if r.IsInt() {
		return decimal.NewFromBigInt(r.Num(), 0), true
	}
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
	up := Ceil(scaled)
	return decimal.NewFromBigInt(up.Num(), -places), compare(up, scaled) == 0
}
