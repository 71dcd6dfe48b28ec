package certificate

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
)

// Check says whether the certificate holds: the coverage is possible, the prices
// are sound, and every number that follows from others does. A certificate whose
// gap is zero is then proven to be optimal. The error joins one [*Failure] for
// each thing that is wrong, and is nil when nothing is. It takes time in
// proportion to the certificate's length.
func Check(c Certificate) error {
	k := &checker{c: c, supply: map[string]int{}, demand: map[string]int{}}
	k.form()
	if len(k.failures) > 0 { // nothing can be computed from such a certificate
		return errors.Join(k.failures...)
	}
	k.arcs()
	k.supplies()
	k.demands()
	k.totals()
	return errors.Join(k.failures...)
}

// checker gathers what fails. used and covered are summed over the arcs.
type checker struct {
	c              Certificate
	supply, demand map[string]int
	used, covered  []decimal.Decimal
	failures       []error
}

func (k *checker) fail(kind Kind, item, format string, args ...any) {
	k.failures = append(k.failures, &Failure{kind, item, fmt.Sprintf(format, args...)})
}

// expect fails when a stated number is not the computed one.
func (k *checker) expect(kind Kind, item, name string, stated, computed decimal.Decimal) {
	if !stated.Equal(computed) {
		k.fail(kind, item, "%s is stated as %s, but is %s", name, stated, computed)
	}
}

func (k *checker) expectCost(item, name string, stated, computed Cost) {
	if !stated.equal(computed) {
		k.fail(Misstated, item, "%s is stated as %v, but is %v", name, stated, computed)
	}
}

func (k *checker) negative(item, name string, d decimal.Decimal) {
	if d.IsNegative() {
		k.fail(Negative, item, "%s is %s", name, d)
	}
}

// arcs checks each arc against the prices of its ends: dual feasibility, and
// where the optimum is claimed that only arcs are used that cost nothing more.
func (k *checker) arcs() {
	k.used = make([]decimal.Decimal, len(k.c.Supplies))
	k.covered = make([]decimal.Decimal, len(k.c.Demands))
	for _, a := range k.c.Arcs {
		i, j := k.supply[a.Supply], k.demand[a.Demand]
		s, d := k.c.Supplies[i], k.c.Demands[j]
		k.negative(a.item(), "quantity", a.Quantity)
		reduced := Cost{Value: s.Value}.plus(s.Price).minus(d.Price)
		k.expectCost(a.item(), "reduced cost", a.Reduced, reduced)
		if reduced.sign() < 0 {
			k.fail(Unsound, a.item(), "reduced cost %v is negative", reduced)
		}
		if k.c.Optimal() && a.Quantity.IsPositive() && reduced.sign() != 0 {
			k.fail(Slack, a.item(), "used at the reduced cost %v", reduced)
		}
		k.used[i] = k.used[i].Add(a.Quantity)
		k.covered[j] = k.covered[j].Add(a.Quantity)
	}
}

func (k *checker) supplies() {
	for i, s := range k.c.Supplies {
		item := "supply " + s.ID
		k.negative(item, "quantity", s.Quantity)
		k.negative(item, "value", s.Value)
		k.expect(Miscounted, item, "used", s.Used, k.used[i])
		k.expect(Miscounted, item, "left", s.Left, s.Quantity.Sub(k.used[i]))
		if k.used[i].GreaterThan(s.Quantity) {
			k.fail(Overused, item, "covers %s of %s", k.used[i], s.Quantity)
		}
		if s.Price.sign() < 0 {
			k.fail(Unsound, item, "price %v is negative", s.Price)
		}
		if k.c.Optimal() && k.used[i].LessThan(s.Quantity) && s.Price.sign() != 0 {
			k.fail(Slack, item, "%s are left at the price %v", s.Left, s.Price)
		}
	}
}

func (k *checker) demands() {
	for j, d := range k.c.Demands {
		item := "demand " + d.ID
		k.negative(item, "amount", d.Amount)
		k.negative(item, "short", d.Short)
		k.negative(item, "penalty", d.Penalty.Risk)
		k.negative(item, "penalty's value", d.Penalty.Value)
		k.members(item, d)
		k.expect(Miscounted, item, "covered", d.Covered, k.covered[j])
		k.expect(Miscounted, item, "short", d.Short, d.Amount.Sub(k.covered[j]))
		margin := d.Penalty.minus(d.Price)
		k.expectCost(item, "margin", d.Margin, margin)
		if margin.sign() < 0 {
			k.fail(Unsound, item, "price %v exceeds the penalty %v", d.Price, d.Penalty)
		}
		if k.c.Optimal() && d.Short.IsPositive() && margin.sign() != 0 {
			k.fail(Slack, item, "%s are short at the price %v, below the penalty %v", d.Short, d.Price, d.Penalty)
		}
	}
}

func (k *checker) members(item string, d Demand) {
	var sum decimal.Decimal
	for _, m := range d.Members {
		k.negative(item+", member "+m.ID, "amount", m.Amount)
		sum = sum.Add(m.Amount)
	}
	k.expect(Miscounted, item, "the members' amount", d.Amount, sum)
}

// totals computes cost and bound anew.
func (k *checker) totals() {
	var cost, bound Cost
	for i, s := range k.c.Supplies {
		cost = cost.plus(Cost{Value: s.Value}.times(k.used[i]))
		bound = bound.minus(s.Price.times(s.Quantity))
	}
	for j, d := range k.c.Demands {
		cost = cost.plus(d.Penalty.times(d.Amount.Sub(k.covered[j])))
		bound = bound.plus(d.Price.times(d.Amount))
	}
	k.expectCost("totals", "cost", k.c.Cost, cost)
	k.expectCost("totals", "bound", k.c.Bound, bound)
	k.expectCost("totals", "gap", k.c.Gap, cost.minus(bound))
}
