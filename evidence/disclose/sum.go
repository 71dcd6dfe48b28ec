package disclose

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// maxScale is the most digits after the point that a sum may have.
const maxScale = 18

// sum is a quantity of a column in its smallest unit, of 128 bits.
type sum struct{ hi, lo uint64 }

// sumSize is the size of an encoded sum in bytes.
const sumSize = 16

// add is a+b; false if that does not fit.
func (a sum) add(b sum) (sum, bool) {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, carry := bits.Add64(a.hi, b.hi, carry)
	return sum{hi, lo}, carry == 0
}

func (a sum) append(b []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, a.hi), a.lo)
}

// written is whether a decimal can be written out: a few characters of exponent can
// stand for billions of digits.
func written(d decimal.Decimal) bool { return d.Exponent() <= 38 && d.Exponent() >= -64 }

// parseSum reads a decimal of at most scale digits after the point.
func parseSum(s string, scale int) (sum, error) {
	if len(s) > 64 {
		return sum{}, fmt.Errorf("%w: a quantity of %d characters", ErrTable, len(s))
	}
	d, err := decimal.NewFromString(s)
	if err != nil || !written(d) {
		return sum{}, fmt.Errorf("%w: %q is no quantity", ErrTable, s)
	}
	if d.IsNegative() {
		return sum{}, fmt.Errorf("%w: quantity %s is negative", ErrTable, s)
	}
	units := d.Shift(int32(scale))
	if !units.IsInteger() {
		return sum{}, fmt.Errorf("%w: quantity %s has more than %d digits after the point", ErrTable, s, scale)
	}
	n := units.BigInt()
	if n.BitLen() > 128 {
		return sum{}, fmt.Errorf("%w: quantity %s is too large", ErrTable, s)
	}
	var b [sumSize]byte
	n.FillBytes(b[:])
	return sum{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}, nil
}

// decimal is the quantity with its point where scale says.
func (a sum) decimal(scale int) decimal.Decimal {
	n := new(big.Int).SetBytes(a.append(nil))
	return decimal.NewFromBigInt(n, -int32(scale))
}
