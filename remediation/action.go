package remediation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Verb is what an action does.
type Verb uint8

// The verbs.
const (
	VerbInvalid Verb = iota
	// Uninstall takes one install off one device.
	Uninstall
	// Unassign takes one seat from one user.
	Unassign
	// Transfer moves units of an entitlement to another legal entity.
	Transfer
	// Purchase buys units.
	Purchase
	// Prolong gives an entitlement, or its maintenance, a new end.
	Prolong
	// Replace puts another edition or version in place of one install or seat.
	Replace
	// Assign gives a user a seat, or a device an install, that an entitlement covers.
	Assign
	// Release takes units out of a pool or from an allocation of an entitlement, so
	// that everyone whom it allows may use them.
	Release
	// StepUp turns units of an entitlement into units of another edition.
	StepUp
	// Relocate moves a virtual machine to another host.
	Relocate
	// Confine keeps a virtual machine on some hosts.
	Confine
	// Shrink takes virtual processors from a machine.
	Shrink
	// Scrap takes a device out of the estate.
	Scrap
	// Except records that a shortfall is accepted until a day.
	Except

	// widen lets an entity use an entitlement, all of it. No plan holds it; it
	// bounds what transfers can do together.
	widen Verb = 255
	// another gives units like those of an entitlement, of an edition, with nothing held
	// back, and takes nothing from it. No plan holds it either.
	another Verb = 254
	// spared takes everything of a product from a user or a device.
	spared Verb = 253
)

var verbs = []string{
	"invalid", "uninstall", "unassign", "transfer", "purchase", "prolong",
	"replace", "assign", "release", "step-up", "relocate", "confine", "shrink", "scrap", "except",
}

// String is the verb in lower case.
func (v Verb) String() string {
	if int(v) < len(verbs) {
		return verbs[v]
	}
	return verbs[VerbInvalid]
}

// MarshalText writes what [Verb.String] says.
func (v Verb) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (v *Verb) UnmarshalText(text []byte) error {
	at := slices.Index(verbs, string(text))
	if at <= 0 {
		return fmt.Errorf("%q is not a verb; known are %q", text, verbs[1:])
	}
	*v = Verb(at)
	return nil
}

// Action is one change to the world, and just as well one change to an estate in
// thought: a plan's effect is computed by applying its actions to the input of a
// reconciliation, and its execution carries out the same actions.
type Action struct {
	Verb    Verb
	Product catalog.ProductKey

	// Uninstall, Unassign and Replace: the very row of the estate that goes. User is
	// the user of the install, empty when it is the machine's. Relocate, Confine,
	// Shrink and Scrap: the machine. Assign: who or what is given Title.
	Device compliance.DeviceID `json:",omitempty"`
	User   compliance.UserID   `json:",omitempty"`
	Title  catalog.Title       `json:",omitzero"`
	// Source reported the row: what takes it away is the source's own system.
	Source compliance.SourceID `json:",omitempty"`
	// To is what stands in the row's place after a Replace.
	To catalog.Title `json:",omitzero"`
	// Hosts are where a machine runs, or may run, after a Relocate or Confine, sorted;
	// Processors are what it has after a Shrink.
	Hosts      []compliance.DeviceID `json:",omitempty"`
	Processors int                   `json:",omitempty"`

	// Transfer: from which entitlement to which legal entity. Release: from the pool of
	// which entity, or from the allocation to User or Device. Assign: which one covers.
	Entitlement compliance.EntitlementID `json:",omitempty"`
	Entity      string                   `json:",omitempty"`

	// Transfer, Release, StepUp and Purchase: how many units. StepUp and Purchase: of
	// which edition, empty for any, under which metric and at which price a unit.
	Quantity decimal.Decimal
	Edition  string     `json:",omitempty"`
	Metric   metric.Key `json:",omitempty"`
	Price    compliance.Money
	// Quote names the offer that a purchase is by, empty for the list price.
	Quote string `json:",omitempty"`
	// Prolong: until when Entitlement then runs, exclusive, or its maintenance where
	// Maintenance says so. Except: until when it holds, and Approver the role whose
	// leave it is.
	Until       time.Time `json:",omitzero"`
	Maintenance bool      `json:",omitempty"`
	Approver    string    `json:",omitempty"`

	// Preconditions are the facts that the action rests on. They are read again
	// just before it is carried out; [Observe] reads them from an estate.
	Preconditions []Fact `json:",omitempty"`
}

// Fact is a named value that an action rests on.
type Fact struct{ Name, Value string }

// row names an install or a seat of an estate.
type row struct {
	seat   bool
	device compliance.DeviceID
	user   compliance.UserID
	title  catalog.Title
}

// Apply is the input as it would be if the actions had been carried out. The
// input itself stays as it is.
func Apply(in compliance.Input, actions []Action) (compliance.Input, error) {
	e := newEdit(in)
	out := in
	out.Entitlements = slices.Clone(in.Entitlements)
	for i, a := range actions {
		if e.note(a) {
			continue
		}
		var err error
		switch a.Verb {
		case Transfer:
			err = transfer(&out, a)
		case widen:
			for j := range out.Entitlements {
				if e := &out.Entitlements[j]; e.ID == a.Entitlement {
					e.Entities = append(slices.Clone(e.Entities), a.Entity)
				}
			}
		case Prolong:
			err = prolong(&out, a)
		case Purchase:
			out.Entitlements = append(out.Entitlements, purchased(out.Entitlements, a))
		case StepUp:
			err = stepUp(&out, a)
		case another:
			err = alike(&out, a)
		case Release:
			err = release(&out, a)
		case Except:
			// An exception changes nothing of what is owned or used.
		default:
			err = fmt.Errorf("remediation: action %d has no verb", i)
		}
		if err != nil {
			return compliance.Input{}, err
		}
	}
	var err error
	out.Estate, err = e.estate()
	return out, err
}

// ownedIn finds an entitlement of the input.
func ownedIn(in *compliance.Input, id compliance.EntitlementID, what string) (*compliance.Entitlement, error) {
	at := slices.IndexFunc(in.Entitlements, func(e compliance.Entitlement) bool { return e.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("remediation: %s of %s: there is no such entitlement", what, id)
	}
	return &in.Entitlements[at], nil
}

// stepUp takes units from an entitlement and gives as many of another edition under
// the same restrictions and the same term.
func stepUp(in *compliance.Input, a Action) error {
	from, err := ownedIn(in, a.Entitlement, "step-up")
	if err != nil {
		return err
	}
	if a.Quantity.GreaterThan(from.Quantity) {
		return fmt.Errorf("remediation: step-up of %s units of %s, which has %s", a.Quantity, a.Entitlement, from.Quantity)
	}
	to := *from
	from.Quantity = from.Quantity.Sub(a.Quantity)
	to.ID = unused(in.Entitlements, fmt.Sprintf("%s/step-up/%s", a.Entitlement, a.Edition))
	to.Quantity, to.Edition, to.UnitPrice = a.Quantity, a.Edition, a.Price
	to.CrossEdition, to.DowngradeTo, to.Pools, to.Allocations = nil, nil, nil, nil
	in.Entitlements = append(in.Entitlements, to)
	return nil
}

// alike gives units like those of an entitlement, to everyone whom it allows.
func alike(in *compliance.Input, a Action) error {
	of, err := ownedIn(in, a.Entitlement, "units")
	if err != nil {
		return err
	}
	e := *of
	e.ID = unused(in.Entitlements, string(a.Entitlement)+"/alike")
	e.Quantity, e.Edition, e.Pools, e.Allocations = a.Quantity, a.Edition, nil, nil
	in.Entitlements = append(in.Entitlements, e)
	return nil
}

// release takes units out of the pools of an entity, or from what is allocated to a
// user or device.
func release(in *compliance.Input, a Action) error {
	e, err := ownedIn(in, a.Entitlement, "release")
	if err != nil {
		return err
	}
	left := a.Quantity
	e.Pools, e.Allocations = slices.Clone(e.Pools), slices.Clone(e.Allocations)
	for i := range e.Pools {
		if p := &e.Pools[i]; a.Entity != "" && slices.Contains(p.Entities, a.Entity) {
			n := decimal.Min(left, p.Quantity)
			p.Quantity, left = p.Quantity.Sub(n), left.Sub(n)
		}
	}
	for i := range e.Allocations {
		if l := &e.Allocations[i]; a.Entity == "" && l.Consumer == a.holder() {
			n := decimal.Min(left, l.Quantity)
			l.Quantity, left = l.Quantity.Sub(n), left.Sub(n)
		}
	}
	e.Pools = slices.DeleteFunc(e.Pools, func(p compliance.Pool) bool { return p.Quantity.IsZero() })
	e.Allocations = slices.DeleteFunc(e.Allocations, func(l compliance.Allocation) bool { return l.Quantity.IsZero() })
	if left.IsPositive() {
		return fmt.Errorf("remediation: release of %s units of %s: only %s are held", a.Quantity, a.Entitlement, a.Quantity.Sub(left))
	}
	return nil
}

// holder is the consumer to whom units are allocated.
func (a Action) holder() string { return cmp.Or(string(a.User), string(a.Device)) }

// purchased is the entitlement that a purchase brings. Its term is open: what is
// bought is judged at the instant of the position.
func purchased(owned []compliance.Entitlement, a Action) compliance.Entitlement {
	return compliance.Entitlement{
		ID:        unused(owned, fmt.Sprintf("purchase/%s/%s", a.Product, a.Edition)),
		Product:   a.Product,
		Edition:   a.Edition,
		Metric:    a.Metric,
		Quantity:  a.Quantity,
		UnitPrice: a.Price,
	}
}

// unused is an identifier that no entitlement has: the name, with a number where
// it is taken.
func unused(owned []compliance.Entitlement, name string) compliance.EntitlementID {
	id := compliance.EntitlementID(name)
	for n := 2; slices.ContainsFunc(owned, func(e compliance.Entitlement) bool { return e.ID == id }); n++ {
		id = compliance.EntitlementID(fmt.Sprintf("%s/%d", name, n))
	}
	return id
}

func transfer(in *compliance.Input, a Action) error {
	from, err := ownedIn(in, a.Entitlement, "transfer")
	if err != nil {
		return err
	}
	if a.Quantity.GreaterThan(from.Quantity) {
		return fmt.Errorf("remediation: transfer of %s units from %s, which has %s", a.Quantity, a.Entitlement, from.Quantity)
	}
	moved := *from
	from.Quantity = from.Quantity.Sub(a.Quantity)
	moved.ID = unused(in.Entitlements, fmt.Sprintf("%s/to/%s", a.Entitlement, a.Entity))
	moved.Quantity, moved.Entities = a.Quantity, []string{a.Entity}
	in.Entitlements = append(in.Entitlements, moved)
	return nil
}
