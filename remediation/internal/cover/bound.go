package cover

import (
	"cmp"
	"math"
	"slices"
)

// dual prices one unit of each need, and of load on each limit and link. Any
// prices that are not negative give a valid bound; good ones give a high one.
type dual struct{ need, limit, link []float64 }

func (d dual) clone() dual {
	return dual{slices.Clone(d.need), slices.Clone(d.limit), slices.Clone(d.link)}
}

// criticalPrices are the prices that would be right if each need were alone: the
// cost for each unit of the item at which a greedy choice meets the need.
func (c *component) criticalPrices() dual {
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
	d := dual{make([]float64, len(c.need)), make([]float64, len(c.limit)), make([]float64, len(c.link))}
	for r, ratios := range rows {
		slices.SortStableFunc(ratios, func(a, b ratio) int { return cmp.Compare(a.perUnit, b.perUnit) })
		left := c.need[r]
		for _, q := range ratios {
			d.need[r] = q.perUnit
			if left -= q.units; left <= 0 {
				break
			}
		}
	}
	return d
}

// relax improves the prices for what is left to decide, by some steps of the
// subgradient method, and gives the exact bound of the best prices found.
//
// Its numbers are floating-point, with every product converted so that no
// processor may fuse it with a sum and give another result.
func (s *search) relax(d dual, steps int) (dual, int64) {
	best, value := d.clone(), math.Inf(-1)
	theta, stale := 1.5, 0
	upper := float64(s.bestCost)
	if s.best == nil {
		upper = float64(s.cost + s.dearest())
	}
	g := dual{make([]float64, len(d.need)), make([]float64, len(d.limit)), make([]float64, len(d.link))}
	for range steps {
		v := s.lagrange(d, g)
		if v > value {
			value, stale = v, 0
			copyDual(best, d)
			if s.best != nil && v >= upper {
				break
			}
		} else if stale++; stale%8 == 0 {
			theta /= 2
		}
		norm := square(g.need) + square(g.limit) + square(g.link)
		if norm == 0 {
			break
		}
		step := float64(theta*math.Max(upper-v, 1)) / norm
		move(d.need, g.need, step)
		move(d.limit, g.limit, step)
		move(d.link, g.link, step)
	}
	return best, s.bound(best)
}

func copyDual(to, from dual) {
	copy(to.need, from.need)
	copy(to.limit, from.limit)
	copy(to.link, from.link)
}

func square(g []float64) (sum float64) {
	for _, v := range g {
		sum += float64(v * v)
	}
	return sum
}

func move(d, g []float64, step float64) {
	for i := range d {
		d[i] = math.Max(0, d[i]+float64(step*g[i]))
	}
}

// dearest is what everything undecided would cost.
func (s *search) dearest() int64 {
	var sum int64
	for k, cl := range s.c.classes {
		if !s.decided[k] {
			sum += cl.cost * cl.max
		}
	}
	return sum
}

// lagrange is the value of the relaxed rest of the problem. Into g goes by how
// much its choice falls short of each need and passes each limit and link: the
// direction in which prices ought to move.
func (s *search) lagrange(d, g dual) float64 {
	value := float64(s.cost)
	for r, n := range s.need {
		g.need[r] = float64(max(n, 0))
		value += float64(d.need[r] * g.need[r])
	}
	for l, n := range s.limit {
		g.limit[l] = -float64(n)
		value += float64(d.limit[l] * g.limit[l])
	}
	for l, n := range s.link {
		g.link[l] = -float64(n)
		value += float64(d.link[l] * g.link[l])
	}
	for k := range s.c.classes {
		if s.decided[k] {
			continue
		}
		cl := &s.c.classes[k]
		reduced := s.price(cl, d)
		if reduced >= 0 {
			continue
		}
		times := float64(cl.max)
		value += float64(reduced * times)
		for _, t := range cl.gains {
			if s.need[t.Row] > 0 {
				g.need[t.Row] -= float64(times * float64(t.Amount))
			}
		}
		for _, t := range cl.loads {
			g.limit[t.Row] += float64(times * float64(t.Amount))
		}
		for _, t := range cl.links {
			g.link[t.Row] += float64(times * float64(t.Amount))
		}
	}
	return value
}

// price is what is left of a class's cost once its gains are paid for and its
// loads charged. A need that is met pays for nothing.
func (s *search) price(cl *class, d dual) float64 {
	reduced := float64(cl.cost)
	for _, t := range cl.gains {
		if s.need[t.Row] > 0 {
			reduced -= float64(d.need[t.Row] * float64(t.Amount))
		}
	}
	for _, t := range cl.loads {
		reduced += float64(d.limit[t.Row] * float64(t.Amount))
	}
	for _, t := range cl.links {
		reduced += float64(d.link[t.Row] * float64(t.Amount))
	}
	return reduced
}

// bound is the cost that no completion of what is decided can be below, at the
// prices given, in exact whole numbers. Where these would overflow nothing is
// known but that costs are not negative. The reduced costs stay in s.reduced; the
// bound of a child follows from both, so the bound must not be rounded up.
func (s *search) bound(d dual) int64 {
	w := s.whole(d)
	sum := s.cost
	for r, n := range s.need {
		sum += w.need[r] * max(n, 0)
	}
	for l, n := range s.limit {
		sum -= w.limit[l] * n
	}
	for l, n := range s.link {
		sum -= w.link[l] * n
	}
	for k := range s.c.classes {
		if s.decided[k] {
			continue
		}
		cl := &s.c.classes[k]
		reduced := cl.cost
		for _, t := range cl.gains {
			if s.need[t.Row] > 0 {
				reduced -= w.need[t.Row] * t.Amount
			}
		}
		for _, t := range cl.loads {
			reduced += w.limit[t.Row] * t.Amount
		}
		for _, t := range cl.links {
			reduced += w.link[t.Row] * t.Amount
		}
		s.reduced[k] = reduced
		if reduced < 0 {
			sum -= mulSat(-reduced, cl.max)
		}
		if sum < -most {
			return s.unpriced()
		}
	}
	return sum
}

// unpriced is the bound with all prices at nothing.
func (s *search) unpriced() int64 {
	for k := range s.c.classes {
		s.reduced[k] = s.c.classes[k].cost
	}
	return s.cost
}

// prices are a dual in whole numbers.
type prices struct{ need, limit, link []int64 }

// whole rounds prices and keeps them so small that no product or sum of products
// of one class can overflow.
func (s *search) whole(d dual) prices {
	rows := float64(len(d.need) + len(d.limit) + len(d.link))
	round := func(vs []float64, largest func(r int) int64) []int64 {
		out := make([]int64, len(vs))
		for r, v := range vs {
			out[r] = int64(math.Min(math.Round(v), math.Floor(float64(most)/16/rows/float64(max(largest(r), 1)))))
		}
		return out
	}
	return prices{
		round(d.need, func(r int) int64 { return s.c.need[r] }),
		round(d.limit, func(l int) int64 { return s.c.limit[l] }),
		round(d.link, func(l int) int64 { return s.widest[l] }),
	}
}
