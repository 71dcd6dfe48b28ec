package remediation

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// joint starts an option that helps several positions, the first of which is its own.
func (r Request) joint(kind Kind, ps []compliance.Position, price compliance.Money, target ...string) (Option, bool) {
	o, ok := r.option(kind, ps[0], price, target...)
	if !ok {
		return o, false
	}
	o.ID = strings.Join(append([]string{kind.String()}, target...), "|")
	o.signature = o.ID
	o.mosts = map[string]decimal.Decimal{}
	return o, true
}

// reach says by how many units one unit of the option can help a position at most.
func (o *Option) reach(key string, most decimal.Decimal) {
	if key == o.Position {
		o.most = most
		return
	}
	o.mosts[key] = most
}

// bundled finds what can be bought together: one purchase for all products of a bundle
// that are short.
func (r Request) bundled(positions []compliance.Position) []Option {
	var out []Option
	for _, b := range r.Policy.bundles {
		var ps []compliance.Position
		var actions []Action
		most := int64(0)
		for _, it := range b.Items {
			units := int64(max(it.Units, 1))
			a := Action{Verb: Purchase, Product: it.Product, Edition: it.Edition, Quantity: decimal.NewFromInt(units), Quote: b.Name}
			for _, p := range r.Result.Positions {
				if p.Product == it.Product && a.Metric == "" {
					a.Metric = p.Metric
				}
			}
			for _, p := range positions {
				if p.Product == it.Product {
					a.Metric = p.Metric
					ps = append(ps, p)
					most = max(most, packsFor(p, units))
				}
			}
			if a.Metric != "" {
				actions = append(actions, a)
			}
		}
		if len(ps) == 0 {
			continue
		}
		o, ok := r.joint(Buy, ps, compliance.Money{Amount: b.Price, Currency: b.Currency}, "bundle "+b.Name)
		if !ok {
			continue
		}
		o.expires("bundle "+b.Name, b.Until.Time)
		o.Max = most
		if b.Most > 0 {
			o.Max = min(o.Max, int64(b.Most))
		}
		o.Actions = divided(actions, o.Price)
		var names []string
		for _, a := range actions {
			names = append(names, strings.TrimSpace(fmt.Sprintf("%s %s %s", a.Quantity, a.Product, a.Edition)))
			for _, p := range ps {
				if p.Product == a.Product {
					o.reach(p.Key(), a.Quantity)
				}
			}
		}
		o.Verb = fmt.Sprintf("buy bundle %s of %s", b.Name, strings.Join(names, ", "))
		out = append(out, o)
	}
	return out
}

// divided gives each purchase of a bundle its part of the price, by its units. What is
// paid is the price of the bundle; the parts say what the units were bought at.
func divided(actions []Action, price compliance.Money) []Action {
	var units decimal.Decimal
	for _, a := range actions {
		units = units.Add(a.Quantity)
	}
	each := price.Amount.DivRound(units, unitScale)
	for i := range actions {
		actions[i].Price = compliance.Money{Amount: each, Currency: price.Currency}
	}
	return actions
}

// coTermed finds the offers to renew entitlements to a common end that help a position:
// those with an entitlement whose term is over.
func (r Request) coTermed(positions []compliance.Position) []Option {
	var out []Option
	for _, t := range r.Policy.coTerms {
		var ps []compliance.Position
		var actions []Action
		total := compliance.Money{Currency: t.Currency}
		unknown := ""
		for _, it := range t.Entitlements {
			e, err := ownedIn(&r.Input, it.Entitlement, "co-term")
			if err != nil || e.End.IsZero() {
				unknown = "end of the term of " + string(it.Entitlement)
				continue
			}
			for _, p := range positions {
				if p.Product == e.Product && p.Metric == e.Metric && !e.End.After(r.Now) {
					ps = append(ps, p)
				}
			}
			a := Action{Verb: Prolong, Product: e.Product, Entitlement: e.ID, Quantity: e.Quantity, Metric: e.Metric, Until: t.Term.Time, Quote: t.Name}
			a.Price = compliance.Money{Amount: Prorated(it.Annual, e.End, t.Term.Time), Currency: t.Currency}
			a.Preconditions = a.ended(e.End)
			total.Amount = total.Amount.Add(a.Price.Amount)
			actions = append(actions, a)
		}
		if len(ps) == 0 {
			continue
		}
		o, ok := r.joint(Renew, ps, total, "co-term "+t.Name)
		if !ok {
			continue
		}
		if unknown != "" {
			o.wait(unknown)
		}
		o.expires("co-term "+t.Name, t.Until.Time)
		var names []string
		for _, a := range actions {
			names = append(names, string(a.Entitlement))
			o.claims = append(o.claims, "term|"+string(a.Entitlement))
			for _, p := range ps {
				if p.Product == a.Product {
					o.reach(p.Key(), o.bound(p.Key()).Add(a.Quantity.Ceil()))
				}
			}
		}
		o.Verb = fmt.Sprintf("renew %s to the common end %s", strings.Join(names, ", "), t.Term.Format(time.DateOnly))
		o.Actions = actions
		out = append(out, o)
	}
	return out
}

// Prorated is the part of a year's price for the days from one date to another, in
// cents, half a cent rounded up. A year is counted from the first date on: whole years
// cost the price, and the rest of days its share of the year that they begin, which may
// have 366.
func Prorated(annual decimal.Decimal, from, to time.Time) decimal.Decimal {
	from, to = midnight(from), midnight(to)
	if !from.Before(to) {
		return decimal.Decimal{}
	}
	years := 0
	for !from.AddDate(years+1, 0, 0).After(to) {
		years++
	}
	begun := from.AddDate(years, 0, 0)
	days, year := wholeDays(begun, to), wholeDays(begun, from.AddDate(years+1, 0, 0))
	part := annual.Mul(decimal.NewFromInt(int64(days))).DivRound(decimal.NewFromInt(int64(year)), 2)
	return annual.Mul(decimal.NewFromInt(int64(years))).Add(part)
}

func midnight(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
