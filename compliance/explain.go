package compliance

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Tried says what became of one entitlement for one consumer.
type Tried uint8

// The outcomes of an attempt.
const (
	TriedInvalid Tried = iota
	// TriedCovered: it covers the consumer, in whole or in part.
	TriedCovered
	// TriedRefused: it does not cover the consumer, by its reason.
	TriedRefused
	// NotTried: others cover the consumer, and it may.
	NotTried
)

var tried = [...]string{"invalid", "covered", "refused", "not-tried"}

// String is the outcome as exports write it.
func (t Tried) String() string {
	if int(t) < len(tried) {
		return tried[t]
	}
	return tried[TriedInvalid]
}

// MarshalText writes the outcome as a word.
func (t Tried) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Attempt is one entitlement of the product, held against one consumer.
type Attempt struct {
	// Order counts from 1: entitlements that cover the consumer come first, then
	// those that might, then those that may not, each by identifier.
	Order       int           `json:"order"`
	Entitlement EntitlementID `json:"entitlement"`
	Outcome     Tried         `json:"outcome"`
	// Reason is the right under which it covers, or what speaks against it.
	Reason Reason `json:"reason,omitempty"`
	// Requested is what the consumer still lacked at that point, Available what the
	// other consumers leave of the entitlement.
	Requested decimal.Decimal `json:"requested"`
	Available decimal.Decimal `json:"available"`
}

// Change is something that would cover what a consumer is short of.
type Change struct {
	Kind ChangeKind `json:"kind"`
	// Entitlement and Lift say which refusal would have to fall; empty otherwise.
	Entitlement EntitlementID `json:"entitlement,omitempty"`
	Lift        Reason        `json:"lift,omitempty"`
	// Quantity is the number of units that it takes.
	Quantity decimal.Decimal `json:"quantity"`
}

// ChangeKind is what would have to be done.
type ChangeKind string

// The changes.
const (
	// ChangeRight: units are left, and one term of their entitlement is in the way.
	ChangeRight ChangeKind = "change-right"
	// BuyUnits: units must be bought, or freed elsewhere.
	BuyUnits ChangeKind = "buy-units"
	// NoChange: the metric does not allow the use, so no license helps.
	NoChange ChangeKind = "stop-the-use"
)

// Explanation says of one consumer how it came to its outcome.
type Explanation struct {
	Consumer string `json:"consumer"`
	// Calculated is what the metric asks. Consumed is what was taken from
	// entitlements, which may be more than needed where units cannot be divided;
	// Used is the part of Calculated that it covers; Short is what remains.
	Calculated Interval        `json:"calculated"`
	Arithmetic string          `json:"arithmetic,omitempty"`
	Consumed   decimal.Decimal `json:"consumed"`
	Used       decimal.Decimal `json:"used"`
	Short      decimal.Decimal `json:"short"`
	Reason     Reason          `json:"reason,omitempty"`
	// Through is who carries the consumer, which then asks nothing itself: Calculated
	// is what it would need, and nothing of it is used.
	Through *Through `json:"through,omitempty"`
	// Choice is the choice that the consumer was part of, nil where there was one way.
	Choice *Choice   `json:"choice,omitempty"`
	Tried  []Attempt `json:"tried,omitempty"`
	// Changes would cover Short, each alone, the smallest first; empty when nothing
	// is short.
	Changes []Change `json:"changes,omitempty"`
}

// Explain says how a consumer of a position came to its outcome, entitlement by
// entitlement. It is computed on demand: a position of a million consumers does
// not carry it. Entitlements are those that the position was computed from, asOf
// its instant. The second result is false when the position lacks the consumer.
func Explain(p Position, consumer string, entitlements []Entitlement, asOf time.Time) (Explanation, bool) {
	i := slices.IndexFunc(p.Consumers, func(o Outcome) bool { return o.Consumer == consumer })
	if i < 0 {
		return Explanation{}, false
	}
	o := p.Consumers[i]
	x := Explanation{
		Consumer: o.Consumer, Calculated: o.Required, Arithmetic: o.Explanation,
		Used: o.Required.Low.Sub(o.Short), Short: o.Short, Reason: o.Reason,
	}
	for _, c := range o.Covered {
		x.Consumed = x.Consumed.Add(c.Quantity).Add(c.Nontransferable)
	}
	x.Choice = p.choiceOf(o.Consumer)
	if o.Through != nil {
		x.Through, x.Used = o.Through, decimal.Zero
		return x, true
	}
	x.Tried = o.attempts(p.Entitlements)
	x.Changes = o.changes(p, entitlements, asOf)
	return x, true
}

// choiceOf finds the choice that a consumer was part of.
func (p Position) choiceOf(consumer string) *Choice {
	for i, c := range p.Choices {
		if slices.Contains(c.Of, consumer) || slices.ContainsFunc(c.Ways[0].Needs, func(n WayNeed) bool { return n.Consumer == consumer }) {
			return &p.Choices[i]
		}
	}
	return nil
}

// left is what nobody uses of an entitlement and nothing is held or lost of.
func (s Supply) left() decimal.Decimal {
	return s.Owned.Sub(s.Used).Sub(s.Held).Sub(s.Nontransferable)
}

// attempts holds every entitlement against the consumer.
func (o Outcome) attempts(supplies []Supply) []Attempt {
	var covering, possible, refused []Attempt
	for _, s := range supplies {
		a := Attempt{Entitlement: s.Entitlement, Available: s.left()}
		if i := slices.IndexFunc(o.Covered, func(c Coverage) bool { return c.Entitlement == s.Entitlement }); i >= 0 {
			a.Outcome, a.Reason, a.Available = TriedCovered, o.Covered[i].Right, a.Available.Add(o.Covered[i].Quantity)
			covering = append(covering, a)
			continue
		}
		a.Reason = o.refusal(s)
		switch {
		case a.Reason != "":
			a.Outcome = TriedRefused
			refused = append(refused, a)
		case o.Reason == NotWhole:
			a.Outcome, a.Reason = TriedRefused, NotWhole
		case o.Short.IsPositive():
			a.Outcome, a.Reason = TriedRefused, Exhausted
			possible = append(possible, a)
		default:
			a.Outcome = NotTried
			possible = append(possible, a)
		}
	}
	all := slices.Concat(covering, possible, refused)
	left := o.Required.Low
	for i := range all {
		all[i].Order, all[i].Requested = i+1, left
		if all[i].Outcome == TriedCovered {
			left = left.Sub(o.taken(all[i].Entitlement))
		}
	}
	return all
}

func (o Outcome) taken(e EntitlementID) (sum decimal.Decimal) {
	for _, c := range o.Covered {
		if c.Entitlement == e {
			sum = sum.Add(c.Quantity)
		}
	}
	return sum
}

// refusal is why an entitlement may not cover the consumer, empty when it may.
func (o Outcome) refusal(s Supply) Reason {
	if s.Refused != "" {
		return s.Refused
	}
	for _, r := range o.Refusals {
		if r.Entitlement == s.Entitlement {
			return r.Reason
		}
	}
	return ""
}

// changes lists what would cover what is short. That a term of an entitlement is
// all that is in the way is only said where its other terms are seen to allow the
// consumer.
func (o Outcome) changes(p Position, entitlements []Entitlement, asOf time.Time) []Change {
	switch {
	case !o.Short.IsPositive():
		return nil
	case o.NotAllowed != "":
		return []Change{{Kind: NoChange, Quantity: o.Required.Low}}
	}
	var out []Change
	for _, s := range p.Entitlements {
		refusal := o.refusal(s)
		i := slices.IndexFunc(entitlements, func(e Entitlement) bool { return e.ID == s.Entitlement })
		if refusal == "" || i < 0 {
			continue
		}
		e, left := entitlements[i], s.left()
		if s.Refused != "" {
			left = e.Quantity // of what does not apply, nothing is used
		}
		// What a pool keeps for others is left, and yet not for this consumer.
		if len(e.Pools) > 0 || left.LessThan(o.Short) || !o.wouldCover(e, refusal, asOf) {
			continue
		}
		out = append(out, Change{Kind: ChangeRight, Entitlement: e.ID, Lift: refusal, Quantity: o.Short})
	}
	return append(out, Change{Kind: BuyUnits, Quantity: o.Short})
}

// wouldCover says whether an entitlement could cover the consumer if one refusal
// fell. Where several editions and versions are in use, each is held against it
// with each, since the outcome does not say which go together.
func (o Outcome) wouldCover(e Entitlement, refusal Reason, asOf time.Time) bool {
	c := consumer{entity: o.Entity, country: o.Country, environments: o.Environments}
	for _, edition := range o.Editions {
		for _, version := range o.Versions {
			c.uses = append(c.uses, use{edition: edition, version: version})
		}
	}
	lifted, possible := e.without(refusal, asOf)
	return possible && judge(lifted, c, asOf).right != ""
}

// without is the entitlement as it would be if a refusal could not arise from it.
func (e Entitlement) without(refusal Reason, asOf time.Time) (Entitlement, bool) {
	switch refusal {
	case OtherEdition:
		e.Edition, e.DowngradeTo = "", nil
	case OlderVersion:
		e.MaintenanceEnd = asOf.AddDate(1, 0, 0)
	case NoDowngrade:
		e.Downgrade, e.DowngradeTo = true, nil
	case OutsideEntity:
		e.Entities = nil
	case OutsideCountry:
		e.Countries = nil
	case OutsideEnvironment:
		e.Environments = nil
	case Expired:
		e.End = time.Time{}
	case AllocatedElsewhere:
	default:
		return e, false
	}
	return e, true
}
