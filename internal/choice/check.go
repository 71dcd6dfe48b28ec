package choice

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/trueup-dev/trueup/internal/flow"
)

// maxCost bounds each part of a cost per unit, maxTotal what any assignment may
// cost and want in all. Within them sums and products fit into 64 bits, and
// products with a price into 128.
const (
	maxCost  = math.MaxInt64 >> 12
	maxTotal = math.MaxInt64 >> 2
)

func (p Problem) check() error {
	sum := tally{}
	for i, s := range p.Supply {
		if s < 0 {
			return fmt.Errorf("%w: supply %d is negative", ErrProblem, i)
		}
		sum.add(s, 1)
	}
	if sum.over {
		return fmt.Errorf("%w: the supplies add up to too much", ErrProblem)
	}
	var risk, value, amount tally
	for g, group := range p.Groups {
		if err := p.checkGroup(g, group); err != nil {
			return err
		}
		r, v, a := group.most()
		n := group.copies()
		risk.add(r, n)
		value.add(v, n)
		amount.add(a, n)
	}
	if risk.over || value.over || amount.over {
		return fmt.Errorf("%w: amounts or costs add up to too much", ErrProblem)
	}
	return nil
}

func (g Group) copies() int64 { return max(g.Count, 1) }

func (p Problem) checkGroup(g int, group Group) error {
	if group.Count < 0 || len(group.Options) == 0 {
		return fmt.Errorf("%w: group %d has %d copies and %d options", ErrProblem, g, group.Count, len(group.Options))
	}
	for o, option := range group.Options {
		if bad(option.Cost) {
			return fmt.Errorf("%w: group %d, option %d costs %v", ErrProblem, g, o, option.Cost)
		}
		for d, demand := range option.Demands {
			if demand.Amount < 0 || bad(demand.Penalty) {
				return fmt.Errorf("%w: group %d, option %d, demand %d has amount %d and penalty %v",
					ErrProblem, g, o, d, demand.Amount, demand.Penalty)
			}
			for a, arc := range demand.Arcs {
				if arc.Supply < 0 || arc.Supply >= len(p.Supply) || bad(arc.Cost) {
					return fmt.Errorf("%w: group %d, option %d, demand %d, arc %d %+v", ErrProblem, g, o, d, a, arc)
				}
			}
		}
	}
	return nil
}

func bad(c flow.Cost) bool {
	return c.Risk < 0 || c.Value < 0 || c.Risk > maxCost || c.Value > maxCost
}

// most is what a copy costs and wants at most.
func (g Group) most() (risk, value, amount int64) {
	for _, o := range g.Options {
		var r, v, a tally
		r.add(o.Cost.Risk, 1)
		v.add(o.Cost.Value, 1)
		for _, d := range o.Demands {
			dearest := d.Penalty
			for _, arc := range d.Arcs {
				dearest = flow.Cost{Risk: max(dearest.Risk, arc.Cost.Risk), Value: max(dearest.Value, arc.Cost.Value)}
			}
			r.add(dearest.Risk, d.Amount)
			v.add(dearest.Value, d.Amount)
			a.add(1, d.Amount)
		}
		risk, value, amount = max(risk, r.sum), max(value, v.sum), max(amount, a.sum)
	}
	return risk, value, amount
}

// tally adds products of numbers that are not negative, and notes when they come
// to more than is allowed.
type tally struct {
	sum  int64
	over bool
}

func (t *tally) add(a, b int64) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > maxTotal || t.sum > maxTotal-int64(lo) {
		t.over, t.sum = true, maxTotal+1
		return
	}
	t.sum += int64(lo)
}
