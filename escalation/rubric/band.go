package rubric

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
)

// bands cut the numbers into levels. Level 0 has no bound; bound i-1 begins
// level i.
type bands struct {
	falling bool
	bounds  []bound
}

// smallScale is the largest number of decimal places that is compared without
// big integers. Money has two, unit prices up to six.
const smallScale = 6

// bound is where a level begins, and the same scaled to whole numbers for each
// number of decimal places: a number n with s places has reached it when
// n*10^s >= scaled[s], or <= where the factor is falling.
type bound struct {
	exact  decimal.Decimal
	scaled [smallScale + 1]int64
	// small says whether all of scaled fit.
	small bool
}

func newBound(d decimal.Decimal, falling bool) bound {
	b := bound{exact: d, small: true}
	for s := range b.scaled {
		shifted := d.Shift(int32(s))
		whole := shifted.Ceil()
		if falling {
			whole = shifted.Floor()
		}
		n := whole.BigInt()
		b.small = b.small && n.IsInt64()
		b.scaled[s] = n.Int64()
	}
	return b
}

// level is the place of the level that the number is in.
func (b *bands) level(d decimal.Decimal) int {
	small := d.Exponent() <= 0 && d.Exponent() >= -smallScale && d.NumDigits() <= 18
	coefficient := int64(0)
	if small {
		coefficient = d.CoefficientInt64()
	}
	for i := len(b.bounds) - 1; i >= 0; i-- {
		at := &b.bounds[i]
		var cmp int
		if small && at.small {
			cmp = compare(coefficient, at.scaled[-d.Exponent()])
		} else {
			cmp = d.Cmp(at.exact)
		}
		if cmp == 0 || (cmp > 0) != b.falling {
			return i + 1
		}
	}
	return 0
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compileBands reads the bounds of a factor's levels.
func (c *compiler) compileBands(f factor, d FactorDocument) bands {
	var b bands
	for i, l := range d.Levels {
		switch {
		case l.AtLeast == nil && l.AtMost == nil:
			if i > 0 && f.fact.isNumber() {
				c.fail(l.Name, "level %q of factor %q needs a bound: at-least, or at-most where smaller is more severe", l.Name.Value, f.name)
			}
			continue
		case !f.fact.isNumber():
			c.fail(l.Name, "factor %q is not answered by a number, so level %q cannot have a bound", f.name, l.Name.Value)
			continue
		case i == 0:
			c.fail(l.Name, "level %q is the least of factor %q and takes what the others leave; it cannot have a bound", l.Name.Value, f.name)
			continue
		case l.AtLeast != nil && l.AtMost != nil:
			c.fail(l.Name, "level %q has two bounds; a band ends where the next level begins", l.Name.Value)
			continue
		}
		c.appendBound(&b, f, l)
	}
	if f.fact == factExposure && c.doc.Currency.IsZero() {
		c.fail(d.Name, "factor %q has bands of money, so the rubric needs a currency", f.name)
	}
	return b
}

func (c *compiler) appendBound(b *bands, f factor, l LevelDocument) {
	falling := l.AtMost != nil
	value := l.AtLeast
	if falling {
		value = l.AtMost
	}
	if p := checkBound(*value, l.Name); p != nil {
		c.add(p)
		return
	}
	if n := len(b.bounds); n > 0 {
		last := b.bounds[n-1].exact
		switch {
		case falling != b.falling:
			c.fail(l.Name, "factor %q mixes at-least and at-most; its numbers grow more severe one way only", f.name)
		case !falling && !value.GreaterThan(last):
			c.fail(l.Name, "level %q must begin above %s, where the level before it begins", l.Name.Value, last)
		case falling && !value.LessThan(last):
			c.fail(l.Name, "level %q must begin below %s, where the level before it begins", l.Name.Value, last)
		}
	}
	b.falling = falling
	b.bounds = append(b.bounds, newBound(*value, falling))
}

// checkBound refuses numbers that are too long to be meant, which would also
// make scaling them costly.
func checkBound(d decimal.Decimal, at document.Text) *document.Problem {
	if e := d.Exponent(); e > 30 || e < -30 || d.Coefficient().CmpAbs(largest) > 0 {
		return at.Problem(1, 1, "bound of level %q has too many digits; 30 are read", at.Value)
	}
	return nil
}

var largest = new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil)
