package remediation

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// unitScale is the number of places that the price of a unit is stated with where a pack
// does not divide evenly. What is paid is the price of the pack.
const unitScale = 6

// quoted finds what can be bought by quotes, in whole packs.
func (r Request) quoted(p compliance.Position) []Option {
	var out []Option
	for _, q := range r.Policy.quotes {
		if q.Product != p.Product {
			continue
		}
		if len(q.Tiers) > 0 {
			out = append(out, r.tiers(p, q)...)
			continue
		}
		o, ok := r.packs(p, q, q.Price, "quote "+q.Name)
		if !ok {
			continue
		}
		if q.Most > 0 {
			o.Max = min(o.Max, int64(q.Most))
		}
		out = append(out, o)
	}
	return out
}

// packs is the option of buying packs of a quote at a price, one by one.
func (r Request) packs(p compliance.Position, q QuoteDocument, price decimal.Decimal, target string) (Option, bool) {
	o, ok := r.option(Buy, p, compliance.Money{Amount: price, Currency: q.Currency}, target)
	if !ok {
		return o, false
	}
	size := int64(max(q.Pack, 1))
	pack := decimal.NewFromInt(size)
	o.expires("quote "+q.Name, q.Until.Time)
	o.Verb = strings.TrimSpace(fmt.Sprintf("buy %s of %s %s", p.Unit, p.Product, q.Edition)) + fmt.Sprintf(" by quote %s, packs of %s", q.Name, pack)
	o.Max, o.most = packsFor(p, size), pack
	o.Actions = []Action{{
		Verb: Purchase, Product: p.Product, Edition: q.Edition, Metric: p.Metric, Quantity: pack, Quote: q.Name,
		Price: compliance.Money{Amount: price.DivRound(pack, unitScale), Currency: q.Currency},
	}}
	return o, true
}

// packsFor is how many packs close a position by themselves.
func packsFor(p compliance.Position, size int64) int64 {
	return (ceilUnits(p.Short.Low) + size - 1) / size
}

// tiers are the options of a quote whose price depends on the number.
//
// A tier is entered by buying the least number of packs that it is for, at once, and
// then holds for each pack beyond. Only one tier can be entered. So a price that falls
// for all packs, and one that falls for the next, are both sums of what is taken, and
// buying more than is needed to reach a better price is among the choices.
func (r Request) tiers(p compliance.Position, q QuoteDocument) []Option {
	var out []Option
	steps := append([]TierDocument{{From: 1, Price: q.Price}}, q.Tiers...)
	before := decimal.Decimal{} // the price of all packs below the tier, where it is graduated
	for i, t := range steps {
		last := packsFor(p, int64(max(q.Pack, 1)))
		if i+1 < len(steps) {
			last = min(last, int64(steps[i+1].From-1))
		}
		if q.Most > 0 {
			last = min(last, int64(q.Most))
		}
		first := int64(t.From)
		total := t.Price.Mul(decimal.NewFromInt(first))
		if q.Graduated {
			total = before.Add(t.Price)
		}
		if i+1 < len(steps) {
			before = before.Add(t.Price.Mul(decimal.NewFromInt(int64(steps[i+1].From) - first)))
		}
		if q.Most > 0 && first > int64(q.Most) {
			continue
		}
		out = append(out, r.tier(p, q, t, total, last-first)...)
	}
	return out
}

// tier is the option that enters a tier for a total, and that of up to more packs at
// its price.
func (r Request) tier(p compliance.Position, q QuoteDocument, t TierDocument, total decimal.Decimal, more int64) []Option {
	name := fmt.Sprintf("quote %s from %d", q.Name, t.From)
	enter, ok := r.packs(p, q, t.Price, name)
	if !ok {
		return nil
	}
	first := decimal.NewFromInt(int64(t.From))
	units := enter.Actions[0].Quantity.Mul(first)
	enter.Max, enter.most, enter.packs = 1, units, int64(t.From)
	enter.Cost.Amount = enter.Cost.Amount.Sub(enter.Price.Amount)
	enter.Price.Amount = total
	cost, missing := r.exchange(enter.Price, enter.Cost.Currency)
	if missing == "" {
		enter.Cost.Amount = cost.Amount.Add(r.Policy.actions[Buy].Effort)
	}
	enter.Actions[0].Quantity = units
	enter.Actions[0].Price.Amount = total.DivRound(units, unitScale)
	enter.Verb += fmt.Sprintf(" at the price from %d", t.From)
	enter.claims = []string{"quote|" + q.Name}
	out := []Option{enter}
	if more > 0 {
		o, _ := r.packs(p, q, t.Price, name)
		o.ID += "|more"
		o.signature = o.ID
		o.Verb += fmt.Sprintf(" beyond %d", t.From)
		o.Max, o.needs = more, enter.ID
		out = append(out, o)
	}
	return out
}

// stepUps find units of an edition that is owned, covers nothing and may become
// another edition.
func (r Request) stepUps(p compliance.Position) []Option {
	var out []Option
	for _, d := range r.Policy.stepUps {
		if d.Product != p.Product {
			continue
		}
		for _, s := range p.Entitlements {
			e, _ := ownedIn(&r.Input, s.Entitlement, "step-up")
			left := s.Owned.Sub(s.Used).Sub(s.Held).Floor()
			if s.Refused != "" || e == nil || e.Edition != d.From || !left.IsPositive() || len(e.Pools)+len(e.Allocations) > 0 || e.Pack.IsPositive() {
				continue
			}
			if o, ok := r.stepUp(p, d, *e, left); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

func (r Request) stepUp(p compliance.Position, d StepUpDocument, e compliance.Entitlement, left decimal.Decimal) (Option, bool) {
	price := compliance.Money{Amount: d.Price, Currency: d.Currency}
	o, ok := r.option(Buy, p, price, "step-up "+d.Name, string(e.ID))
	if !ok {
		return o, false
	}
	o.expires("step-up "+d.Name, d.Until.Time)
	o.Verb = fmt.Sprintf("step up %s of %s from %s to %s by %s", p.Unit, e.ID, d.From, d.To, d.Name)
	one := decimal.NewFromInt(1)
	o.Max, o.most = min(ceilUnits(p.Short.Low), left.IntPart()), one
	o.share, o.pool = e.ID, left
	a := Action{Verb: StepUp, Product: p.Product, Entitlement: e.ID, Edition: d.To, Metric: p.Metric, Quantity: one, Price: price, Quote: d.Name}
	a.Preconditions = a.leaving(one)
	o.Actions = []Action{a}
	a.Verb, a.Preconditions = another, nil
	o.loose = []Action{a}
	return o, true
}
