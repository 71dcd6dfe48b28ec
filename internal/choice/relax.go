package choice

import (
	"cmp"
	"math"
	"slices"
)

// relaxation is the linear program of a box: copies may be split between options.
// Its columns are patterns, each a choice and service for all copies of a class,
// made when they are needed; its rows are the supplies, and one that caps the
// risk. Each class takes patterns that add up to one, which needs no row: one
// pattern of each class is its key, others count by how they differ from it
// (generalised upper bounds, Dantzig and Van Slyke 1967). The basis has the size
// of the rows then, however many classes there are.
//
// It works in floating point. What it is wanted for are prices, which bound a box
// whether they are the best or not, and are evaluated exactly, see [pricing];
// and a hint where to branch.
type relaxation struct {
	*part
	box
	weight [2]float64 // of risk and value in what is minimised
	cap    int64      // of the risk
	scale  float64    // of the risk's row
	right  []float64
	key    []pattern
	basis  []pattern
	inv    [][]float64
	level  []float64 // of each pattern of the basis
	price  []float64 // of each row
	pivots int
	// scratch
	a, y  []float64
	offer []soft
	rank  []int
	unit  []float64
}

// pattern is a column: a pattern of a class, or the slack of a row.
type pattern struct {
	class       int // -1 for a slack
	row         int // of a slack
	risk, value float64
	taken       []int64 // of each option of the class
	use         []use
}

type use struct {
	row   int
	units float64
}

type soft struct {
	supply      int // -1 for what is not served
	unit        float64
	most        float64
	risk, value float64
}

// tolerance is how much a pattern must be worth, of its cost, to be taken.
const tolerance = 1e-9

func newRelaxation(q *part, b box, cap int64) *relaxation {
	rows := len(q.supply) + 1
	x := &relaxation{part: q, box: b, cap: cap, right: make([]float64, rows), key: make([]pattern, len(q.classes)),
		a: make([]float64, rows), y: make([]float64, rows), price: make([]float64, rows), level: make([]float64, rows),
		unit: make([]float64, len(q.options))}
	for s, n := range q.supply {
		// A little more of each supply, of each another little, keeps ties apart.
		x.right[s] = float64(n) + 1e-7*float64(1+s%17)
	}
	x.scale = 1 / float64(max(cap, 1))
	for r := range rows {
		x.basis = append(x.basis, pattern{class: -1, row: r})
	}
	return x
}

// start takes the patterns of a plan as keys, and nothing else.
func (x *relaxation) start(p plan) {
	at, next := 0, 0
	for c, class := range x.classes {
		k := pattern{class: c}
		for i := class.first; i < class.end; i++ {
			n := p.taken[i]
			k.taken = append(k.taken, n)
			k.risk += float64(n) * float64(x.options[i].cost.Risk)
			k.value += float64(n) * float64(x.options[i].cost.Value)
			if n == 0 {
				continue
			}
			for _, d := range x.options[i].demands {
				for _, a := range d.arcs {
					k.add(soft{supply: a.supply, risk: float64(a.cost.Risk), value: float64(a.cost.Value)}, float64(p.flow[at]))
					at++
				}
				k.add(x.unserved(d), float64(p.short[next]))
				next++
			}
		}
		x.key[c] = x.finish(k)
	}
}

// unserved is what a unit costs that nothing serves.
func (x *relaxation) unserved(d demand) soft {
	if d.must {
		return soft{supply: -1, risk: float64(x.worst) + 1}
	}
	return soft{supply: -1, risk: float64(d.penalty.Risk), value: float64(d.penalty.Value)}
}

func (k *pattern) add(f soft, n float64) {
	if n == 0 {
		return
	}
	k.risk += float64(f.risk * n)
	k.value += float64(f.value * n)
	if f.supply >= 0 {
		k.use = append(k.use, use{f.supply, n})
	}
}

// finish adds up the uses of each row, and that of the risk's.
func (x *relaxation) finish(k pattern) pattern {
	slices.SortStableFunc(k.use, func(a, b use) int { return a.row - b.row })
	out := k.use[:0]
	for _, u := range k.use {
		if n := len(out); n > 0 && out[n-1].row == u.row {
			out[n-1].units += u.units
			continue
		}
		out = append(out, u)
	}
	k.use = append(out, use{len(x.supply), float64(k.risk * x.scale)})
	return k
}

func (x *relaxation) cost(k pattern) float64 {
	return float64(x.weight[0]*k.risk) + float64(x.weight[1]*k.value)
}

// worth is the cost of a pattern with what it uses paid for.
func (x *relaxation) worth(k pattern) float64 {
	sum := x.cost(k)
	for _, u := range k.use {
		sum += float64(x.price[u.row] * u.units)
	}
	return sum
}

// cheapest makes the pattern of a class that is cheapest at the prices.
func (x *relaxation) cheapest(c int) pattern {
	class := x.classes[c]
	k := pattern{class: c, taken: make([]int64, class.end-class.first)}
	left := class.count
	x.rank = x.rank[:0]
	for i := class.first; i < class.end; i++ {
		k.taken[i-class.first] = x.least[i]
		left -= x.least[i]
		if x.most[i] > 0 {
			x.unit[i] = x.each(i, nil, 1)
		}
		if x.most[i] > x.least[i] {
			x.rank = append(x.rank, i)
		}
	}
	slices.SortStableFunc(x.rank, func(i, j int) int { return cmp.Compare(x.unit[i], x.unit[j]) })
	for _, i := range x.rank {
		n := min(left, x.most[i]-x.least[i])
		k.taken[i-class.first] += n
		left -= n
	}
	for i, n := range k.taken {
		if n > 0 {
			x.each(class.first+i, &k, float64(n))
		}
	}
	return x.finish(k)
}

// each is what a copy pays for an option, which it adds to a pattern so many
// times.
func (x *relaxation) each(i int, k *pattern, times float64) float64 {
	o := &x.options[i]
	risky := float64(x.weight[0]) + float64(x.price[len(x.supply)]*x.scale)
	weigh := func(risk, value float64) float64 { return float64(risky*risk) + float64(x.weight[1]*value) }
	sum := weigh(float64(o.cost.Risk), float64(o.cost.Value))
	if k != nil {
		k.risk += float64(float64(o.cost.Risk) * times)
		k.value += float64(float64(o.cost.Value) * times)
	}
	for j := range o.demands {
		d := &o.demands[j]
		x.offer = x.offer[:0]
		for _, a := range d.arcs {
			f := soft{supply: a.supply, most: float64(x.supply[a.supply]), risk: float64(a.cost.Risk), value: float64(a.cost.Value)}
			f.unit = weigh(f.risk, f.value) + x.price[a.supply]
			x.offer = append(x.offer, f)
		}
		f := x.unserved(*d)
		f.unit, f.most = weigh(f.risk, f.value), math.Inf(1)
		x.offer = append(x.offer, f)
		if len(x.offer) > 1 {
			slices.SortStableFunc(x.offer, func(a, b soft) int { return cmp.Compare(a.unit, b.unit) })
		}
		amount := float64(d.amount)
		for _, f := range x.offer {
			n := min(amount, f.most)
			sum += float64(f.unit * n)
			if k != nil {
				k.add(f, float64(n*times))
			}
			if amount -= n; amount == 0 {
				break
			}
		}
	}
	return sum
}

// leastRisk minimises the risk, whatever it is.
func (x *relaxation) leastRisk() { x.run(1, 0, 1e15) }

// leastValue minimises the value at a risk of no more than the cap.
func (x *relaxation) leastValue() { x.run(0, 1, float64(float64(x.cap)*x.scale)+1e-9) }

// run minimises, from the basis that there is.
func (x *relaxation) run(risk, value, right float64) {
	x.weight = [2]float64{risk, value}
	x.right[len(x.supply)] = right
	x.factor()
	limit := x.pivots + 200 + 50*len(x.right) + 20*len(x.classes)
	for worked := true; worked && x.pivots < limit; {
		worked = false
		for c := range x.classes {
			x.free()
			k := x.cheapest(c)
			had := x.worth(x.key[c])
			if gain := had - x.worth(k); gain > tolerance*(1+math.Abs(had)) {
				x.enter(k, -gain)
				worked = true
			}
		}
		worked = x.free() || worked
	}
}

// free lets slacks in whose row has come to cost less than nothing.
func (x *relaxation) free() bool {
	worked := false
	for range x.right {
		best := -1
		for r, p := range x.price {
			if p < -1e-9 && (best < 0 || p < x.price[best]) {
				best = r
			}
		}
		if best < 0 {
			break
		}
		x.enter(pattern{class: -1, row: best}, x.price[best])
		worked = true
	}
	return worked
}

// choice is how the copies are split over the options.
func (x *relaxation) choice() []float64 {
	out := make([]float64, len(x.options))
	rest := make([]float64, len(x.classes))
	for c := range rest {
		rest[c] = 1
	}
	add := func(k pattern, n float64) {
		for i, t := range k.taken {
			out[x.classes[k.class].first+i] += float64(float64(t) * n)
		}
	}
	for r, k := range x.basis {
		if k.class >= 0 {
			n := min(max(x.level[r], 0), 1)
			add(k, n)
			rest[k.class] -= n
		}
	}
	for c, k := range x.key {
		add(k, max(rest[c], 0))
	}
	return out
}
