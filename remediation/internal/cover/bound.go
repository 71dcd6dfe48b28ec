package cover

import (
	"cmp"
	"math"
	"slices"
)

// multipliers price one unit of each need and one unit of load on each limit.
// Any that are not negative give a valid bound; good ones give a high one.
type multipliers struct{ price, fee []int64 }

// rounds is how many steps the subgradient method takes.
const rounds = 250

// relax finds multipliers. Its numbers are floating-point, with every product
// converted so that no processor may fuse it with a sum and give another result;
// the multipliers returned are whole, and bounds from them are exact.
func (c *component) relax(upper int64) multipliers {
	price, fee := c.criticalPrices(), make([]float64, len(c.limit))
	best, bestPrice, bestFee := math.Inf(-1), slices.Clone(price), slices.Clone(fee)
	theta, stale := 1.5, 0
	for range rounds {
		value, short, over := c.lagrange(price, fee)
		if value > best {
			best, stale = value, 0
			copy(bestPrice, price)
			copy(bestFee, fee)
		} else if stale++; stale%12 == 0 {
			theta /= 2
		}
		var norm float64
		for _, g := range slices.Concat(short, over) {
			norm += float64(g * g)
		}
		if norm == 0 {
			break
		}
		step := float64(theta*(float64(upper)-value)) / norm
		for r := range price {
			price[r] = math.Max(0, price[r]+float64(step*short[r]))
		}
		for l := range fee {
			fee[l] = math.Max(0, fee[l]+float64(step*over[l]))
		}
	}
	return c.whole(bestPrice, bestFee)
}

// criticalPrices are the multipliers that would be right if each need were alone:
// the cost for each unit of the item at which a greedy choice meets the need.
func (c *component) criticalPrices() []float64 {
	type ratio struct {
		perUnit float64
		units   int64
	}
	rows := make([][]ratio, len(c.need))
	for _, cl := range c.classes {
		for _, t := range cl.gains {
			share := float64(cl.cost) / float64(len(cl.gains))
			rows[t.Row] = append(rows[t.Row], ratio{share / float64(t.Amount), mulSat(t.Amount, cl.max)})
		}
	}
	out := make([]float64, len(c.need))
	for r, ratios := range rows {
		slices.SortStableFunc(ratios, func(a, b ratio) int { return cmp.Compare(a.perUnit, b.perUnit) })
		left := c.need[r]
		for _, q := range ratios {
			out[r] = q.perUnit
			if left -= q.units; left <= 0 {
				break
			}
		}
	}
	return out
}

// lagrange is the value of the relaxed problem, and by how much its choice falls
// short of each need and passes each limit.
func (c *component) lagrange(price, fee []float64) (value float64, short, over []float64) {
	short, over = make([]float64, len(price)), make([]float64, len(fee))
	for r, n := range c.need {
		short[r] = float64(n)
		value += float64(price[r] * float64(n))
	}
	for l, n := range c.limit {
		over[l] = -float64(n)
		value -= float64(fee[l] * float64(n))
	}
	for _, cl := range c.classes {
		reduced := float64(cl.cost)
		for _, t := range cl.gains {
			reduced -= float64(price[t.Row] * float64(t.Amount))
		}
		for _, t := range cl.loads {
			reduced += float64(fee[t.Row] * float64(t.Amount))
		}
		if reduced >= 0 {
			continue
		}
		times := float64(cl.max)
		value += float64(reduced * times)
		for _, t := range cl.gains {
			short[t.Row] -= float64(times * float64(t.Amount))
		}
		for _, t := range cl.loads {
			over[t.Row] += float64(times * float64(t.Amount))
		}
	}
	return value, short, over
}

// whole rounds multipliers and keeps them small enough that no bound overflows.
func (c *component) whole(price, fee []float64) multipliers {
	m := multipliers{make([]int64, len(price)), make([]int64, len(fee))}
	rows := int64(len(price) + len(fee))
	for r, v := range price {
		m.price[r] = int64(math.Min(math.Round(v), float64(most/8/rows/c.need[r])))
	}
	for l, v := range fee {
		m.fee[l] = int64(math.Min(math.Round(v), float64(most/8/rows/max(c.limit[l], 1))))
	}
	return m
}

// reduced is what is left of each class's cost once its gains are paid for at
// the multipliers and its loads charged.
func (c *component) reduced(m multipliers) []int64 {
	out := make([]int64, len(c.classes))
	for k, cl := range c.classes {
		out[k] = cl.cost
		for _, t := range cl.gains {
			out[k] -= m.price[t.Row] * t.Amount
		}
		for _, t := range cl.loads {
			out[k] += m.fee[t.Row] * t.Amount
		}
	}
	return out
}

// bound is the cost that no choice can be below, given the multipliers. ok is
// false when the sum is past the arithmetic; nothing is then known but that
// costs are not negative.
func (c *component) bound(m multipliers, reduced []int64) (value int64, ok bool) {
	for r, n := range c.need {
		value += m.price[r] * n
	}
	for l, n := range c.limit {
		value -= m.fee[l] * n
	}
	for k, r := range reduced {
		if r >= 0 {
			continue
		}
		gain := mulSat(-r, c.classes[k].max)
		if value -= gain; value < -most {
			return 0, false
		}
	}
	return value, true
}
