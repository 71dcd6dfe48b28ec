package remediation

import (
	"slices"
	"strings"
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
	// Also are the other positions of the request that it helps, sorted.
	Also []Help
	// Max is how many units it can be taken in; 1 for an option that is taken or
	// not.
	Max int64
	// Cost is what one unit costs, effort included, in the currency of the plan.
	Cost compliance.Money
	// Price is what the publisher or reseller charges for a unit, as quoted.
	Price compliance.Money
	// Disruption weighs how much it disturbs; Risk is what the policy calls the risk
	// of its kind.
	Disruption int
	Risk       string
	// Earliest is when the notice has run out, Ready when it can be done after the
	// lead time too.
	Earliest, Ready time.Time
	// Justification is why something is taken away, where the policy has a due process
	// for it.
	Justification string
	// Owner is the role that does it.
	Owner string
	// Undo says how it is taken back; empty when it cannot be.
	Undo string
	// Actions are what is done, for one unit.
	Actions []Action

	// most bounds from above by how many units one unit of the option can help its
	// position in any company of other options, mosts the others in Also.
	most  decimal.Decimal
	mosts map[string]decimal.Decimal
	// loose is what helps at least as much as the actions of one unit and hurts nobody.
	// Options have it whose actions may, in bad company, leave more short.
	loose []Action
	// share is the entitlement that options of a group draw on together, and how
	// many units that entitlement has to give; draws is what else one unit takes of
	// something that has no more.
	share compliance.EntitlementID
	pool  decimal.Decimal
	draws []draw
	// claims are names of which one plan may hold each once, needs the identifier of
	// the option without which this one is not to be had.
	claims []string
	needs  string
	// packs is how many packs one unit is, where it is not one.
	packs int64
	// consumer is the one that the option frees; seen is the criterion in CEL by which
	// its effect shows, where its kind has no other.
	// leaves are machines that nothing is needed for any more.
	consumer string
	seen     string
	leaves   []compliance.DeviceID
	// signature is equal for options that differ in nothing that a position
	// looks at.
	signature string
}

// Help is what an option does for one position.
type Help struct {
	Position string
	Effect   decimal.Decimal
}

// draw is a load of one unit of an option on something that all options share.
type draw struct {
	on         string
	each, pool int64
}

// shared is everything that one unit of the option takes of what options share.
func (o Option) shared() []draw {
	out := make([]draw, 0, len(o.draws)+len(o.claims)+1)
	out = append(out, o.draws...)
	if o.share != "" {
		out = append(out, draw{"units|" + string(o.share), 1, o.pool.IntPart()})
	}
	for _, c := range o.claims {
		out = append(out, draw{"claim|" + c, 1, 1})
	}
	return out
}

// bound is by how many units one unit of the option can help a position at most.
func (o Option) bound(key string) decimal.Decimal {
	if key == o.Position {
		return o.most
	}
	return o.mosts[key]
}

// lead makes the position that the option helps most its own: it was that of the first
// product on a machine.
func (o *Option) lead() {
	best := -1
	for i, h := range o.Also {
		if h.Effect.GreaterThan(o.Effect) && (best < 0 || h.Effect.GreaterThan(o.Also[best].Effect)) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	was, is := Help{o.Position, o.Effect}, o.Also[best]
	o.mosts[was.Position], o.most = o.most, o.mosts[is.Position]
	delete(o.mosts, is.Position)
	o.Position, o.Effect, o.Also[best] = is.Position, is.Effect, was
	slices.SortFunc(o.Also, func(a, b Help) int { return strings.Compare(a.Position, b.Position) })
}

// on are the positions that the option may help.
func (o Option) on() []string {
	return append([]string{o.Position}, sortedKeys(o.mosts)...)
}

// concerns says whether the option may help a position.
func (o Option) concerns(key string) bool {
	_, too := o.mosts[key]
	return too || key == o.Position
}

// effect is what the option does alone for a position.
func (o Option) effect(key string) decimal.Decimal {
	if key == o.Position {
		return o.Effect
	}
	for _, h := range o.Also {
		if h.Position == key {
			return h.Effect
		}
	}
	return decimal.Decimal{}
}

// scaled is the option's actions for n units.
func (o Option) scaled(n int64) []Action { return scaled(o.Actions, n) }

func scaled(actions []Action, n int64) []Action {
	if n == 1 {
		return actions
	}
	out := make([]Action, len(actions))
	for i, a := range actions {
		a.Quantity = a.Quantity.Mul(decimal.NewFromInt(n))
		if len(a.Preconditions) > 0 {
			switch a.Verb {
			case Transfer, Release, StepUp:
				a.Preconditions = a.leaving(a.Quantity)
			}
		}
		out[i] = a
	}
	return out
}
