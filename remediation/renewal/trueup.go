package renewal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// TrueUp is a date on which a contract's count must be reported.
type TrueUp struct {
	Contract compliance.ContractID
	At       time.Time
	// Estate is the digest of the estate that the quantities were counted in.
	Estate string
	// Lines are the products under the contract, sorted.
	Lines []Line
}

// Line is what one product will report and owe.
type Line struct {
	Product catalog.ProductKey
	Metric  metric.Key
	Unit    string
	// Required is how many units are needed today, Owned how many are owned at the date.
	Required compliance.Interval
	Owned    decimal.Decimal
	// Short is what is expected to be short at the date, High the upper bound, invalid
	// where there is none.
	Short decimal.Decimal
	High  decimal.NullDecimal
	// Cost is Short at the price of a unit, or, where prices differ by edition, today's
	// exposure as long as no more is expected to be short. Without a currency it is not
	// known.
	Cost  compliance.Money
	Basis string
	// Counted is the evidence of Required: every consumer that needs something.
	Counted []Counted
	// Doubtful are the sources of the position that failed or are stale; the count is to
	// be repeated before it is reported.
	Doubtful []compliance.SourceID
}

// Counted is a consumer with what it needs.
type Counted struct {
	Consumer string
	Required compliance.Interval
}

func (l *looker) trueUps(ctx context.Context) ([]TrueUp, error) {
	var out []TrueUp
	for _, c := range l.in.Contracts {
		if !l.within(c.TrueUp) {
			continue
		}
		t := TrueUp{Contract: c.ID, At: c.TrueUp.UTC(), Estate: l.today.Estate}
		for _, product := range l.under(c.ID) {
			line, err := l.line(ctx, product, c.TrueUp)
			if err != nil {
				return nil, err
			}
			t.Lines = append(t.Lines, line)
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b TrueUp) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Contract), string(b.Contract)))
	})
	return out, nil
}

// line is what one product will report at an instant.
func (l *looker) line(ctx context.Context, product catalog.ProductKey, at time.Time) (Line, error) {
	f, err := l.at(ctx, product, at)
	if err != nil {
		return Line{}, err
	}
	short, high, basis := lacking(f)
	out := Line{Product: product, Metric: f.Metric, Unit: f.Unit, Owned: f.Owned, Short: short, High: high, Cost: l.price(product).Times(short), Basis: basis}
	for _, p := range l.today.Positions {
		if p.Product != product || p.Metric != f.Metric {
			continue
		}
		out.Required, out.Doubtful = p.Required, p.Doubtful
		if out.Cost.Currency == "" && p.Short.Low.Equal(short) {
			out.Cost = p.Exposure
		}
		for _, c := range p.Consumers {
			if c.Required.Low.IsPositive() || !c.Required.High.Valid || c.Required.High.Decimal.IsPositive() {
				out.Counted = append(out.Counted, Counted{c.Consumer, c.Required})
			}
		}
	}
	slices.SortFunc(out.Counted, func(a, b Counted) int { return strings.Compare(a.Consumer, b.Consumer) })
	return out, nil
}

// under are the products of a contract, sorted.
func (l *looker) under(c compliance.ContractID) []catalog.ProductKey {
	var out []catalog.ProductKey
	for _, e := range l.in.Entitlements {
		if e.Contract == c {
			out = append(out, e.Product)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// price is what a unit of a product costs by its licensing.
func (l *looker) price(p catalog.ProductKey) compliance.Money {
	for _, s := range l.in.Licensing {
		if s.Product == p && s.Edition == "" {
			return s.Price
		}
	}
	return compliance.Money{}
}
