package trigger

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// The rules of the findings of [Mismatches].
const (
	RuleUsageUnseen compliance.RuleID = "usage-not-in-inventory"
	RuleUsageOver   compliance.RuleID = "usage-over-entitlement"
)

// Measured is a product whose use was measured, beside what the inventory and the
// contracts say of it.
type Measured struct {
	Publisher string
	Product   catalog.ProductKey
	// Peak is the highest number in use at one instant, At that instant, Source who
	// measured it.
	Peak   int
	At     time.Time
	Source compliance.SourceID
	// Installed is how many installs and seats the inventory has. Unread names the
	// sources that did not deliver all they have, so that there may be more.
	Installed int
	Unread    []compliance.SourceID
	// Position is the product's; nil where nothing says how it is licensed. Where
	// there are several, it is the one that owns most.
	Position *compliance.Position
}

// Mismatch says by how much measured use may part from what is known of a product.
type Mismatch struct {
	// Share is the part of what is installed or owned by which the use may exceed it,
	// such as 0.1; Least the units below which no difference counts, 1 at least.
	Share, Least decimal.Decimal
}

// Mismatches finds products of which more was in use at one instant than the
// inventory has (usage-not-in-inventory: it does not look everywhere, or the meter
// counts something else) and than is owned (usage-over-entitlement: the metric does
// not count what the meter sees). The second is left where the position itself
// requires as much, since a shortage tells it already. Where sources did not deliver,
// the first is unknown.
func Mismatches(all []Measured, m Mismatch, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	for _, u := range all {
		peak := decimal.NewFromInt(int64(u.Peak))
		if m.exceeds(peak, decimal.NewFromInt(int64(u.Installed))) {
			out = append(out, u.unseen(at))
		}
		if p := u.Position; p != nil && m.exceeds(peak, p.Owned) && p.Required.Low.LessThan(peak) {
			f := u.finding(RuleUsageOver, compliance.Fail, at)
			f.Exposure = p.Exposure
			f.Message = fmt.Sprintf("%d of %s were in use at once, %s are owned, and %s counts %s", u.Peak, u.Product, p.Owned, p.Metric, p.Required)
			f.Remedy = "check the metric against the contract, then the reading of it"
			f.Facts = append(f.Facts, compliance.Fact{Name: "owned", Value: p.Owned.String()}, compliance.Fact{Name: "required", Value: p.Required.String()})
			out = append(out, f)
		}
	}
	return out
}

func (m Mismatch) exceeds(peak, known decimal.Decimal) bool {
	over := peak.Sub(known)
	return over.GreaterThanOrEqual(decimal.Max(m.Least, one)) && over.GreaterThan(m.Share.Mul(known))
}

func (u *Measured) unseen(at time.Time) compliance.Finding {
	f := u.finding(RuleUsageUnseen, compliance.Fail, at)
	f.Message = fmt.Sprintf("%d of %s were in use at once, the inventory has %d", u.Peak, u.Product, u.Installed)
	f.Remedy = "find the machines that no inventory reads, or mend the meter"
	f.Facts = append(f.Facts, compliance.Fact{Name: "installed", Value: fmt.Sprint(u.Installed)})
	if len(u.Unread) > 0 {
		f.Verdict = compliance.Unknown
		for _, s := range u.Unread {
			f.Missing = append(f.Missing, "installs of source "+string(s))
		}
	}
	return f
}

func (u *Measured) finding(rule compliance.RuleID, v compliance.Verdict, at time.Time) compliance.Finding {
	return compliance.Finding{
		Rule: rule, Verdict: v, Subject: "product " + string(u.Product), Publisher: u.Publisher, Product: u.Product, Source: u.Source, At: at,
		Facts: []compliance.Fact{{Name: "peak", Value: fmt.Sprint(u.Peak)}, {Name: "peak-at", Value: u.At.UTC().Format(time.RFC3339)}},
	}
}
