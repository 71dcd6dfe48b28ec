package certificate

import "github.com/shopspring/decimal"

// Cost is an amount of money in two parts: Risk decides, Value decides among
// equal risks.
type Cost struct {
	Risk  decimal.Decimal `json:"risk"`
	Value decimal.Decimal `json:"value"`
}

func (c Cost) plus(d Cost) Cost  { return Cost{c.Risk.Add(d.Risk), c.Value.Add(d.Value)} }
func (c Cost) minus(d Cost) Cost { return Cost{c.Risk.Sub(d.Risk), c.Value.Sub(d.Value)} }
func (c Cost) times(q decimal.Decimal) Cost {
	return Cost{c.Risk.Mul(q), c.Value.Mul(q)}
}
func (c Cost) equal(d Cost) bool { return c.minus(d).sign() == 0 }

// sign is that of the first part that is not zero.
func (c Cost) sign() int {
	if s := c.Risk.Sign(); s != 0 {
		return s
	}
	return c.Value.Sign()
}

// String renders the risk and then the value.
func (c Cost) String() string { return "(" + c.Risk.String() + ", " + c.Value.String() + ")" }
