package reckon

import "math/big"

// Number is an exact number, or the interval in which an unknown one lies. A nil
// end is open.
type Number struct{ Low, High *big.Rat }

// Exactly is the interval of one number.
func Exactly(r *big.Rat) Number { return Number{r, r} }

// Whole is the interval of one whole number.
func Whole(n int64) Number { return Exactly(new(big.Rat).SetInt64(n)) }

// Exact gives the number when the ends meet.
func (n Number) Exact() (*big.Rat, bool) {
	if n.Low == nil || n.High == nil || compare(n.Low, n.High) != 0 {
		return nil, false
	}
	return n.Low, true
}

// point says that both ends are one and the same, as most numbers' are.
func (n Number) point() bool { return n.Low != nil && n.Low == n.High }

func (n Number) add(o Number) Number {
	if n.point() && o.point() {
		return Exactly(plus(n.Low, o.Low))
	}
	return Number{both(n.Low, o.Low, plus), both(n.High, o.High, plus)}
}

func (n Number) neg() Number {
	if n.point() {
		return Exactly(new(big.Rat).Neg(n.Low))
	}
	return Number{one(n.High, (*big.Rat).Neg), one(n.Low, (*big.Rat).Neg)}
}

func (n Number) sub(o Number) Number { return n.add(o.neg()) }

// mul takes the least and the greatest of the four products. With an open end
// only intervals that start at zero or above keep a bound.
func (n Number) mul(o Number) Number {
	if n.Low == nil || n.High == nil || o.Low == nil || o.High == nil {
		if n.Low == nil || o.Low == nil || n.Low.Sign() < 0 || o.Low.Sign() < 0 {
			return Number{}
		}
		out := Number{Low: times(n.Low, o.Low)}
		if isZero(n) || isZero(o) {
			return Whole(0)
		}
		return out
	}
	if n.point() && o.point() {
		return Exactly(times(n.Low, o.Low))
	}
	products := [4]*big.Rat{times(n.Low, o.Low), times(n.Low, o.High), times(n.High, o.Low), times(n.High, o.High)}
	out := Exactly(products[0])
	for _, p := range products[1:] {
		out = out.Hull(Exactly(p))
	}
	return out
}

func isZero(n Number) bool {
	r, ok := n.Exact()
	return ok && r.Sign() == 0
}

// quo divides by an interval above zero; ok is false for any other.
func (n Number) quo(o Number) (Number, bool) {
	if o.Low == nil || o.Low.Sign() <= 0 {
		return Number{}, false
	}
	inverse := Number{High: new(big.Rat).Inv(o.Low)}
	if o.High == nil {
		inverse.Low = new(big.Rat)
	} else {
		inverse.Low = new(big.Rat).Inv(o.High)
	}
	return n.mul(inverse), true
}

// Hull is the least interval that holds both.
func (n Number) Hull(o Number) Number {
	return Number{pick(n.Low, o.Low, -1, true), pick(n.High, o.High, 1, true)}
}

func (n Number) max(o Number) Number {
	return Number{pick(n.Low, o.Low, 1, false), pick(n.High, o.High, 1, true)}
}

func (n Number) min(o Number) Number {
	return Number{pick(n.Low, o.Low, -1, true), pick(n.High, o.High, -1, false)}
}

// monotone applies a function that never falls.
func (n Number) monotone(f func(*big.Rat) *big.Rat) Number {
	out := Number{}
	if n.Low != nil {
		out.Low = f(n.Low)
	}
	if n.High != nil {
		out.High = f(n.High)
	}
	return out
}

// compare is -1, 0 or 1 where the order of the two is sure.
func (n Number) compare(o Number) (int, bool) {
	a, okA := n.Exact()
	b, okB := o.Exact()
	switch {
	case okA && okB:
		return compare(a, b), true
	case n.High != nil && o.Low != nil && compare(n.High, o.Low) < 0:
		return -1, true
	case n.Low != nil && o.High != nil && compare(n.Low, o.High) > 0:
		return 1, true
	}
	return 0, false
}

// pick is the lesser (sign -1) or the greater (sign 1) of two ends. An open end
// wins where openWins says so, and loses otherwise.
func pick(a, b *big.Rat, sign int, openWins bool) *big.Rat {
	switch {
	case a == nil || b == nil:
		if openWins {
			return nil
		}
		if a == nil {
			return b
		}
		return a
	case compare(a, b)*sign >= 0:
		return a
	}
	return b
}

func both(a, b *big.Rat, f func(a, b *big.Rat) *big.Rat) *big.Rat {
	if a == nil || b == nil {
		return nil
	}
	return f(a, b)
}

func one(a *big.Rat, f func(z, a *big.Rat) *big.Rat) *big.Rat {
	if a == nil {
		return nil
	}
	return f(new(big.Rat), a)
}

// Ceil is the least whole number not below r.
func Ceil(r *big.Rat) *big.Rat {
	if r.IsInt() {
		return r
	}
	f := Floor(r)
	if f.Cmp(r) < 0 {
		f.Add(f, big.NewRat(1, 1))
	}
	return f
}

// Floor is the greatest whole number not above r.
func Floor(r *big.Rat) *big.Rat {
	if r.IsInt() {
		return r
	}
	q, m := new(big.Int), new(big.Int)
	q.DivMod(r.Num(), r.Denom(), m)
	return new(big.Rat).SetInt(q)
}
