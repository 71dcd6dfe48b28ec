package connectors

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// License is what a source says was bought. It names a raw title and a metric in
// the source's words; what product and which metric they are is recognised
// later, as with installs.
type License struct {
	ID, Contract string
	Title        catalog.Title
	Metric       string
	// Quantity and UnitPrice are exact; not valid means not known.
	Quantity, UnitPrice decimal.NullDecimal
	// Currency is an ISO 4217 code.
	Currency string
	// Start and End bound the term, MaintenanceEnd is until when newer versions
	// are included; zero means not known.
	Start, End, MaintenanceEnd time.Time
	Source                     compliance.SourceID
}

// PriceEntry is what one unit of a title costs to buy.
type PriceEntry struct {
	Title    catalog.Title
	Metric   string
	Amount   decimal.NullDecimal
	Currency string
	// From and To bound when the price is good; zero means unbounded.
	From, To time.Time
	Source   compliance.SourceID
}

// Membership says that a user is in a group.
type Membership struct {
	Group  string
	User   compliance.UserID
	Source compliance.SourceID
}

// LicenseSink is a [Sink] that takes what was bought. A host asks a connector
// only for the kinds that its sink takes.
type LicenseSink interface{ AddLicense(License) error }

// PriceSink is a [Sink] that takes prices.
type PriceSink interface{ AddPrice(PriceEntry) error }

// GroupSink is a [Sink] that takes memberships.
type GroupSink interface{ AddMembership(Membership) error }

// Takes lists the kinds that a sink takes.
func Takes(s Sink) []Kind {
	kinds := []Kind{Device, User, Install, Seat, Usage}
	if _, ok := s.(LicenseSink); ok {
		kinds = append(kinds, Entitlement)
	}
	if _, ok := s.(PriceSink); ok {
		kinds = append(kinds, Price)
	}
	if _, ok := s.(GroupSink); ok {
		kinds = append(kinds, GroupMember)
	}
	return kinds
}
