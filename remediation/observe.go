package remediation

import (
	"cmp"
	"strconv"
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
	case Uninstall, Unassign, Replace:
		return a.ofRow(in.Estate)
	case Relocate, Confine, Shrink, Scrap:
		return a.ofMachine(in.Estate)
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
		e, err := ownedIn(&in, a.Entitlement, "")
		if err != nil {
			return []Fact{{a.termName(), gone}}
		}
		if a.Maintenance {
			return a.ended(e.MaintenanceEnd)
		}
		return a.ended(e.End)
	case Transfer, StepUp, Assign, Release:
		return a.leaving(decimal.Min(a.Quantity, left(res, a)))
	}
	return nil
}

// NeedsResult says whether [Observe] reads the facts of an action with the verb from a
// result, which then must be of the input.
func (v Verb) NeedsResult() bool {
	return v == Transfer || v == StepUp || v == Assign || v == Release
}

// ofRow are the facts about an install or a seat.
func (a Action) ofRow(e *compliance.Estate) []Fact {
	if r := a.row(); r.seat {
		for s := range e.Seats() {
			if s.Title == a.Title && s.User == a.User {
				return a.observed(s.LastUsed, true)
			}
		}
		return a.observed(time.Time{}, false)
	}
	for x := range e.InstallsOn(a.Device) {
		if x.Title == a.Title && x.User == a.User {
			return a.observed(x.LastUsed, true)
		}
	}
	return a.observed(time.Time{}, false)
}

// ofMachine are the facts about a machine that is moved, confined, made smaller or
// taken out of use.
func (a Action) ofMachine(e *compliance.Estate) []Fact {
	name := "machine " + string(a.Device)
	d, ok := e.Device(a.Device)
	if !ok {
		return []Fact{{name, gone}}
	}
	switch a.Verb {
	case Relocate:
		return []Fact{{name + " runs on", orUnknown(string(d.Host))}}
	case Confine:
		return []Fact{{name + " may run on", rule(d.MayRunOn)}}
	case Shrink:
		return []Fact{{name + " has virtual processors", strconv.Itoa(d.VCPUs)}}
	}
	var used time.Time
	n := 0
	for x := range e.InstallsOn(a.Device) {
		used, n = later(used, x.LastUsed), n+1
	}
	return []Fact{{name, present}, {name + " last used", instant(used)}, {name + " has installs", "at most " + strconv.Itoa(n)}}
}

func orUnknown(s string) string {
	return cmp.Or(s, "not known")
}

func rule(hosts []compliance.DeviceID) string {
	switch {
	case hosts == nil:
		return "not known"
	case len(hosts) == 0:
		return "any host"
	}
	return listed(hosts)
}

// left is how many units of an action's entitlement cover nothing.
func left(res *compliance.Result, a Action) decimal.Decimal {
	if res == nil {
		return decimal.Decimal{}
	}
	for _, p := range res.Positions {
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
	if a.row().seat {
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
