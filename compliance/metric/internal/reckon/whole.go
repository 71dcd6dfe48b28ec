package reckon

import (
	"cmp"
	"math/big"
	"math/bits"
)

// Counts are whole and small nearly always. The operations here have a short way for
// such numbers, without the fractions' common denominators; their results are the
// same.

// small gives a rational that is a whole number of 63 bits.
func small(r *big.Rat) (int64, bool) {
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return r.Num().Int64(), true
}

func isOne(r *big.Rat) bool {
	n, ok := small(r)
	return ok && n == 1
}

func plus(a, b *big.Rat) *big.Rat {
	if x, ok := small(a); ok {
		if y, ok := small(b); ok {
			if sum := x + y; (sum > x) == (y > 0) {
				return new(big.Rat).SetInt64(sum)
			}
		}
	}
	return new(big.Rat).Add(a, b)
}

func times(a, b *big.Rat) *big.Rat {
	if isOne(a) {
		return b
	}
	if isOne(b) {
		return a
	}
	if x, ok := small(a); ok && x >= 0 {
		if y, ok := small(b); ok && y >= 0 {
			if high, low := bits.Mul64(uint64(x), uint64(y)); high == 0 && low < 1<<63 {
				return new(big.Rat).SetInt64(int64(low))
			}
		}
	}
	return new(big.Rat).Mul(a, b)
}

func compare(a, b *big.Rat) int {
	if a == b {
		return 0
	}
	if x, ok := small(a); ok {
		if y, ok := small(b); ok {
			return cmp.Compare(x, y)
		}
	}
	return a.Cmp(b)
}
