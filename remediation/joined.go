package remediation

import (
	"slices"

	"github.com/shopspring/decimal"
)

// joined makes one option of entering a tier of prices and of buying more at it: for the
// seller it is one purchase.
func (s selection) joined() selection {
	out := s
	out.options, out.count = nil, nil
	for i, o := range s.options {
		at := -1
		if o.needs != "" {
			at = slices.IndexFunc(out.options, func(e Option) bool { return e.ID == o.needs })
		}
		if at < 0 {
			out.options, out.count = append(out.options, o), append(out.count, s.count[i])
			continue
		}
		n := decimal.NewFromInt(s.count[i])
		e := &out.options[at]
		a := e.Actions[0]
		paid := e.Price.Amount.Add(o.Price.Amount.Mul(n))
		a.Quantity = a.Quantity.Add(o.Actions[0].Quantity.Mul(n))
		a.Price.Amount = paid.DivRound(a.Quantity, unitScale)
		e.Actions, e.Price.Amount = []Action{a}, paid
		e.Cost.Amount = e.Cost.Amount.Add(o.Cost.Amount.Mul(n))
		e.Disruption += o.Disruption * int(s.count[i])
		e.packs += s.count[i]
	}
	return out
}
