package remediation

import (
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
)

// expires refuses an option that is ready only after its offer has ended.
func (o *Option) expires(offer string, until time.Time) {
	check := Check{Guard: "offer-validity", Passed: o.Ready.Before(until)}
	if !check.Passed {
		o.State = Refused
		check.Reason = fmt.Sprintf("%s ends on %s", offer, until.UTC().Format(time.DateOnly))
	}
	o.Checks = append(o.Checks, check)
}

// renew finds entitlements whose term, or maintenance, has ended and that may be taken
// up again. Without an offer nobody knows on which terms.
func (r Request) renew(p compliance.Position) []Option {
	var out []Option
	for _, s := range p.Entitlements {
		e, err := ownedIn(&r.Input, s.Entitlement, "renewal")
		if err != nil {
			continue
		}
		switch {
		case s.Refused == compliance.Expired:
			if o, ok := r.renewal(p, *e, false); ok {
				out = append(out, o)
			}
		case s.Refused == "" && lapsed(p, e.ID):
			if o, ok := r.renewal(p, *e, true); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

// lapsed says whether an entitlement would cover a newer version that is in use if its
// maintenance were in force.
func lapsed(p compliance.Position, id compliance.EntitlementID) bool {
	return slices.ContainsFunc(p.Consumers, func(o compliance.Outcome) bool {
		return slices.ContainsFunc(o.Refusals, func(f compliance.Refusal) bool {
			return f.Entitlement == id && f.Reason == compliance.OlderVersion
		})
	})
}

// renewal is the option of taking one entitlement, or its maintenance, up again.
func (r Request) renewal(p compliance.Position, e compliance.Entitlement, maintenance bool) (Option, bool) {
	at := slices.IndexFunc(r.Policy.renewals, func(d RenewalDocument) bool {
		return d.Entitlement == e.ID && d.Maintenance == maintenance
	})
	var d RenewalDocument
	if at >= 0 {
		d = r.Policy.renewals[at]
	}
	what, target, end := string(e.ID), []string{string(e.ID)}, e.End
	if maintenance {
		what, target, end = "the maintenance of "+what, append(target, "maintenance"), e.MaintenanceEnd
	}
	o, ok := r.option(Renew, p, compliance.Money{Amount: d.Price, Currency: d.Currency}, target...)
	if !ok {
		return o, false
	}
	if at < 0 {
		o.wait("offer to renew " + what)
	} else {
		o.expires("offer to renew "+what, d.Until.Time)
	}
	o.Verb = fmt.Sprintf("renew %s, %s of %s", what, e.Quantity, p.Product)
	o.most, o.claims = e.Quantity.Ceil(), []string{"term|" + what}
	a := Action{Verb: Prolong, Product: p.Product, Entitlement: e.ID, Quantity: e.Quantity, Metric: p.Metric, Price: o.Price, Until: d.Term.Time, Maintenance: maintenance}
	if at < 0 {
		// What it would help is what it did before it ended.
		a.Until = r.Now.AddDate(1, 0, 0)
	}
	a.Preconditions = a.ended(end)
	o.Actions = []Action{a}
	return o, true
}

// prolong gives an entitlement its new end.
func prolong(in *compliance.Input, a Action) error {
	e, err := ownedIn(in, a.Entitlement, "renewal")
	if err != nil {
		return err
	}
	if a.Maintenance {
		e.MaintenanceEnd = a.Until
	} else {
		e.End = a.Until
	}
	return nil
}

func (a Action) termName() string {
	if a.Maintenance {
		return "maintenance of " + string(a.Entitlement)
	}
	return "term of " + string(a.Entitlement)
}

// ended is the fact about when an entitlement ends.
func (a Action) ended(end time.Time) []Fact {
	return []Fact{{a.termName(), "ends " + instant(end)}}
}
