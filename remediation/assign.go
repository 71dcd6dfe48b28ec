package remediation

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// spare are whole units of an entitlement that cover nothing.
func spare(s compliance.Supply) decimal.Decimal {
	if s.Refused != "" {
		return decimal.Decimal{}
	}
	return s.Owned.Sub(s.Used).Floor()
}

// cover finds units of a suite that are owned and cover nothing, for those who lack a
// license for one of its members: whoever is given the suite is licensed by it.
func (r Request) cover(p compliance.Position) []Option {
	var out []Option
	for _, l := range r.Input.Licensing {
		if l.Suite == nil || !slices.Contains(l.Suite.Members, p.Product) {
			continue
		}
		for _, suite := range r.Result.Positions {
			if suite.Product != l.Product || suite.Metric != l.Metric {
				continue
			}
			for _, s := range suite.Entitlements {
				if left := spare(s).Sub(s.Held); left.IsPositive() {
					out = append(out, r.suiteFor(p, suite.Product, s.Entitlement, left)...)
				}
			}
		}
	}
	return out
}

// suiteFor are the options of giving the suite to each consumer that is short.
func (r Request) suiteFor(p compliance.Position, suite catalog.ProductKey, from compliance.EntitlementID, left decimal.Decimal) []Option {
	var out []Option
	names := map[bool]catalog.Title{}
	for _, seat := range []bool{false, true} {
		if t, ok := r.nameOf(suite, seat); ok {
			names[seat] = t
		}
	}
	for _, c := range p.Consumers {
		if !c.Short.IsPositive() || c.Through != nil || c.Device == "" && c.User == "" {
			continue
		}
		o, ok := r.option(Cover, p, compliance.Money{}, string(from), c.Consumer)
		if !ok {
			return nil
		}
		a := Action{Verb: Assign, Product: suite, Device: c.Device, Entitlement: from, Quantity: decimal.NewFromInt(1)}
		if c.Consumer == string(c.User) {
			a.Device, a.User = "", c.User
		}
		if a.Title, ok = names[a.Device == ""]; !ok {
			o.wait("title of " + string(suite))
		}
		a.Preconditions = a.leaving(a.Quantity)
		o.Verb = fmt.Sprintf("give %s the suite %s of %s", c.Consumer, suite, from)
		o.Undo = "take the suite back"
		if o.State == Available {
			o.Actions = []Action{a}
		}
		o.most = r.bound(p, []compliance.Outcome{c})
		// At best the consumer needs nothing any more.
		o.loose = []Action{{Verb: spared, Product: p.Product, Device: a.Device, User: a.User}}
		o.share, o.pool = from, left
		o.claims = []string{fmt.Sprintf("suite|%s|%s", suite, c.Consumer)}
		o.seen = fmt.Sprintf("!position.consumers.exists(c, c.id == %s && c.short > 0)", quote(c.Consumer))
		o.signature = "suite|" + string(from) + "|" + signature(c)
		out = append(out, o)
	}
	return out
}

// nameOf is what sources call a product: what they call it where it is already, else
// what the policy says.
func (r Request) nameOf(product catalog.ProductKey, seat bool) (catalog.Title, bool) {
	is := recogniser(r.Input, product)
	var best catalog.Title
	found := false
	consider := func(t catalog.Title) {
		if is(t) && (!found || compareTitles(t, best) < 0) {
			best, found = t, true
		}
	}
	if seat {
		for s := range r.Input.Estate.Seats() {
			consider(s.Title)
		}
	} else {
		for x := range r.Input.Estate.Installs() {
			consider(x.Title)
		}
	}
	for _, t := range r.Policy.titles {
		if !found && t.Product == product {
			consider(t.Title.title())
		}
	}
	return best, found
}

// released finds units that are allocated to those who do not have the product: letting
// them go lets others use them.
func (r Request) released(p compliance.Position) []Option {
	var out []Option
	for _, s := range p.Entitlements {
		e, err := ownedIn(&r.Input, s.Entitlement, "release")
		if err != nil || !s.Held.IsPositive() || s.Refused != "" {
			continue
		}
		for _, l := range e.Allocations {
			if slices.ContainsFunc(p.Consumers, func(c compliance.Outcome) bool {
				return l.Consumer == c.Consumer || l.Consumer == string(c.Device) || l.Consumer == string(c.User)
			}) {
				continue
			}
			a := Action{Device: compliance.DeviceID(l.Consumer)}
			if _, ok := r.Input.Estate.User(compliance.UserID(l.Consumer)); ok {
				a = Action{User: compliance.UserID(l.Consumer)}
			}
			n := decimal.Min(s.Held, l.Quantity).Floor()
			if e.Pack.IsPositive() || !n.IsPositive() {
				continue
			}
			if o, ok := r.release(Cover, p, *e, a, n, l.Consumer); ok {
				o.Verb = fmt.Sprintf("let go of %s of %s that are allocated to %s, who does not need them", p.Unit, e.ID, l.Consumer)
				out = append(out, o)
			}
		}
	}
	return out
}

// pooled finds units that are kept for some entities and cover nothing there.
func (r Request) pooled(p compliance.Position) []Option {
	var out []Option
	for _, s := range p.Entitlements {
		e, err := ownedIn(&r.Input, s.Entitlement, "release")
		left := spare(s).Sub(s.Held)
		if err != nil || !left.IsPositive() {
			continue
		}
		for _, pool := range e.Pools {
			n := decimal.Min(left, pool.Quantity.Floor())
			if !n.IsPositive() {
				continue
			}
			if o, ok := r.release(Reallocate, p, *e, Action{Entity: pool.Entities[0]}, n, "pool of "+pool.Entities[0]); ok {
				o.Verb = fmt.Sprintf("take %s of %s out of the pool of %s", p.Unit, e.ID, pool.Entities[0])
				out = append(out, o)
			}
		}
	}
	return out
}

// release is the option of freeing up to n units that an entitlement holds for someone.
func (r Request) release(kind Kind, p compliance.Position, e compliance.Entitlement, a Action, n decimal.Decimal, target string) (Option, bool) {
	o, ok := r.option(kind, p, compliance.Money{}, string(e.ID), target)
	if !ok {
		return o, false
	}
	one := decimal.NewFromInt(1)
	a.Verb, a.Product, a.Entitlement, a.Metric, a.Quantity, a.Edition = Release, p.Product, e.ID, p.Metric, one, e.Edition
	a.Preconditions = a.leaving(one)
	o.Actions = []Action{a}
	o.Undo = "hold the units again"
	o.Max, o.most = min(ceilUnits(p.Short.Low), n.IntPart()), one
	o.draws = []draw{{"held|" + string(e.ID) + "|" + target, 1, n.IntPart()}}
	a.Verb, a.Preconditions = another, nil
	o.loose = []Action{a}
	return o, true
}
