package remediation

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// Option is one way to make a position less short.
type Option struct {
	// ID is the same for the same option over all runs on the same facts.
	ID   string
	Kind Kind
	// Verb is what is done, as a phrase: "reclaim autodesk/autocad from dev-7".
	Verb string
	// Position is the key of the position that it helps.
	Position string
	State    State
	// Checks are the guards that were asked. Missing names what nobody knows,
	// sorted, for an option that is unknown.
	Checks  []Check
	Missing []string

	// Effect is by how many units the position is less short when this option
	// alone is carried out, at its Max where it can be taken in units, computed by
	// reconciling. It may be zero where only several options together help.
	Effect decimal.Decimal
	// Max is how many units it can be taken in; 1 for an option that is taken or
	// not.
	Max int64
	// Cost is what one unit costs, effort included, in the currency of the plan.
	Cost compliance.Money
	// Price is what the publisher or reseller charges for a unit, as quoted.
	Price compliance.Money
	// Disruption weighs how much it disturbs.
	Disruption int
	// Earliest is when the notice has run out, Ready when it can be done after the
	// lead time too.
	Earliest, Ready time.Time
	// Owner is the role that does it.
	Owner string
	// Undo says how it is taken back; empty when it cannot be.
	Undo string
	// Actions are what is done, for one unit.
	Actions []Action

	// most bounds from above by how many units one unit of the option can help in
	// any company of other options.
	most decimal.Decimal
	// share is the entitlement that options of a group draw on together, and how
	// many units that entitlement has to give.
	share compliance.EntitlementID
	pool  decimal.Decimal
	// consumer is the one that the option frees.
	consumer string
	// signature is equal for options that differ in nothing that a position
	// looks at.
	signature string
}

// scaled is the option's actions for n units.
func (o Option) scaled(n int64) []Action {
	if n == 1 {
		return o.Actions
	}
	out := make([]Action, len(o.Actions))
	for i, a := range o.Actions {
		a.Quantity = a.Quantity.Mul(decimal.NewFromInt(n))
		if a.Verb == Transfer {
			a.Preconditions = a.leaving(a.Quantity)
		}
		out[i] = a
	}
	return out
}
