package remediation

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// Plan is a set of steps that closes what can be closed, with everything that an
// approver needs to judge it: what it costs and what no plan can cost less than,
// what it leaves open, which options it could not use and why. It is a value: equal requests give equal plans, to the byte.
type Plan struct {
	Strategy Strategy
	// Created is the instant of the request, Due when it must be done; zero
	// without a due date. Estate is the digest of the estate that it rests on.
	Created time.Time
	Due     time.Time `json:",omitzero"`
	Estate  string
	// Positions are what the plan changes, sorted by key, before and after as two
	// reconciliations gave them.
	Positions []Change
	// Causes say why the positions are short, where the request had an earlier input.
	Causes []Cause `json:",omitempty"`
	// Impact is what the steps touch.
	Impact Impact
	// Steps are what is done, in the order of their due dates.
	Steps []Step
	// Cost is what the plan costs, Disruption its weight, and Ready when it is
	// done.
	Cost       compliance.Money
	Disruption int
	Ready      time.Time
	// Bound is the least that any plan closing as much can cost (for the strategy
	// of least disruption: disturb). Exact says that this plan reaches it.
	Bound decimal.Decimal
	Exact bool
	// Open is what stays short when the plan is done; empty when it closes all.
	Open []Open `json:",omitempty"`
	// Later is what closes of that, at least cost, what can be closed after the due date
	// only. It is not part of what is carried out: a plan made then is.
	Later []Step `json:",omitempty"`
	// Unused are the options that a guard refuses, that wait for a fact, or that
	// come too late. Those that were available and not chosen are not listed.
	Unused []Unused `json:",omitempty"`
	// Negotiations are what may be asked for. Nothing of it counts in the plan.
	Negotiations []Negotiation `json:",omitempty"`
	// Waivers are the guards that the policy switches off.
	Waivers []Waiver `json:",omitempty"`
	// Success is the condition over each position of the next reconciliation
	// under which the plan has done its work.
	Success string
	// Alternatives are plans for other strategies. They are not part of the
	// plan's own digest but for theirs.
	Alternatives []Plan `json:",omitempty"`
}

// Change is a position before and after a plan.
type Change struct {
	Position string
	Unit     string
	// Tier is the risk tier of the licensing, in words of the rubric.
	Tier string `json:",omitempty"`
	// Sources fed the position. They must be read again after the plan before it
	// can be called done.
	Sources       []compliance.SourceID `json:",omitempty"`
	Before, After Standing
}

// Standing is what a plan looks at in a position.
type Standing struct {
	Status   string
	Required string
	Covered  decimal.Decimal
	Short    string
	Exposure compliance.Money
}

// Step is one option that the plan takes.
type Step struct {
	// ID names the step: the option's.
	ID    string
	Kind  Kind
	Verb  string
	Owner string
	// Start is when users are told, or the work begins; Earliest is when the
	// notice has run out and the actions may be carried out, Due when they are
	// done.
	Start, Earliest, Due time.Time
	// Units is how often the option is taken.
	Units      int64
	Cost       compliance.Money
	Disruption int
	Risk       string `json:",omitempty"`
	// Justification is why something is taken away, as users are told.
	Justification string `json:",omitempty"`
	Position      string
	// Also are the other positions that it helps alone, sorted.
	Also []string `json:",omitempty"`
	// Criterion is the condition in CEL over the position of the next
	// reconciliation under which the step is done.
	Criterion string
	Undo      string `json:",omitempty"`
	Actions   []Action
	Checks    []Check `json:",omitempty"`
	// After are the steps before it, by identifier, that change the same machine or draw on
	// the same entitlement: the edges of the plan's graph.
	After []string `json:",omitempty"`
}

// Open is what stays short of a position.
type Open struct {
	Position string
	Short    decimal.Decimal
	Exposure compliance.Money
	// Possible is what may be short beyond that for want of facts; empty when
	// nothing may.
	Possible string `json:",omitempty"`
	Why      string
	// Accepted is by whose leave, and until when, it may stay so; nil where nobody gave
	// any.
	Accepted *Acceptance `json:",omitempty"`
}

// Unused is an option that the plan could not use.
type Unused struct {
	Option string
	Verb   string
	State  State
	Why    string
}

// Waiver is a guard that the policy switches off.
type Waiver struct{ Guard, Reason string }

// Takes is how many installs and seats the plan takes away.
func (p Plan) Takes() int {
	n := 0
	for _, s := range p.Steps {
		n += takes(s.Actions)
	}
	return n
}

// Closed says whether nothing that is known stays short.
func (p Plan) Closed() bool { return len(p.Open) == 0 }

// String is one line: the status and the quantities.
func (s Standing) String() string {
	return s.Status + ": required " + s.Required + ", covered " + s.Covered.String() + ", short " + s.Short + ", exposure " + s.Exposure.String()
}
