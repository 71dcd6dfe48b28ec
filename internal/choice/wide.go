package choice

import "math/bits"

// wide is a number of 128 bits that is not negative. Over is set, for good, once
// a sum did not fit.
type wide struct {
	hi, lo uint64
	over   bool
}

// plus adds the product of two numbers.
func (w wide) plus(a, b uint64) wide {
	hi, lo := bits.Mul64(a, b)
	return w.sum(wide{hi: hi, lo: lo})
}

func (w wide) sum(v wide) wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, over := bits.Add64(w.hi, v.hi, carry)
	return wide{hi, lo, w.over || v.over || over != 0}
}

// times is the product with n.
func (w wide) times(n uint64) wide {
	top, hi := bits.Mul64(w.hi, n)
	carry, lo := bits.Mul64(w.lo, n)
	hi, over := bits.Add64(hi, carry, 0)
	return wide{hi, lo, w.over || top != 0 || over != 0}
}

// minus is the difference, zero where v is more.
func (w wide) minus(v wide) wide {
	if w.less(v) {
		return wide{over: w.over || v.over}
	}
	lo, borrow := bits.Sub64(w.lo, v.lo, 0)
	hi, _ := bits.Sub64(w.hi, v.hi, borrow)
	return wide{hi, lo, w.over || v.over}
}

func (w wide) less(v wide) bool { return w.hi < v.hi || w.hi == v.hi && w.lo < v.lo }

// ceil is the quotient rounded up, no more than maxTotal+1.
func (w wide) ceil(by uint64) int64 {
	if w.hi >= by {
		return maxTotal + 1
	}
	q, r := bits.Div64(w.hi, w.lo, by)
	if r > 0 && q <= maxTotal {
		q++
	}
	return int64(min(q, maxTotal+1))
}
