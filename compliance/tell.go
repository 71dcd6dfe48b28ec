package compliance

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// waysTold is how many ways a choice lists: the one taken, and of the others those
// of the least listed cost.
const waysTold = 16

// tell states what was chosen in the position of the first product concerned, and
// in all of them how far it may be from the best. It must come before the desks are
// settled, which turns what each way asks into what the one taken asks.
func (t *table) tell(p plans) {
	for _, c := range p.chosen {
		if len(c.options) > 1 {
			told := &t.desks[t.items[c.items[0]].desk].position
			told.Choices = append(told.Choices, t.choice(c))
		}
	}
	for _, d := range t.desks {
		slices.SortFunc(d.position.Choices, func(a, b Choice) int { return slices.Compare(a.Of, b.Of) })
		d.position.Unproven = p.gap
	}
}

// choice states a group: what was taken first, then the other ways by what they
// cost as listed.
func (t *table) choice(c chosen) Choice {
	var out Choice
	first := t.items[c.items[0]].desk
	for _, i := range c.items {
		if t.offeredItem(i) {
			continue
		}
		name := t.outcome(i).Consumer
		if it := t.items[i]; it.desk != first {
			name = string(t.desks[it.desk].product) + " " + name
		}
		out.Of = append(out.Of, name)
	}
	slices.Sort(out.Of)
	taken := t.way(c.group, c.options[c.taken])
	var others []Way
	for k, o := range c.options {
		if k != c.taken {
			others = append(others, t.way(c.group, o))
		}
	}
	slices.SortStableFunc(others, func(a, b Way) int {
		return cmp.Or(a.Listed.Amount.Cmp(b.Listed.Amount), cmp.Compare(a.Name, b.Name))
	})
	out.Ways = append([]Way{taken}, others[:min(len(others), waysTold-1)]...)
	return out
}

// way states an option.
func (t *table) way(g group, o option) Way {
	var names []string
	for _, w := range o.ways {
		names = append(names, w.name)
	}
	w := Way{Name: strings.Join(names, " + ")}
	for at, i := range g.items {
		v, it := o.verdicts[at], t.items[i]
		if v.idle {
			continue
		}
		if v.short {
			names = append(names, "nothing for "+t.outcome(i).Consumer)
			continue
		}
		d := t.desks[it.desk]
		q := v.asks(d.needs[it.at].Low)
		w.Needs = append(w.Needs, WayNeed{Consumer: d.outcomes[it.at].Consumer, Quantity: q, Arithmetic: d.outcomes[it.at].Explanation})
		w.Listed = w.Listed.plus(d.bench.prices[it.at].Times(q))
	}
	if w.Listed.Currency == "" {
		w.Listed.Currency = t.desks[t.items[g.items[0]].desk].currency()
	}
	if w.Name = strings.Join(names, " + "); w.Name == "" {
		w.Name = "each by itself"
	}
	return w
}

// times is the interval of several alike.
func (i Interval) times(n int64) Interval {
	k := decimal.NewFromInt(n)
	i.Low = i.Low.Mul(k)
	if i.High.Valid {
		i.High.Decimal = i.High.Decimal.Mul(k)
	}
	return i
}

// plus adds intervals: without a bound if either has none.
func (i Interval) plus(j Interval) Interval {
	i.Low = i.Low.Add(j.Low)
	if i.High.Valid = i.High.Valid && j.High.Valid; i.High.Valid {
		i.High.Decimal = i.High.Decimal.Add(j.High.Decimal)
	} else {
		i.High = decimal.NullDecimal{}
	}
	return i
}
