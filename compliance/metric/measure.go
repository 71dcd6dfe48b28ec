package metric

import (
	"context"
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/internal/expr"
)

// Measure counts the facts given. An error means that the facts or the document
// are wrong, or wraps the context's; facts that are missing are no error, they
// leave the count unknown.
func (m *Metric) Measure(ctx context.Context, f Facts) (Measurement, error) {
	b, err := m.bind(ctx, &f)
	if err != nil {
		return Measurement{}, err
	}
	out, err := b.measure()
	if err != nil {
		return Measurement{}, fmt.Errorf("metric %s: %w", m.key, err)
	}
	return out, nil
}

func (b *binding) run(n *expr.Node) (reckon.Value, error) {
	v, err := b.eval.Eval(b.ctx, n, b)
	if err == nil {
		err = b.err
	}
	return v, err
}

func (b *binding) measure() (Measurement, error) {
	var out Measurement
	var classes []*class
	var steps []string
	if b.metric.items != nil {
		var err error
		if classes, out.Items, err = b.classes(); err != nil {
			return out, err
		}
		sum, s, err := b.pools(classes)
		if err != nil {
			return out, err
		}
		b.sum, steps = &sum, s
	}
	total, err := b.grandTotal()
	if err != nil {
		return out, err
	}
	b.total = &total
	out.Total, err = b.finish(total, classes, steps)
	return out, err
}

// grandTotal is the total's own expression, or the sum as it is.
func (b *binding) grandTotal() (reckon.Value, error) {
	round := b.metric.source.Count.RoundTotal
	if b.metric.sum == nil {
		return round.apply(*b.sum), nil
	}
	total, err := b.run(b.metric.sum)
	if err != nil {
		return total, err
	}
	return round.apply(total), nil
}

// finish makes the count of the total.
func (b *binding) finish(total reckon.Value, classes []*class, steps []string) (Count, error) {
	m := b.metric
	c, err := b.count(total, m.Unit(), steps)
	if err != nil {
		return c, err
	}
	c.Missing = needing(total.Missing, classes, m.item)
	var say []string
	for _, cl := range classes {
		if cl.refused != "" && c.Refused == "" {
			c.Refused = cl.who(m.item) + ": " + cl.refused
		}
		for _, r := range cl.remarks {
			say = append(say, cl.who(m.item)+": "+r)
		}
	}
	for _, cond := range m.conditions {
		v, err := b.run(cond.require)
		if err != nil {
			return c, err
		}
		switch {
		case v.Truth == reckon.False && c.Refused == "":
			c.Refused = cond.otherwise
		case v.Truth == reckon.Open:
			say = append(say, unchecked(v.Missing, cond.otherwise))
		}
	}
	more, err := b.remarks()
	if err != nil {
		return c, err
	}
	c.Explanation = strings.Join(append(append([]string{c.Explanation}, say...), more...), "; ")
	if c.Refused != "" {
		return refuse(c), nil
	}
	return c, b.otherUnits(&c, total)
}

func refuse(c Count) Count {
	return Count{Refused: c.Refused, Unit: c.Unit, Explanation: "not allowed: " + c.Refused}
}

func (b *binding) remarks() ([]string, error) {
	var out []string
	for _, r := range b.metric.remarks {
		if r.when != nil {
			v, err := b.run(r.when)
			if err != nil {
				return nil, err
			}
			if v.Truth != reckon.True {
				continue
			}
		}
		out = append(out, r.say)
	}
	return out, nil
}

// otherUnits adds packs and what else the document converts the total to.
func (b *binding) otherUnits(c *Count, total reckon.Value) error {
	if !total.Known() {
		return nil
	}
	for _, p := range b.metric.source.Packs {
		v := reckon.Rounded("ceil", reckon.Quotient(total, reckon.Int(p.Size)))
		n, _ := v.Number.Exact()
		d, _ := reckon.Decimal(n, places)
		c.Also = append(c.Also, Amount{p.Unit, d})
		arithmetic, said, more := strings.Cut(c.Explanation, "; ")
		c.Explanation = fmt.Sprintf("%s, packs of %d: %s", arithmetic, p.Size, d)
		if more {
			c.Explanation += "; " + said
		}
	}
	for _, a := range b.metric.also {
		v, err := b.run(a.count)
		if err != nil {
			return err
		}
		if n, ok := v.Number.Exact(); ok {
			d, _ := reckon.Decimal(n, places)
			c.Also = append(c.Also, Amount{a.unit, d})
		}
	}
	return nil
}
