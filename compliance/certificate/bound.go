package certificate

import (
	"slices"

	"github.com/shopspring/decimal"
)

// box is a set of assignments: how many copies of each group take each option, at
// least and at most.
type box struct{ least, most [][]decimal.Decimal }

// half is the box on one side of a cut.
func (b box) half(g, o int, atMost decimal.Decimal, more bool) box {
	out := box{slices.Clone(b.least), slices.Clone(b.most)}
	if more {
		out.least[g] = slices.Clone(b.least[g])
		out.least[g][o] = decimal.Max(b.least[g][o], atMost.Add(decimal.NewFromInt(1)).Floor())
	} else {
		out.most[g] = slices.Clone(b.most[g])
		out.most[g][o] = decimal.Min(b.most[g][o], atMost.Floor())
	}
	return out
}

// buyer computes bounds of a part. At given prices each copy buys alone.
type buyer struct {
	Part
	owned map[string]decimal.Decimal
	// of the leaf at hand
	weights Cost
	prices  map[string]decimal.Decimal
}

// bound computes the bound of every leaf and compares the least with the stated.
func (k *checker) bound(item string, p Part) {
	b := &buyer{Part: p, owned: map[string]decimal.Decimal{}}
	for _, s := range p.Supplies {
		b.owned[s.ID] = s.Quantity
	}
	type at struct{ group, option int }
	options := map[[2]string]at{}
	for g, group := range p.Groups {
		for o, option := range group.Options {
			options[[2]string{group.ID, option.ID}] = at{g, o}
		}
	}
	least, where := p.Cost, "the cost"
	stack := []box{b.all()}
	for i, n := range p.Tree {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n.Cut != nil {
			o := options[[2]string{n.Cut.Group, n.Cut.Option}]
			stack = append(stack, top.half(o.group, o.option, n.Cut.AtMost, true), top.half(o.group, o.option, n.Cut.AtMost, false))
			continue
		}
		name := item + ", " + number("node", i)
		k.prices(name, *n.Leaf)
		if bound, some := b.leaf(*n.Leaf, top); some && bound.minus(least).sign() < 0 {
			least, where = bound, name
		}
	}
	if !p.Bound.equal(least) {
		k.fail(Misstated, item, "bound is stated as %v, but %s gives %v", p.Bound, where, least)
	}
}

func (k *checker) prices(item string, l Leaf) {
	k.negative(item, "weight", l.Weight)
	for _, p := range l.Prices {
		k.negative(item+", price of "+p.Supply, "price", p.Risk, p.Value)
	}
}

// all is the box of all assignments. What must be covered caps the copies that can
// take an option, by what its supplies have.
func (b *buyer) all() box {
	var out box
	for _, g := range b.Groups {
		least, most := make([]decimal.Decimal, len(g.Options)), make([]decimal.Decimal, len(g.Options))
		for o, option := range g.Options {
			most[o] = g.Copies
			for _, d := range option.Demands {
				if !d.Must || !d.Amount.IsPositive() {
					continue
				}
				var within decimal.Decimal
				for _, a := range d.Arcs {
					within = within.Add(b.owned[a.Supply])
				}
				copies, _ := within.QuoRem(d.Amount, 0)
				most[o] = decimal.Min(most[o], copies)
			}
		}
		out.least, out.most = append(out.least, least), append(out.most, most)
	}
	return out
}

// leaf is the bound of a box at the prices of a leaf, and whether there is any
// assignment in it. The first prices bound the risk. The second bound the weighed
// sum of risk and value, and so the value wherever the risk is no more than that.
func (b *buyer) leaf(l Leaf, in box) (Cost, bool) {
	risk, value := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for _, p := range l.Prices {
		risk[p.Supply], value[p.Supply] = p.Risk, p.Value
	}
	one := decimal.NewFromInt(1)
	first, some := b.total(in, Cost{Risk: one}, risk)
	if !some {
		return Cost{}, false
	}
	first = up(first, b.Step.Cost.Risk)
	second, _ := b.total(in, Cost{Risk: l.Weight, Value: one}, value)
	second = decimal.Max(second.Sub(l.Weight.Mul(first)), decimal.Zero)
	return Cost{first, up(second, b.Step.Cost.Value)}, true
}

// total is what all copies pay, less what the supplies are worth: whoever sells at
// these prices cannot earn more than that, so no assignment costs less. It is not
// negative, as costs are not.
func (b *buyer) total(in box, weights Cost, prices map[string]decimal.Decimal) (decimal.Decimal, bool) {
	b.weights, b.prices = weights, prices
	var sum decimal.Decimal
	for g, group := range b.Groups {
		pay, some := b.group(group, in.least[g], in.most[g])
		if !some {
			return sum, false
		}
		sum = sum.Add(pay)
	}
	for supply, price := range prices {
		sum = sum.Sub(price.Mul(b.owned[supply]))
	}
	return decimal.Max(sum, decimal.Zero), true
}

// group lets the copies of a group take the cheapest options that the box allows.
func (b *buyer) group(g Group, least, most []decimal.Decimal) (decimal.Decimal, bool) {
	type offer struct{ each, extra decimal.Decimal }
	var sum decimal.Decimal
	var offers []offer
	left := g.Copies
	for o, option := range g.Options {
		if most[o].LessThan(least[o]) {
			return sum, false
		}
		if !most[o].IsPositive() {
			continue
		}
		each, open := b.option(option)
		if !open {
			if least[o].IsPositive() {
				return sum, false
			}
			continue
		}
		sum, left = sum.Add(each.Mul(least[o])), left.Sub(least[o])
		offers = append(offers, offer{each, most[o].Sub(least[o])})
	}
	slices.SortFunc(offers, func(a, b offer) int { return a.each.Cmp(b.each) })
	for _, f := range offers {
		n := decimal.Max(decimal.Min(left, f.extra), decimal.Zero)
		sum, left = sum.Add(f.each.Mul(n)), left.Sub(n)
	}
	return sum, left.IsZero()
}

// option is what a copy pays for an option, and whether it can take it.
func (b *buyer) option(o Option) (decimal.Decimal, bool) {
	sum := b.weigh(o.Cost)
	for _, d := range o.Demands {
		pay, served := b.demand(d)
		if !served {
			return sum, false
		}
		sum = sum.Add(pay)
	}
	return sum, true
}

// demand buys an amount where it is cheapest. A copy can get no more of a supply
// than there is; what is short costs its penalty, if it may be short.
func (b *buyer) demand(d Demand) (decimal.Decimal, bool) {
	type offer struct{ each, most decimal.Decimal }
	offers := make([]offer, 0, len(d.Arcs)+1)
	for _, a := range d.Arcs {
		offers = append(offers, offer{b.weigh(a.Cost).Add(b.prices[a.Supply]), b.owned[a.Supply]})
	}
	if !d.Must {
		offers = append(offers, offer{b.weigh(d.Penalty), d.Amount})
	}
	slices.SortFunc(offers, func(a, b offer) int { return a.each.Cmp(b.each) })
	var sum decimal.Decimal
	left := d.Amount
	for _, f := range offers {
		n := decimal.Min(left, f.most)
		sum, left = sum.Add(f.each.Mul(n)), left.Sub(n)
	}
	return sum, left.IsZero()
}

func (b *buyer) weigh(c Cost) decimal.Decimal {
	return b.weights.Risk.Mul(c.Risk).Add(b.weights.Value.Mul(c.Value))
}
