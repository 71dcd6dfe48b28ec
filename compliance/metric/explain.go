package metric

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// places is the precision of a count that no decimal gives exactly, such as the
// thirtieth of a license that one self-service user takes.
const places = 12

// Limits of one equation: beyond them the parts are said first, one by one.
const (
	termsInline = 24
	partsSaid   = 8
)

// count makes a count of a number, explained by the term it came from.
func (b *binding) count(v reckon.Value, unit string, steps []string) (Count, error) {
	c := Count{Unit: unit, Missing: v.Missing, Known: v.Known()}
	if n := v.Number; c.Known {
		r, _ := n.Exact()
		if r.Sign() < 0 {
			return c, fmt.Errorf("%w: %s", ErrNegative, equation(v, unit))
		}
		c.Quantity, _ = reckon.Decimal(r, places)
	} else {
		c.Low = decimal.NewNullDecimal(decimal.Zero)
		if n.Low != nil && n.Low.Sign() > 0 {
			c.Low.Decimal, _ = reckon.Decimal(n.Low, places)
		}
		if n.High != nil {
			d, _ := reckon.Decimal(n.High, places)
			c.High = decimal.NewNullDecimal(d)
		}
	}
	c.Explanation = strings.Join(append(steps[:len(steps):len(steps)], equation(v, unit)), "; ")
	return c, nil
}

// equation writes the arithmetic of a number.
func equation(v reckon.Value, unit string) string {
	value := v.Number.String() + " " + unit
	if r, ok := v.Number.Exact(); ok {
		value = reckon.Format(r) + " " + reckon.Words(unit, r)
	}
	if !v.Known() {
		value += ", for want of " + strings.Join(v.Missing, " and ")
	}
	if v.Term == nil || v.Term.IsLeaf() && v.Term.Label == "" {
		return value
	}
	return v.Term.String() + " = " + value
}

func (b *binding) itemCount(c *class, times int) (*Count, error) {
	v := c.scaled(int64(times), plural(b.metric.item, int64(times)))
	if b.metric.share != nil {
		b.sum = &v
		var err error
		if v, err = b.run(b.metric.share); err != nil {
			return nil, err
		}
		b.sum = nil
	}
	count, err := b.count(v, b.metric.Unit(), nil)
	if err != nil {
		return nil, err
	}
	if c.refused != "" {
		count.Refused = c.refused
		count = refuse(count)
	}
	if len(c.remarks) > 0 {
		count.Explanation += "; " + strings.Join(c.remarks, "; ")
	}
	return &count, nil
}

// part is a summand with the words for it.
type part struct {
	who   string
	value reckon.Value
}

// add sums parts. A short sum is one equation; of a long one the first parts are
// said as steps and the sum is of their results.
func add(parts []part) (reckon.Value, []string) {
	values := make([]reckon.Value, len(parts))
	size := 0
	for i, p := range parts {
		values[i] = p.value
		size += p.value.Term.Size()
	}
	sum := reckon.Total(reckon.ListOf(values))
	if size <= termsInline {
		return sum, nil
	}
	var steps []string
	var terms []*reckon.Term
	for i, p := range parts {
		if i == partsSaid && len(parts) > partsSaid+1 {
			break
		}
		steps = append(steps, p.who+": "+equation(p.value, ""))
		terms = append(terms, p.value.Term.Cut())
	}
	if n := len(parts) - len(terms); n > 0 {
		rest := reckon.Total(reckon.ListOf(values[len(terms):])).Number
		steps = append(steps, fmt.Sprintf("%d other shapes: %s", n, rest))
		terms = append(terms, reckon.Labelled(rest, ""))
	}
	for i := range steps {
		steps[i] = strings.TrimRight(steps[i], " ")
	}
	sum.Term = reckon.Sum(sum.Number, terms)
	return sum, steps
}
