package certificate

import "github.com/shopspring/decimal"

// Version is the version of the form that this package reads.
const Version = 1

// Certificate is an assignment with the proof of how good it is. In JSON all its
// numbers but the version are decimal strings.
type Certificate struct {
	Version int `json:"version"`
	// Parts share nothing: no supply of one may cover anything of another.
	Parts []Part `json:"parts"`
	// Cost is what the assignment costs. Bound is what every lawful assignment
	// costs at least, Gap the difference, part by part.
	Cost  Cost `json:"cost"`
	Bound Cost `json:"bound"`
	Gap   Cost `json:"gap"`
	// Digest seals all of the above, see [Certificate.Seal].
	Digest string `json:"digest"`
}

// Optimal says whether the certificate, if [Check] accepts it, proves that
// nothing cheaper exists.
func (c Certificate) Optimal() bool { return c.Gap.sign() == 0 }

// Part is a part of an assignment that can be judged alone.
type Part struct {
	// Step is what everything comes in: quantities are multiples of its quantity,
	// and costs of all that may be chosen are multiples of its cost.
	Step     Step     `json:"step"`
	Supplies []Supply `json:"supplies"`
	Groups   []Group  `json:"groups"`
	Cost     Cost     `json:"cost"`
	// Bound is that of the leaf of the tree whose bound is least, but no more than
	// the cost.
	Bound Cost `json:"bound"`
	// Tree lists the nodes from the root on, each cut followed by all that is
	// within its first half, then by all that is within its second.
	Tree []Node `json:"tree"`
}

// Step is the smallest unit of quantities and of costs.
type Step struct {
	Quantity decimal.Decimal `json:"quantity"`
	Cost     Cost            `json:"cost"`
}

// Supply is an entitlement, or a part of one.
type Supply struct {
	// ID is unique in the certificate.
	ID string `json:"id"`
	// Quantity is what is owned, in units of the metric: Used and Left together.
	Quantity decimal.Decimal `json:"quantity"`
	Used     decimal.Decimal `json:"used"`
	Left     decimal.Decimal `json:"left"`
}

// Group is one or more copies of something that is licensed by one of several
// options: a host, a device, a class of consumers that the contracts do not tell
// apart. Without a choice to make there is one option.
type Group struct {
	// ID is unique in the certificate.
	ID     string          `json:"id"`
	Copies decimal.Decimal `json:"copies"`
	// Members name the copies, where they have names of their own; their amounts
	// are numbers of copies.
	Members []Member `json:"members,omitempty"`
	Options []Option `json:"options"`
}

// Option is one way to license a copy of a group.
type Option struct {
	// ID is unique in the group.
	ID string `json:"id"`
	// Cost is what the choice itself costs a copy.
	Cost Cost `json:"cost"`
	// Taken is the number of copies that take the option.
	Taken   decimal.Decimal `json:"taken"`
	Demands []Demand        `json:"demands,omitempty"`
}

// Demand is what a copy needs when it takes the option.
type Demand struct {
	// ID is unique in the option.
	ID string `json:"id"`
	// Amount is what one copy needs, in units of the metric.
	Amount decimal.Decimal `json:"amount"`
	// Members name the consumers of all copies, where they are known by name; they
	// need amount times copies together.
	Members []Member `json:"members,omitempty"`
	// Penalty is what a unit costs that is short.
	Penalty Cost `json:"penalty"`
	// Must says that nothing may be short.
	Must bool `json:"must,omitempty"`
	// Short is what is not covered, for all copies that take the option.
	Short decimal.Decimal `json:"short"`
	Arcs  []Arc           `json:"arcs,omitempty"`
}

// Member is one of those that a group or demand stands for.
type Member struct {
	ID     string          `json:"id"`
	Amount decimal.Decimal `json:"amount"`
}

// Arc says that a supply of the part may cover a demand, what a unit of that
// costs, and how much it covers for all copies that take the option.
type Arc struct {
	Supply   string          `json:"supply"`
	Cost     Cost            `json:"cost"`
	Quantity decimal.Decimal `json:"quantity"`
}

// Node is a cut or a leaf of the tree that divides all assignments of a part.
type Node struct {
	Cut  *Cut  `json:"cut,omitempty"`
	Leaf *Leaf `json:"leaf,omitempty"`
}

// Cut divides assignments in two halves: those in which at most so many copies of
// the group take the option, and those in which more do.
type Cut struct {
	Group  string          `json:"group"`
	Option string          `json:"option"`
	AtMost decimal.Decimal `json:"at_most"`
}

// Leaf proves a bound of the assignments that the cuts above it leave.
type Leaf struct {
	// Prices are those of a unit of a supply; supplies without one are free.
	Prices []Price `json:"prices,omitempty"`
	// Weight is how much of the risk is added to the value, where the value is
	// bounded.
	Weight decimal.Decimal `json:"weight"`
}

// Price is what a unit of a supply is worth: for the bound of the risk, and for
// that of the value with the weighed risk.
type Price struct {
	Supply string          `json:"supply"`
	Risk   decimal.Decimal `json:"risk"`
	Value  decimal.Decimal `json:"value"`
}
