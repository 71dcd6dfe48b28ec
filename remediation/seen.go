package remediation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// criterion says in CEL what the next position shows once a step is done.
func (p *planning) criterion(o Option, n int64) string {
	before, _ := p.position(o.Position)
	times := decimal.NewFromInt(n)
	switch o.Kind {
	case Reclaim, Remove:
		return fmt.Sprintf("!position.consumers.exists(c, c.id == %s)", quote(o.consumer))
	case Renew:
		return p.renewed(o, before)
	}
	if len(o.leaves) > 0 {
		return absent(before, o.leaves)
	}
	if o.seen != "" || len(o.Actions) == 0 {
		return o.seen
	}
	a := o.Actions[0]
	switch a.Verb {
	case Transfer:
		return fmt.Sprintf("position.entitlements.exists(e, e.id == %s && e.owned <= %s)", quote(string(a.Entitlement)), exactly(owned(before, a.Entitlement).Sub(times)))
	case StepUp:
		return fmt.Sprintf("position.entitlements.exists(e, e.id == %s && e.owned <= %s) && position.owned >= %s",
			quote(string(a.Entitlement)), exactly(owned(before, a.Entitlement).Sub(times)), exactly(before.Owned))
	}
	for _, a := range o.Actions {
		if a.Verb == Purchase && a.Product == before.Product {
			return fmt.Sprintf("position.owned >= %s", exactly(before.Owned.Add(a.Quantity.Mul(times))))
		}
	}
	return ""
}

// measured gives the steps whose effect shows in nothing else the criterion that their
// position is as the plan leaves it.
func (p *planning) measured(out *Plan, res *compliance.Result) {
	for i := range out.Steps {
		s := &out.Steps[i]
		if s.Criterion != "" {
			continue
		}
		var after compliance.Position
		for _, q := range res.Positions {
			if q.Key() == s.Position {
				after = q
			}
		}
		s.Criterion = "position.short <= " + exactly(after.Short.Low)
		for _, c := range after.Consumers {
			if a := s.Actions[0]; a.Verb == Shrink && c.Device == a.Device {
				s.Criterion = fmt.Sprintf("position.consumers.exists(c, c.device == %s && c.required <= %s)", quote(string(a.Device)), exactly(c.Required.Low))
			}
		}
	}
}

// renewed is the criterion of a renewal: the entitlement counts again or, for its
// maintenance, covers more than before.
func (p *planning) renewed(o Option, before compliance.Position) string {
	for _, a := range o.Actions {
		if a.Product != before.Product || a.Metric != before.Metric {
			continue
		}
		if a.Maintenance {
			return fmt.Sprintf("position.entitlements.exists(e, e.id == %s && e.used > %s) || position.short <= 0", quote(string(a.Entitlement)), exactly(used(before, a.Entitlement)))
		}
		return fmt.Sprintf("position.entitlements.exists(e, e.id == %s && e.owned >= %s)", quote(string(a.Entitlement)), exactly(a.Quantity))
	}
	return ""
}

func used(p compliance.Position, id compliance.EntitlementID) decimal.Decimal {
	for _, s := range p.Entitlements {
		if s.Entitlement == id {
			return s.Used
		}
	}
	return decimal.Decimal{}
}

func owned(p compliance.Position, id compliance.EntitlementID) decimal.Decimal {
	for _, s := range p.Entitlements {
		if s.Entitlement == id {
			return s.Owned
		}
	}
	return decimal.Decimal{}
}

// exactly writes a number as CEL has it.
func exactly(d decimal.Decimal) string { return fmt.Sprintf("decimal(%q)", d.String()) }

// absent says that none of some machines needs anything any more, where one does.
func absent(p compliance.Position, machines []compliance.DeviceID) string {
	var names []string
	for _, id := range machines {
		if slices.ContainsFunc(p.Consumers, func(c compliance.Outcome) bool { return c.Device == id }) {
			names = append(names, quote(string(id)))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("!position.consumers.exists(c, c.device in [%s])", strings.Join(names, ", "))
}
