// Package delta says why a position changed: how much of the difference between
// two results comes from installs, from hardware, from what was bought, from what
// expired, from prices, from the rules.
//
// It does not compare the two results, which cannot tell causes apart. It goes
// from the first input to the second one cause at a time, in a fixed order, and
// reconciles after each step. What a step changes is that cause's part, so the
// parts always add up to the whole, exactly.
//
// The sum does not depend on the order of the steps: each result on the way is added
// once and taken off once, so what is left is the last less the first. Nor do the
// parts depend on the order of anything in the inputs, since no result does.
//
// The order of the steps decides what a cause is blamed for when two work together: an install
// on a machine that also got more cores counts with the new cores, since hardware
// comes before installs. The order is that of [Causes] and is part of the meaning.
//
// What is left out: which install or contract within a cause. The outcomes of the
// two results name them.
package delta

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Cause is what made a position change.
type Cause uint8

// The causes, in the order in which they are applied.
const (
	CauseInvalid Cause = iota
	// Catalog: titles are recognised differently.
	Catalog
	// Rule: another metric or another document of it, parameter or choice, another age
	// from which sources are stale or method of assignment, or a product that came under
	// or left management.
	Rule
	// Price: what a unit costs.
	Price
	// Hardware: processors, hosts, clusters, places of devices.
	Hardware
	// Users: people and accounts.
	Users
	// Installs: software, seats and usage that came or went, and the sources that
	// report them.
	Installs
	// Entitlements: what was bought, given up or changed, with its rights, and the
	// agreements around it.
	Entitlements
	// Expiry: time that passed over terms and maintenance.
	Expiry
)

var names = [...]string{"invalid", "catalog", "rule", "price", "hardware", "users", "installs", "entitlements", "expiry"}

// String is the cause in lower case.
func (c Cause) String() string {
	if int(c) < len(names) {
		return names[c]
	}
	return names[CauseInvalid]
}

// MarshalText writes the cause as a word.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Causes lists the causes in their order.
func Causes() []Cause {
	return []Cause{Catalog, Rule, Price, Hardware, Users, Installs, Entitlements, Expiry}
}

// Amounts are the numbers of a position, or changes of them. Those of intervals
// are their lower bounds: what is certain.
type Amounts struct {
	Owned    decimal.Decimal `json:"owned"`
	Required decimal.Decimal `json:"required"`
	Covered  decimal.Decimal `json:"covered"`
	Short    decimal.Decimal `json:"short"`
	Surplus  decimal.Decimal `json:"surplus"`
	Exposure decimal.Decimal `json:"exposure"`
}

func (a Amounts) minus(b Amounts) Amounts {
	return Amounts{a.Owned.Sub(b.Owned), a.Required.Sub(b.Required), a.Covered.Sub(b.Covered), a.Short.Sub(b.Short),
		a.Surplus.Sub(b.Surplus), a.Exposure.Sub(b.Exposure)}
}

// IsZero says whether nothing changes.
func (a Amounts) IsZero() bool {
	for _, d := range []decimal.Decimal{a.Owned, a.Required, a.Covered, a.Short, a.Surplus, a.Exposure} {
		if !d.IsZero() {
			return false
		}
	}
	return true
}

// Part is how much of a change one cause makes. Where the cause changes the status,
// From and To say so: an agreement or a source that failed changes no amount.
type Part struct {
	Cause  Cause             `json:"cause"`
	Change Amounts           `json:"change"`
	From   compliance.Status `json:"from_status,omitzero"`
	To     compliance.Status `json:"to_status,omitzero"`
}

// Change is the difference of one product's position. Before or After is zero,
// and its status invalid, where there is no position.
type Change struct {
	Product       catalog.ProductKey `json:"product"`
	Metric        metric.Key         `json:"metric"`
	Unit          string             `json:"unit"`
	Currency      string             `json:"currency,omitempty"`
	Before        Amounts            `json:"before"`
	After         Amounts            `json:"after"`
	BeforeStatus  compliance.Status  `json:"before_status"`
	AfterStatus   compliance.Status  `json:"after_status"`
	Parts         []Part             `json:"parts"`
	MetricChanged bool               `json:"metric_changed,omitempty"`
}

// Split reconciles on the way from one input to the other and attributes every
// change. Products are sorted by key; those without a change are left out, and so
// are causes that change nothing.
func Split(ctx context.Context, from, to compliance.Input) ([]Change, error) {
	if from.Estate == nil || to.Estate == nil {
		return nil, fmt.Errorf("delta: %w: both inputs need an estate", compliance.ErrInput)
	}
	steps := path(from, to)
	results := make([]map[catalog.ProductKey]compliance.Position, len(steps))
	for i, in := range steps {
		res, err := compliance.Reconcile(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("delta: after %s: %w", names[i], err)
		}
		results[i] = map[catalog.ProductKey]compliance.Position{}
		for _, p := range res.Positions {
			results[i][p.Product] = p
		}
	}
	return changes(results), nil
}
