package reckon

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// The short ways give what the fractions give, at the edges of 64 bits too.
func TestShortWaysAreThoseOfFractions(t *testing.T) {
	number := rapid.Custom(func(t *rapid.T) *big.Rat {
		n := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3),
			rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1, 1 << 31, 1 << 32})).Draw(t, "numerator")
		d := rapid.OneOf(rapid.Just(int64(1)), rapid.Int64Range(1, 12)).Draw(t, "denominator")
		return big.NewRat(n, d)
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		if got, want := plus(a, b), new(big.Rat).Add(a, b); got.Cmp(want) != 0 {
			t.Fatalf("%s + %s = %s, want %s", a, b, got, want)
		}
		if got, want := times(a, b), new(big.Rat).Mul(a, b); got.Cmp(want) != 0 {
			t.Fatalf("%s x %s = %s, want %s", a, b, got, want)
		}
		if got, want := compare(a, b), a.Cmp(b); got != want {
			t.Fatalf("%s against %s is %d, want %d", a, b, got, want)
		}
	})
}
