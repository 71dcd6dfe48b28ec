package remediation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// unitScale is the number of places that the price of a unit is stated with where a pack
// does not divide evenly. What is paid is the price of the pack.
const unitScale = 6

func (c *policyChecker) offers() {
	seen := map[string]bool{}
	for _, q := range c.doc.Quotes {
		if seen[q.Name] {
			c.fail(q.At, "quote %q stands twice", q.Name)
		}
		seen[q.Name] = true
		if q.Pack < 0 || q.Most < 0 || q.Price.IsNegative() {
			c.fail(q.At, "quote %q has a negative number", q.Name)
		}
	}
	renewed := map[compliance.EntitlementID]bool{}
	for _, r := range c.doc.Renewals {
		if renewed[r.Entitlement] {
			c.fail(r.At, "there are two offers to renew %q; keep the better one", r.Entitlement)
		}
		renewed[r.Entitlement] = true
		if r.Price.IsNegative() {
			c.fail(r.At, "the renewal of %q has a negative price", r.Entitlement)
		}
	}
}

// quoted finds what can be bought by quotes, in whole packs.
func (r Request) quoted(p compliance.Position) []Option {
	var out []Option
	for _, q := range r.Policy.quotes {
		if q.Product != p.Product {
			continue
		}
		o, ok := r.option(Buy, p, compliance.Money{Amount: q.Price, Currency: q.Currency}, "quote "+q.Name)
		if !ok {
			continue
		}
		pack := decimal.NewFromInt(int64(max(q.Pack, 1)))
		o.expires("quote "+q.Name, q.Until.Time)
		o.Verb = strings.TrimSpace(fmt.Sprintf("buy %s of %s %s", p.Unit, p.Product, q.Edition)) + fmt.Sprintf(" by quote %s, packs of %s", q.Name, pack)
		size := int64(max(q.Pack, 1))
		o.Max, o.most = (ceilUnits(p.Short.Low)+size-1)/size, pack
		if q.Most > 0 {
			o.Max = min(o.Max, int64(q.Most))
		}
		o.Actions = []Action{{
			Verb: Purchase, Product: p.Product, Edition: q.Edition, Metric: p.Metric, Quantity: pack, Quote: q.Name,
			Price: compliance.Money{Amount: q.Price.DivRound(pack, unitScale), Currency: q.Currency},
		}}
		out = append(out, o)
	}
	return out
}

// expires refuses an option that is ready only after its offer has ended.
func (o *Option) expires(offer string, until time.Time) {
	check := Check{Guard: "offer-validity", Passed: o.Ready.Before(until)}
	if !check.Passed {
		o.State = Refused
		check.Reason = fmt.Sprintf("%s ends on %s", offer, until.UTC().Format(time.DateOnly))
	}
	o.Checks = append(o.Checks, check)
}

// renew finds entitlements whose term has ended and that may be taken up again. Without
// an offer nobody knows on which terms.
func (r Request) renew(p compliance.Position) []Option {
	var out []Option
	for _, s := range p.Entitlements {
		if s.Refused != compliance.Expired {
			continue
		}
		e := r.Input.Entitlements[slices.IndexFunc(r.Input.Entitlements, func(e compliance.Entitlement) bool { return e.ID == s.Entitlement })]
		at := slices.IndexFunc(r.Policy.renewals, func(d RenewalDocument) bool { return d.Entitlement == e.ID })
		var d RenewalDocument
		if at >= 0 {
			d = r.Policy.renewals[at]
		}
		o, ok := r.option(Renew, p, compliance.Money{Amount: d.Price, Currency: d.Currency}, string(e.ID))
		if !ok {
			continue
		}
		if at < 0 {
			o.wait("offer to renew " + string(e.ID))
		} else {
			o.expires("offer to renew "+string(e.ID), d.Until.Time)
		}
		o.Verb = fmt.Sprintf("renew %s, %s of %s", e.ID, e.Quantity, p.Product)
		o.most = e.Quantity.Ceil()
		a := Action{Verb: Prolong, Product: p.Product, Entitlement: e.ID, Quantity: e.Quantity, Metric: p.Metric, Price: o.Price, Until: d.Term.Time}
		if at < 0 {
			// What it would help is what it did before it ended.
			a.Until = r.Now.AddDate(1, 0, 0)
		}
		a.Preconditions = a.ended(e.End)
		o.Actions = []Action{a}
		out = append(out, o)
	}
	return out
}

// prolong gives an entitlement its new end.
func prolong(in *compliance.Input, a Action) error {
	at := slices.IndexFunc(in.Entitlements, func(e compliance.Entitlement) bool { return e.ID == a.Entitlement })
	if at < 0 {
		return fmt.Errorf("remediation: renewal of %s: there is no such entitlement", a.Entitlement)
	}
	in.Entitlements[at].End = a.Until
	return nil
}

func (a Action) termName() string { return "term of " + string(a.Entitlement) }

// ended is the fact about when an entitlement ends.
func (a Action) ended(end time.Time) []Fact {
	return []Fact{{a.termName(), "ends " + instant(end)}}
}
