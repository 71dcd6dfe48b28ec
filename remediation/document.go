package remediation

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
)

// PolicyDocument says what a company allows itself on the way back to
// compliance, as its playbook writes it. [NewPolicy] checks it.
type PolicyDocument struct {
	At document.Position `yaml:"-"`
	// Currency is the one that plans are compared in, of ISO 4217. It may be left
	// out where all prices are in one.
	Currency document.Text `yaml:"currency"`
	// Rates give for other currencies what one unit is worth in Currency.
	Rates map[string]decimal.Decimal `yaml:"rates"`
	// IdleDays is the window: what was used within it is not unused.
	IdleDays int `yaml:"idle-days"`
	// Windows are the windows of single products, whose use shows otherwise.
	Windows []WindowDocument `yaml:"windows"`
	// NewDays is the age below which an install or a seat is new and is left
	// alone.
	NewDays int `yaml:"new-days"`
	// Actions are the ways that may be taken, each with its terms. A kind that
	// is not listed is not offered.
	Actions []ActionDocument `yaml:"actions,required"`
	// Guards add to the standard guards; one of the same name takes its place.
	Guards []GuardDocument `yaml:"guards"`
	// Waivers switch guards off, each with a reason that the plan repeats.
	Waivers []WaiverDocument `yaml:"waivers"`
	// Processes say how long who is told ahead, by why something is taken away.
	Processes []ProcessDocument `yaml:"due-processes"`
	// Transfers say which contracts allow units to move between legal entities.
	Transfers []TransferDocument `yaml:"transfers"`
	// Quotes are offers to sell, Renewals offers to prolong.
	Quotes   []QuoteDocument   `yaml:"quotes"`
	Renewals []RenewalDocument `yaml:"renewals"`
	// Bundles are offers of several products at one price, StepUps offers to turn an
	// edition that is owned into another, CoTerms offers to renew several entitlements
	// to a common end.
	Bundles []BundleDocument `yaml:"bundles"`
	StepUps []StepUpDocument `yaml:"step-ups"`
	CoTerms []CoTermDocument `yaml:"co-terms"`
	// Downgrades say what may stand in place of what, the best first. Titles are what
	// sources call a product once it is there, for those that are nowhere yet.
	Downgrades []DowngradeDocument `yaml:"downgrades"`
	Titles     []TitleDocument     `yaml:"titles"`
	// Negotiations are what somebody may ask the other side for, Acceptances what
	// somebody may leave as it is for a while.
	Negotiations []NegotiationDocument `yaml:"negotiations"`
	Acceptances  []AcceptanceDocument  `yaml:"acceptances"`
	// Freezes are periods in which nothing may be changed on any system.
	Freezes []FreezeDocument `yaml:"freezes"`
	Limits  LimitsDocument   `yaml:"limits"`
	// Facts are what no source knows, for requests without facts of their own.
	Facts FactsDocument `yaml:"facts"`
	// Calendar names the calendar whose working time the days of steps fall into. The
	// playbook has it; left out, every day counts.
	Calendar document.Text `yaml:"calendar"`
	// Success is a condition over the next position under which a plan has done
	// its work. Left out it is [DefaultSuccess].
	Success document.Text `yaml:"success"`
}

// ActionDocument are the terms of one kind of option.
type ActionDocument struct {
	At   document.Position `yaml:"-"`
	Kind Kind              `yaml:"kind,required"`
	// Owner is the role that does it.
	Owner string `yaml:"owner,required"`
	// NoticeDays is how long users are told ahead and may object, LeadDays how
	// long the doing takes after that.
	NoticeDays int `yaml:"notice-days"`
	LeadDays   int `yaml:"lead-days"`
	// Effort is what one action costs to carry out, in the policy's currency.
	Effort decimal.Decimal `yaml:"effort"`
	// Disruption weighs how much one action disturbs, in points that only
	// compare with each other. Risk is what the company calls the risk of it.
	Disruption int    `yaml:"disruption"`
	Risk       string `yaml:"risk"`
}

// WindowDocument is what counts as unused for one product, and how long its users are
// told ahead where that is not what the kind of option says.
type WindowDocument struct {
	At         document.Position  `yaml:"-"`
	Product    catalog.ProductKey `yaml:"product,required"`
	IdleDays   int                `yaml:"idle-days,required"`
	NoticeDays *int               `yaml:"notice-days"`
}

// GuardDocument is a condition that a candidate must meet.
type GuardDocument struct {
	At   document.Position `yaml:"-"`
	Name string            `yaml:"name,required"`
	// Kinds are the kinds of option that the guard holds for.
	Kinds []Kind `yaml:"kinds,required"`
	// Require is a condition over candidate and policy.
	Require document.Text `yaml:"require,required"`
	// Reason is what a reader is told when the condition is not met.
	Reason string `yaml:"reason,required"`
}

// WaiverDocument switches a guard off.
type WaiverDocument struct {
	At     document.Position `yaml:"-"`
	Guard  string            `yaml:"guard,required"`
	Reason string            `yaml:"reason,required"`
}

// TransferDocument says whether a contract allows transfers between entities.
type TransferDocument struct {
	At       document.Position     `yaml:"-"`
	Contract compliance.ContractID `yaml:"contract,required"`
	Allowed  bool                  `yaml:"allowed,required"`
}

// FreezeDocument is a period of change freeze, To exclusive.
type FreezeDocument struct {
	At   document.Position `yaml:"-"`
	From Date              `yaml:"from,required"`
	To   Date              `yaml:"to,required"`
}

// LimitsDocument bound one plan. Zero means no limit.
type LimitsDocument struct {
	At document.Position `yaml:"-"`
	// Budget is the most money that a plan may spend.
	Budget decimal.NullDecimal `yaml:"budget"`
	// Actions is the most installs and seats that a plan may take away.
	Actions int `yaml:"actions"`
	// Teams bound how many actions one plan may ask of an owner.
	Teams []TeamDocument `yaml:"teams"`
	// Nodes is the most work that the search does before it settles for a plan
	// with a stated bound.
	Nodes int `yaml:"nodes"`
}

// TeamDocument is the capacity of an owner.
type TeamDocument struct {
	At      document.Position `yaml:"-"`
	Owner   string            `yaml:"owner,required"`
	Actions int               `yaml:"actions,required"`
}
