package remediation

import (
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

// offers checks what sellers offer.
func (c *policyChecker) offers() {
	c.names()
	for _, q := range c.doc.Quotes {
		if q.Pack < 0 || q.Most < 0 || q.Price.IsNegative() {
			c.fail(q.At, "quote %q has a negative number", q.Name)
		}
		from := 1
		for _, t := range q.Tiers {
			if t.From <= from || t.Price.IsNegative() {
				c.fail(t.At, "tier from %d of quote %q must begin above the one before it, which is from %d, and have a price that is not negative", t.From, q.Name, from)
			}
			from = t.From
		}
	}
	for _, b := range c.doc.Bundles {
		if len(b.Items) == 0 || b.Most < 0 || b.Price.IsNegative() {
			c.fail(b.At, "bundle %q has no items or a negative number", b.Name)
		}
		for i, it := range b.Items {
			same := func(o BundleItem) bool { return o.Product == it.Product }
			if it.Units < 0 || slices.ContainsFunc(b.Items[:i], same) {
				c.fail(b.At, "bundle %q has a negative number of %s, or lists it twice", b.Name, it.Product)
			}
		}
	}
	for _, s := range c.doc.StepUps {
		if s.From == s.To || s.Price.IsNegative() {
			c.fail(s.At, "step-up %q leads from %q to %q or has a negative price", s.Name, s.From, s.To)
		}
	}
	c.renewals()
	c.leave()
}

// names sees to it that each offer has a name of its own.
func (c *policyChecker) names() {
	seen := map[string]bool{}
	name := func(at document.Position, what, name string) {
		if seen[what+name] {
			c.fail(at, "%s %q stands twice", what, name)
		}
		seen[what+name] = true
	}
	for _, q := range c.doc.Quotes {
		name(q.At, "quote", q.Name)
	}
	for _, b := range c.doc.Bundles {
		name(b.At, "bundle", b.Name)
	}
	for _, s := range c.doc.StepUps {
		name(s.At, "step-up", s.Name)
	}
	for _, t := range c.doc.CoTerms {
		name(t.At, "co-term", t.Name)
	}
	for _, n := range c.doc.Negotiations {
		name(n.At, "negotiation", n.Name)
	}
}

func (c *policyChecker) renewals() {
	type offer struct {
		of          compliance.EntitlementID
		maintenance bool
	}
	renewed := map[offer]bool{}
	for _, r := range c.doc.Renewals {
		o := offer{r.Entitlement, r.Maintenance}
		if renewed[o] {
			c.fail(r.At, "there are two offers to renew %q; keep the better one", r.Entitlement)
		}
		renewed[o] = true
		if r.Price.IsNegative() {
			c.fail(r.At, "the renewal of %q has a negative price", r.Entitlement)
		}
	}
	for _, t := range c.doc.CoTerms {
		for i, it := range t.Entitlements {
			same := func(o CoTermItem) bool { return o.Entitlement == it.Entitlement }
			if it.Annual.IsNegative() || slices.ContainsFunc(t.Entitlements[:i], same) {
				c.fail(t.At, "co-term %q has a negative price for %s, or lists it twice", t.Name, it.Entitlement)
			}
		}
	}
}

// leave checks what somebody may ask for, or allow.
func (c *policyChecker) leave() {
	for _, n := range c.doc.Negotiations {
		if n.Approver == "" {
			c.fail(n.At, "negotiation %q has no approver", n.Name)
		}
	}
	for i, a := range c.doc.Acceptances {
		if a.Approver == "" || a.Until.IsZero() {
			c.fail(a.At, "the acceptance for %s has no approver or no end; it needs both", a.Product)
		}
		if slices.ContainsFunc(c.doc.Acceptances[:i], func(o AcceptanceDocument) bool { return o.Product == a.Product }) {
			c.fail(a.At, "there are two acceptances for %s", a.Product)
		}
		if a.Most.Valid && a.Most.Decimal.IsNegative() {
			c.fail(a.At, "the acceptance for %s has a negative limit", a.Product)
		}
	}
	for _, d := range c.doc.Downgrades {
		if d.From == d.To {
			c.fail(d.At, "the downgrade of %s leads to what it starts from", d.Product)
		}
	}
}
