package compliance

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// EntitlementID and ContractID identify what was bought and under which terms.
type (
	EntitlementID string
	ContractID    string
)

// Money is an exact amount in a currency of ISO 4217.
type Money struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency string          `json:"currency,omitempty"`
}

// String renders the amount with its currency, as in 1200.50 EUR.
func (m Money) String() string {
	if m.Currency == "" {
		return m.Amount.StringFixed(2)
	}
	return fmt.Sprintf("%s %s", m.Amount.StringFixed(2), m.Currency)
}

// Times is the amount multiplied by a quantity, exactly.
func (m Money) Times(q decimal.Decimal) Money {
	return Money{m.Amount.Mul(q), m.Currency}
}

// plus adds amounts. Amounts of one position share a currency: mixing them is
// refused before any is added.
func (m Money) plus(n Money) Money {
	if m.Currency == "" {
		m.Currency = n.Currency
	}
	return Money{m.Amount.Add(n.Amount), m.Currency}
}

// Entitlement is a right to use a quantity of a product, as bought.
type Entitlement struct {
	ID       EntitlementID
	Contract ContractID
	// Product, Edition and Version say what was bought. An empty edition or
	// version means any.
	Product          catalog.ProductKey
	Edition, Version string
	// Metric is how the quantity is counted.
	Metric metric.Key
	// Quantity is in units of the metric. It is never negative.
	Quantity decimal.Decimal
	// Start and End bound the term, End exclusive; zero means unbounded.
	Start, End time.Time
	// MaintenanceEnd is until when newer versions are included; zero means that
	// there is no maintenance.
	MaintenanceEnd time.Time
	// Downgrade allows older versions in place of the one bought.
	Downgrade bool
	// DowngradeTo lists, best first, what may be used in place of what was bought.
	// Where it is not empty, no other older version may, whatever Downgrade says.
	DowngradeTo []Release
	// CrossEdition lists editions that may be used in place of the one bought.
	CrossEdition []string
	// Entities and Countries restrict who may use it, Environments where (as in
	// [Device.Environment], such as test and development); empty means no
	// restriction. A restriction excludes and never attracts: see Priority.
	Entities, Countries, Environments []string
	// Pools are parts of the quantity that are kept for some entities. The rest is
	// for everyone whom the restrictions allow.
	Pools []Pool
	// Allocations give units to single consumers before anyone else is served.
	Allocations []Allocation
	// Pack is how many units come in a pack that serves one consumer: what a
	// consumer leaves of its last pack goes to no one else, as with the
	// nontransferable rights of
	// https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/license-metric-results-fields.html.
	// Zero means that units are given one by one.
	Pack decimal.Decimal
	// SecondUse lets who is licensed on one device use a portable one as well: see
	// [SecondUse].
	SecondUse bool
	// Mobility lifts the wait between two assignments to different hosts: see
	// Licensing.ReassignDays.
	Mobility bool
	// Failover and Recovery are how many passive replicas and disaster recovery
	// machines each licensed machine may have without licenses of their own.
	Failover, Recovery int
	// Priority breaks ties: among assignments that leave the same money at risk and
	// use up the same value, entitlements of a lower number are used first. It never
	// excludes: see Entities.
	Priority int
	// UnitPrice is what one unit cost.
	UnitPrice Money
}

// Contract is an agreement that entitlements belong to, with its duties.
type Contract struct {
	ID        ContractID
	Publisher string
	// Start and End bound the agreement, End exclusive; zero means unbounded.
	Start, End time.Time
	// Kind says whether more use than was bought is allowed for the time being.
	Kind AgreementKind
	// TrueUp is the next date on which the count must be reported; zero when
	// there is none.
	TrueUp time.Time
	// AuditNoticeDays is how long before an audit the publisher must announce
	// it, CureDays how long a shortfall may be mended after it was found; -1
	// when the contract does not say.
	AuditNoticeDays, CureDays int
	// AuditAnnounced is when the publisher announced an audit, zero when none
	// is under way.
	AuditAnnounced time.Time
}
