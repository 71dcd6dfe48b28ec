package certificate

import "github.com/shopspring/decimal"

// steps checks that everything comes in the steps of the part. Copies are whole
// numbers. Once each copy has taken an option the rest is a flow, and a flow of
// whole quantities is cheapest in whole quantities; so nothing is cheaper than
// some assignment whose cost is a multiple of the step.
func (k *checker) steps(item string, p Part) {
	if !p.Step.Quantity.IsPositive() || !p.Step.Cost.Risk.IsPositive() || !p.Step.Cost.Value.IsPositive() {
		k.fail(Uneven, item, "the step itself is not positive")
		return
	}
	one := decimal.NewFromInt(1)
	for _, s := range p.Supplies {
		k.even("supply "+s.ID, "quantity", s.Quantity, p.Step.Quantity)
	}
	for _, g := range p.Groups {
		item := "group " + g.ID
		k.even(item, "copies", g.Copies, one)
		for _, o := range g.Options {
			item := item + ", option " + o.ID
			k.even(item, "taken", o.Taken, one)
			k.evenCost(item, "cost", o.Cost, p.Step.Cost)
			for _, d := range o.Demands {
				item := item + ", demand " + d.ID
				k.even(item, "amount", d.Amount, p.Step.Quantity)
				k.evenCost(item, "penalty", d.Penalty.times(p.Step.Quantity), p.Step.Cost)
				for _, a := range d.Arcs {
					k.evenCost(item+", from "+a.Supply, "cost", a.Cost.times(p.Step.Quantity), p.Step.Cost)
				}
			}
		}
	}
}

func (k *checker) even(item, name string, d, step decimal.Decimal) {
	if !d.Mod(step).IsZero() {
		k.fail(Uneven, item, "%s is %s, in steps of %s", name, d, step)
	}
}

func (k *checker) evenCost(item, name string, c, step Cost) {
	k.even(item, name+" in risk", c.Risk, step.Risk)
	k.even(item, name+" in value", c.Value, step.Value)
}

// up rounds up to the next multiple of a step.
func up(d, step decimal.Decimal) decimal.Decimal {
	if rest := d.Mod(step); rest.IsPositive() {
		return d.Sub(rest).Add(step)
	}
	return d
}
