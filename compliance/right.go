package compliance

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Release is an edition and version of a product.
type Release struct {
	// Edition is empty for the edition that was bought.
	Edition string
	// Version includes finer readings: 16.0 includes 16.0.4. Empty means any.
	Version string
}

// Pool is a part of an entitlement's quantity that only some entities may use.
//
// A consumer of a pool's entity may use what is left outside the pools too, as in
// the consumption rules with license pools of
// https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/reconcile-licenses-global-entities.html.
type Pool struct {
	Entities []string
	Quantity decimal.Decimal
}

// Allocation gives units of an entitlement to one consumer. The consumer is served
// first, and by the entitlements that are allocated to it alone. An allocation
// outside the law of the entitlement has no effect: it decides among those who
// may, not who may.
//
// The kinds are those of
// https://docs.flexera.com/flexera/EN/ITAssets/AllocExemption_LicenseProps.htm.
type Allocation struct {
	// Consumer is the identifier of a consumer, of its device or of its user.
	Consumer string
	Quantity decimal.Decimal
	Kind     AllocationKind
}

// AllocationKind says what becomes of allocated units that their consumer does
// not need.
type AllocationKind uint8

// The kinds of allocation.
const (
	// Normal: units not needed go to others.
	Normal AllocationKind = iota
	// Awaiting: units are held until the consumer appears in the inventory, then
	// as for Normal.
	Awaiting
	// Permanent: units are held whether they are needed or not.
	Permanent
)

var allocationKinds = [...]string{"normal", "awaiting", "permanent"}

// String is the kind as files write it.
func (k AllocationKind) String() string {
	if int(k) < len(allocationKinds) {
		return allocationKinds[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// ParseAllocationKind reads what [AllocationKind.String] writes.
func ParseAllocationKind(s string) (AllocationKind, bool) {
	for i, name := range allocationKinds {
		if name == s {
			return AllocationKind(i), true
		}
	}
	return Normal, false
}

// checkRights finds mistakes of an entitlement's pools and allocations.
func checkRights(e Entitlement, fail func(format string, args ...any)) {
	pooled := decimal.Zero
	for _, p := range e.Pools {
		if len(p.Entities) == 0 || p.Quantity.IsNegative() {
			fail("a pool of entitlement %s lacks its entities or has a negative quantity", e.ID)
		}
		pooled = pooled.Add(p.Quantity)
	}
	if pooled.GreaterThan(e.Quantity) {
		fail("the pools of entitlement %s hold %s units, of the %s that were bought", e.ID, pooled, e.Quantity)
	}
	if e.Pack.IsNegative() || e.Failover < 0 || e.Recovery < 0 {
		fail("entitlement %s has a negative pack, or a negative number of replicas", e.ID)
	}
	for _, a := range e.Allocations {
		if e.Pack.IsPositive() && !packsIn(a.Quantity, e.Pack).Mul(e.Pack).Equal(a.Quantity) {
			fail("%s units of entitlement %s are allocated, which comes in packs of %s", a.Quantity, e.ID, e.Pack)
		}
		if a.Consumer == "" || !a.Quantity.IsPositive() || int(a.Kind) >= len(allocationKinds) {
			fail("an allocation of entitlement %s to %q lacks its consumer, its quantity or a kind that exists", e.ID, a.Consumer)
		}
	}
}
