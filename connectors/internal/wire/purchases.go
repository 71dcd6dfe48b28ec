package wire

import (
	"fmt"
	"regexp"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// ErrNotTaken is wrapped when rows come of a kind that the sink does not take.
var ErrNotTaken = fmt.Errorf("the sink does not take rows of this kind")

// purchases takes the rows of the kinds that only some sinks take.
func (r Receiver) purchases(t *table) (func(int) error, error) {
	if sink, ok := r.Sink.(connectors.LicenseSink); ok && t.kind == connectors.Entitlement {
		return r.licenses(t, sink)
	}
	if sink, ok := r.Sink.(connectors.PriceSink); ok && t.kind == connectors.Price {
		return r.prices(t, sink)
	}
	if sink, ok := r.Sink.(connectors.GroupSink); ok && t.kind == connectors.GroupMember {
		group, user := t.text("group"), t.text("user")
		return func(i int) error {
			return sink.AddMembership(connectors.Membership{Group: group.at(i), User: compliance.UserID(user.at(i)), Source: r.Source})
		}, nil
	}
	return nil, fmt.Errorf("batch %d: kind %s: %w", t.batch.GetSequence(), t.kind, ErrNotTaken)
}

func (r Receiver) licenses(t *table, to connectors.LicenseSink) (func(int) error, error) {
	id, title, contract, metric, currency := t.text("id"), t.titles(), t.text("contract"), t.text("metric"), t.text("currency")
	start, end, maintained := t.number("start"), t.number("end"), t.number("maintenance_end")
	quantity, err := t.decimals("quantity")
	if err != nil {
		return nil, err
	}
	price, err := t.decimals("unit_price")
	if err != nil {
		return nil, err
	}
	return func(i int) error {
		return to.AddLicense(connectors.License{
			ID: id.at(i), Title: title.at(i), Contract: contract.at(i), Metric: metric.at(i), Currency: currency.at(i),
			Quantity: quantity.at(i), UnitPrice: price.at(i),
			Start: start.instant(i), End: end.instant(i), MaintenanceEnd: maintained.instant(i), Source: r.Source,
		})
	}, nil
}

func (r Receiver) prices(t *table, to connectors.PriceSink) (func(int) error, error) {
	title, metric, currency, from, until := t.titles(), t.text("metric"), t.text("currency"), t.number("from"), t.number("to")
	amount, err := t.decimals("amount")
	if err != nil {
		return nil, err
	}
	return func(i int) error {
		return to.AddPrice(connectors.PriceEntry{
			Title: title.at(i), Metric: metric.at(i), Amount: amount.at(i), Currency: currency.at(i),
			From: from.instant(i), To: until.instant(i), Source: r.Source,
		})
	}, nil
}

// plain is a decimal as the protocol writes it: no exponent, which could stand
// for more digits than there is memory for.
var plain = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,30})?$`)

// decimals reads one cell of a column of exact numbers whose texts were checked.
type decimals struct{ text }

func (t *table) decimals(name string) (decimals, error) {
	c := t.text(name)
	for i := range int(t.batch.GetRows()) {
		if s := c.at(i); s != "" && !plain.MatchString(s) {
			return decimals{}, fmt.Errorf("batch %d: row %d: %s %q is not a decimal number such as 12.50", t.batch.GetSequence(), i, name, s)
		}
	}
	return decimals{c}, nil
}

func (c decimals) at(row int) decimal.NullDecimal {
	d, err := decimal.NewFromString(c.text.at(row))
	return decimal.NullDecimal{Decimal: d, Valid: err == nil}
}
