package certificate

import "github.com/shopspring/decimal"

// Certificate is an assignment with the prices that prove how good it is. In
// JSON all its numbers are decimal strings.
type Certificate struct {
	Supplies []Supply `json:"supplies"`
	Demands  []Demand `json:"demands"`
	Arcs     []Arc    `json:"arcs"`
	// Cost is what the assignment costs: the penalties of what is short, and the
	// value of what is used.
	Cost Cost `json:"cost"`
	// Bound is what every lawful assignment costs at least, Gap the difference.
	Bound Cost `json:"bound"`
	Gap   Cost `json:"gap"`
}

// Optimal says whether the certificate, if [Check] accepts it, proves that
// nothing cheaper exists.
func (c Certificate) Optimal() bool { return c.Gap.sign() == 0 }

// Supply is an entitlement.
type Supply struct {
	// ID is unique among the supplies.
	ID string `json:"id"`
	// Quantity is what is owned, in units of the metric: Used and Left together.
	Quantity decimal.Decimal `json:"quantity"`
	Used     decimal.Decimal `json:"used"`
	Left     decimal.Decimal `json:"left"`
	// Value is what using up a unit costs.
	Value decimal.Decimal `json:"value"`
	// Price is what one more unit would save.
	Price Cost `json:"price"`
}

// Demand is a class of consumers that the contracts do not tell apart.
type Demand struct {
	// ID is unique among the demands.
	ID string `json:"id"`
	// Members are the consumers; together they need the amount.
	Members []Member `json:"members"`
	// Amount is what is needed, in units of the metric: Covered and Short
	// together.
	Amount  decimal.Decimal `json:"amount"`
	Covered decimal.Decimal `json:"covered"`
	Short   decimal.Decimal `json:"short"`
	// Penalty is what a unit costs that is short, Price what one more unit
	// needed would cost, Margin the difference.
	Penalty Cost `json:"penalty"`
	Price   Cost `json:"price"`
	Margin  Cost `json:"margin"`
}

// Member is one consumer of a class.
type Member struct {
	ID     string          `json:"id"`
	Amount decimal.Decimal `json:"amount"`
}

// Arc says that a supply may cover a demand, both by ID, and how much it does.
type Arc struct {
	Supply   string          `json:"supply"`
	Demand   string          `json:"demand"`
	Quantity decimal.Decimal `json:"quantity"`
	// Reduced is the supply's value and price less the demand's price: what a
	// unit more on this arc would cost in all.
	Reduced Cost `json:"reduced"`
}

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
