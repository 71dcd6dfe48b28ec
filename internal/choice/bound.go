package choice

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/trueup-dev/trueup/internal/flow"
)

// Prices of the supplies give a bound. With the costs weighed into one number,
// every assignment costs at least what each copy would pay if it bought at these
// prices and took its cheapest option, less what the supplies are worth at them.
// The bound holds for any weights and prices that are not negative.
type Prices struct {
	// Risk and Value are the weights of the parts of a cost.
	Risk, Value int64
	// Supply holds the price of a unit of each supply of the part.
	Supply []int64
}

// pricing evaluates bounds. It holds what it needs again and again.
type pricing struct {
	*part
	unit []wide // of each option: what a copy pays
	open []bool // of each option: whether a copy can take it
	rank []int
	fill []offer
}

// offer is what a unit from a supply costs and how many there are at most.
type offer struct {
	unit uint64
	most int64
}

func newPricing(q *part) *pricing {
	return &pricing{part: q, unit: make([]wide, len(q.options)), open: make([]bool, len(q.options))}
}

// bound is what the assignments of a box cost at least, as the prices weigh it.
// It says false where numbers grow too large, and gives an empty box too much for
// any assignment.
func (k *pricing) bound(b box, p Prices) (wide, bool) {
	for i := range k.options {
		if b.most[i] > 0 && !k.pay(i, p) {
			return wide{}, false
		}
	}
	var sum, worth wide
	for _, c := range k.classes {
		part, ok := k.class(c, b)
		if !ok {
			return wide{hi: 1 << 62}, true
		}
		sum = sum.sum(part)
	}
	for s, price := range p.Supply {
		worth = worth.plus(uint64(price), uint64(k.supply[s]))
	}
	sum = sum.minus(worth)
	return sum, !sum.over
}

// class gives the copies of a class its cheapest options, within the box.
func (k *pricing) class(c class, b box) (wide, bool) {
	var sum wide
	left := c.count
	k.rank = k.rank[:0]
	for i := c.first; i < c.end; i++ {
		if least := b.least[i]; least > 0 {
			if !k.open[i] || least > left {
				return wide{}, false
			}
			sum = sum.sum(k.unit[i].times(uint64(least)))
			left -= least
		}
		if b.most[i] > b.least[i] && k.open[i] {
			k.rank = append(k.rank, i)
		}
	}
	slices.SortFunc(k.rank, func(i, j int) int {
		switch {
		case k.unit[i].less(k.unit[j]):
			return -1
		case k.unit[j].less(k.unit[i]):
			return 1
		}
		return i - j
	})
	for _, i := range k.rank {
		n := min(left, b.most[i]-b.least[i])
		sum = sum.sum(k.unit[i].times(uint64(n)))
		left -= n
	}
	return sum, left == 0
}

// pay computes what a copy pays for an option.
func (k *pricing) pay(i int, p Prices) bool {
	o := &k.options[i]
	unit, ok := p.weigh(o.cost, 0)
	sum := wide{lo: unit}
	k.open[i] = true
	for j := range o.demands {
		d := &o.demands[j]
		k.fill = k.fill[:0]
		for _, a := range d.arcs {
			unit, fits := p.weigh(a.cost, p.Supply[a.supply])
			ok = ok && fits
			k.fill = append(k.fill, offer{unit, k.supply[a.supply]})
		}
		if !d.must {
			unit, fits := p.weigh(d.penalty, 0)
			ok = ok && fits
			k.fill = append(k.fill, offer{unit, d.amount})
		}
		served, enough := serve(d.amount, k.fill)
		sum = sum.sum(served)
		k.open[i] = k.open[i] && enough
	}
	k.unit[i] = sum
	return ok && !sum.over
}

// serve buys an amount where it is cheapest. No copy can draw more on a supply
// than there is of it.
func serve(amount int64, from []offer) (wide, bool) {
	if len(from) > 1 {
		slices.SortFunc(from, func(a, b offer) int { return cmp.Compare(a.unit, b.unit) })
	}
	var sum wide
	for _, f := range from {
		n := min(amount, f.most)
		sum = sum.plus(f.unit, uint64(n))
		amount -= n
	}
	return sum, amount == 0
}

// weigh gives the weighed cost of a unit and its price together.
func (p Prices) weigh(c flow.Cost, price int64) (uint64, bool) {
	h1, risk := bits.Mul64(uint64(p.Risk), uint64(c.Risk))
	h2, value := bits.Mul64(uint64(p.Value), uint64(c.Value))
	sum, c1 := bits.Add64(risk, value, 0)
	sum, c2 := bits.Add64(sum, uint64(price), 0)
	return sum, h1|h2|c1|c2 == 0
}

// free is the pair of prices of nothing.
func (q *part) free() proof {
	none := make([]int64, len(q.supply))
	return proof{Prices{Risk: 1, Supply: none}, Prices{Value: 1, Supply: none}}
}

// proof is what bounds a box: prices that weigh the risk alone, and prices that
// weigh the value, and the risk as far as it helps.
type proof struct{ risk, value Prices }

// least is the bound of a box as a cost. The first prices say that the risk is at
// least so much, in whole steps; for assignments at just that risk the second
// prices bound the value.
func (k *pricing) least(b box, p proof) (flow.Cost, bool) {
	weighed, ok := k.bound(b, p.risk)
	if !ok {
		return flow.Cost{}, false
	}
	risk := roundUp(weighed.ceil(uint64(p.risk.Risk)), k.grain.Risk)
	if weighed, ok = k.bound(b, p.value); !ok {
		return flow.Cost{}, false
	}
	weighed = weighed.minus(wide{}.plus(uint64(p.value.Risk), uint64(risk)))
	return flow.Cost{Risk: risk, Value: roundUp(weighed.ceil(uint64(p.value.Value)), k.grain.Value)}, true
}

func roundUp(n, step int64) int64 {
	if n > maxTotal {
		return n
	}
	return (n + step - 1) / step * step
}
