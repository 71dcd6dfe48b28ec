package certificate

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
)

// Check says whether the certificate holds: the assignment is possible and costs
// what it says, and nothing costs less than the bound. A certificate whose gap is
// zero is then proven to be optimal. The error joins one [*Failure] for each thing
// that is wrong, and is nil when nothing is. It takes time in proportion to the
// length of the certificate times the leaves of its trees.
func Check(c Certificate) error {
	k := &checker{}
	k.form(c)
	if len(k.failures) > 0 { // nothing can be computed from such a certificate
		return errors.Join(k.failures...)
	}
	if c.Digest != c.digest() {
		k.fail(Altered, "digest", "it is not that of the certificate")
	}
	var cost, bound Cost
	for i, p := range c.Parts {
		k.part(number("part", i), p)
		cost, bound = cost.plus(p.Cost), bound.plus(p.Bound)
	}
	k.expectCost("totals", "cost", c.Cost, cost)
	k.expectCost("totals", "bound", c.Bound, bound)
	k.expectCost("totals", "gap", c.Gap, cost.minus(bound))
	return errors.Join(k.failures...)
}

// number names the nth of a list as people count.
func number(what string, n int) string { return fmt.Sprintf("%s %d", what, n+1) }

// checker gathers what fails.
type checker struct{ failures []error }

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

func (k *checker) negative(item, name string, numbers ...decimal.Decimal) {
	for _, d := range numbers {
		if d.IsNegative() {
			k.fail(Negative, item, "%s is %s", name, d)
		}
	}
}

// part checks one part: the steps, the assignment, its cost, and the bound.
func (k *checker) part(item string, p Part) {
	before := len(k.failures)
	k.steps(item, p)
	used := map[string]decimal.Decimal{}
	var cost Cost
	for _, g := range p.Groups {
		cost = cost.plus(k.group(g, used))
	}
	for _, s := range p.Supplies {
		item := "supply " + s.ID
		k.negative(item, "quantity", s.Quantity)
		k.expect(Miscounted, item, "used", s.Used, used[s.ID])
		k.expect(Miscounted, item, "left", s.Left, s.Quantity.Sub(used[s.ID]))
		if used[s.ID].GreaterThan(s.Quantity) {
			k.fail(Overused, item, "covers %s of %s", used[s.ID], s.Quantity)
		}
	}
	k.expectCost(item, "cost", p.Cost, cost)
	if len(k.failures) == before { // what is negative or uneven bounds nothing
		k.bound(item, p)
	}
}

// group checks what the copies of a group take, adds what they use, and gives what
// that costs.
func (k *checker) group(g Group, used map[string]decimal.Decimal) Cost {
	item := "group " + g.ID
	k.negative(item, "copies", g.Copies)
	k.members(item, g.Members, g.Copies)
	var cost Cost
	var taken decimal.Decimal
	for _, o := range g.Options {
		item := item + ", option " + o.ID
		k.negative(item, "taken", o.Taken)
		k.negative(item, "cost", o.Cost.Risk, o.Cost.Value)
		taken = taken.Add(o.Taken)
		cost = cost.plus(o.Cost.times(o.Taken))
		for _, d := range o.Demands {
			k.members(item+", demand "+d.ID, d.Members, d.Amount.Mul(g.Copies))
			cost = cost.plus(k.demand(item+", demand "+d.ID, o, d, used))
		}
	}
	k.expect(Miscounted, item, "copies", g.Copies, taken)
	return cost
}

// demand checks what covers a demand of the copies that take an option.
func (k *checker) demand(item string, o Option, d Demand, used map[string]decimal.Decimal) Cost {
	k.negative(item, "amount", d.Amount)
	k.negative(item, "short", d.Short)
	k.negative(item, "penalty", d.Penalty.Risk, d.Penalty.Value)
	left := d.Amount.Mul(o.Taken)
	cost := d.Penalty.times(d.Short)
	for _, a := range d.Arcs {
		k.negative(item+", from "+a.Supply, "quantity", a.Quantity)
		k.negative(item+", from "+a.Supply, "cost", a.Cost.Risk, a.Cost.Value)
		left = left.Sub(a.Quantity)
		used[a.Supply] = used[a.Supply].Add(a.Quantity)
		cost = cost.plus(a.Cost.times(a.Quantity))
	}
	k.expect(Miscounted, item, "short", d.Short, left)
	if d.Must && d.Short.IsPositive() {
		k.fail(Unserved, item, "%s are short", d.Short)
	}
	return cost
}

// members checks that those named add up.
func (k *checker) members(item string, members []Member, want decimal.Decimal) {
	if len(members) == 0 {
		return
	}
	var sum decimal.Decimal
	for _, m := range members {
		k.negative(item+", member "+m.ID, "amount", m.Amount)
		sum = sum.Add(m.Amount)
	}
	k.expect(Miscounted, item, "what its members need", want, sum)
}
