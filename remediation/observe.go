package remediation

import (
	"cmp"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// The values that a row's presence takes in facts.
const (
	present = "present"
	gone    = "gone"
)

// Observe reads the facts that an action rests on from a later input and its
// result, under the names that the action's preconditions have. A fact whose
// value is another than in the preconditions has changed since the plan was made:
// the row is gone, somebody used it, the price is another, fewer units are left.
func Observe(in compliance.Input, res *compliance.Result, a Action) []Fact {
	switch a.Verb {
	case Uninstall:
		for x := range in.Estate.InstallsOn(a.Device) {
			if x.Title == a.Title && x.User == a.User {
				return a.observed(x.LastUsed, true)
			}
		}
	case Unassign:
		for s := range in.Estate.Seats() {
			if s.Title == a.Title && s.User == a.User {
				return a.observed(s.LastUsed, true)
			}
		}
	case Purchase:
		if a.Quote != "" {
			return nil // no estate has offers; the plan keeps to their dates
		}
		for _, l := range in.Licensing {
			if l.Product == a.Product && l.Metric == a.Metric && l.Edition == a.Edition {
				return a.priced(l.Price)
			}
		}
		return []Fact{{a.priceName(), gone}}
	case Prolong:
		for _, e := range in.Entitlements {
			if e.ID == a.Entitlement {
				return a.ended(e.End)
			}
		}
		return []Fact{{a.termName(), gone}}
	case Transfer:
		return a.leaving(decimal.Min(a.Quantity, left(res, a)))
	}
	return a.observed(time.Time{}, false)
}

// left is how many units of a transfer's entitlement cover nothing.
func left(res *compliance.Result, a Action) decimal.Decimal {
	for _, p := range res.Positions {
		if p.Product != a.Product || p.Metric != a.Metric {
			continue
		}
		for _, s := range p.Entitlements {
			if s.Entitlement == a.Entitlement {
				return s.Owned.Sub(s.Used)
			}
		}
	}
	return decimal.Decimal{}
}

// observed are the facts about an install or a seat.
func (a Action) observed(used time.Time, there bool) []Fact {
	name := a.rowName()
	if !there {
		return []Fact{{name, gone}, {name + " last used", "not known"}}
	}
	return []Fact{{name, present}, {name + " last used", instant(used)}}
}

func (a Action) rowName() string {
	if a.Verb == Unassign {
		return "seat " + string(a.Product) + " of " + string(a.User) + " titled " + strings.TrimSpace(a.Title.Name+" "+a.Title.Version)
	}
	name := "install " + string(a.Product) + " on " + string(a.Device) + " titled " + strings.TrimSpace(a.Title.Name+" "+a.Title.Version)
	if a.User != "" {
		name += " for " + string(a.User)
	}
	return name
}

// priced is the fact about the price of a purchase.
func (a Action) priced(price compliance.Money) []Fact {
	return []Fact{{a.priceName(), price.String()}}
}

func (a Action) priceName() string { return "price of " + cmp.Or(a.Edition, "any edition") }

// leaving is the fact that an entitlement has some units left to transfer.
func (a Action) leaving(n decimal.Decimal) []Fact {
	return []Fact{{"units left of " + string(a.Entitlement), "at least " + n.String()}}
}

func instant(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format(time.RFC3339)
}
