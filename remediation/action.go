package remediation

import (
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
	// Prolong gives an entitlement a new end.
	Prolong

	// widen lets an entity use an entitlement, all of it. No plan holds it; it
	// bounds what transfers can do together.
	widen Verb = 255
)

var verbs = []string{"invalid", "uninstall", "unassign", "transfer", "purchase", "prolong"}

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

	// Uninstall and Unassign: the very row of the estate that goes. User is the
	// user of the install, empty when it is the machine's.
	Device compliance.DeviceID `json:",omitempty"`
	User   compliance.UserID   `json:",omitempty"`
	Title  catalog.Title       `json:",omitzero"`
	// Source reported the row: what takes it away is the source's own system.
	Source compliance.SourceID `json:",omitempty"`

	// Transfer: from which entitlement to which legal entity.
	Entitlement compliance.EntitlementID `json:",omitempty"`
	Entity      string                   `json:",omitempty"`

	// Transfer and Purchase: how many units. Purchase: of which edition, empty
	// for any, under which metric and at which price a unit.
	Quantity decimal.Decimal
	Edition  string     `json:",omitempty"`
	Metric   metric.Key `json:",omitempty"`
	Price    compliance.Money
	// Quote names the offer that a purchase is by, empty for the list price.
	Quote string `json:",omitempty"`
	// Prolong: until when Entitlement then runs, exclusive.
	Until time.Time `json:",omitzero"`

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
	gone := map[row]bool{}
	out := in
	out.Entitlements = slices.Clone(in.Entitlements)
	for i, a := range actions {
		switch a.Verb {
		case Uninstall:
			gone[row{false, a.Device, a.User, a.Title}] = true
		case Unassign:
			gone[row{true, "", a.User, a.Title}] = true
		case Transfer:
			if err := transfer(&out, a); err != nil {
				return compliance.Input{}, err
			}
		case widen:
			for j := range out.Entitlements {
				if e := &out.Entitlements[j]; e.ID == a.Entitlement {
					e.Entities = append(slices.Clone(e.Entities), a.Entity)
				}
			}
		case Prolong:
			if err := prolong(&out, a); err != nil {
				return compliance.Input{}, err
			}
		case Purchase:
			out.Entitlements = append(out.Entitlements, purchased(out.Entitlements, a))
		default:
			return compliance.Input{}, fmt.Errorf("remediation: action %d has no verb", i)
		}
	}
	if len(gone) > 0 {
		out.Estate = in.Estate.Where(
			func(x compliance.Install) bool { return !gone[row{false, x.Device, x.User, x.Title}] },
			func(s compliance.Seat) bool { return !gone[row{true, "", s.User, s.Title}] })
	}
	return out, nil
}

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
	at := slices.IndexFunc(in.Entitlements, func(e compliance.Entitlement) bool { return e.ID == a.Entitlement })
	if at < 0 {
		return fmt.Errorf("remediation: transfer from %s: there is no such entitlement", a.Entitlement)
	}
	from := &in.Entitlements[at]
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
