package compliance

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// allotment is what an entitlement's allocations come to: the units allocated,
// those that their consumers need, and those that are held without a need.
type allotment struct{ allocated, inUse, held decimal.Decimal }

// allot serves allocations from the stocks, by entitlement and consumer, before
// anything else is assigned. It takes what it gives off the stocks and claims.
//
// Units that are not needed stay in the stocks or are held, by the kind of the
// allocation. More may be allocated than was bought: what is not there is not
// given.
func (b *bench) allot(stocks []stock, claims []claim) ([][]decimal.Decimal, []allotment) {
	first := make([][]decimal.Decimal, len(claims))
	named := b.named()
	out := make([]allotment, len(b.entitlements))
	for j, e := range b.entitlements {
		if b.supplies[j].Refused != "" || len(e.Allocations) == 0 {
			continue
		}
		allocations := slices.SortedFunc(slices.Values(e.Allocations), func(a, c Allocation) int {
			return cmp.Or(cmp.Compare(a.Consumer, c.Consumer), cmp.Compare(a.Kind, c.Kind), a.Quantity.Cmp(c.Quantity))
		})
		idle := make([]decimal.Decimal, len(allocations))
		for n, a := range allocations {
			used, known := b.serve(a, j, named[a.Consumer], stocks, claims, first)
			out[j].allocated, out[j].inUse = out[j].allocated.Add(a.Quantity), out[j].inUse.Add(used)
			if a.Kind == Permanent || a.Kind == Awaiting && !known {
				idle[n] = a.Quantity.Sub(used)
			}
		}
		for _, q := range idle {
			out[j].held = out[j].held.Add(b.hold(q, j, stocks))
		}
	}
	return first, out
}

// named lists for each name that something is allocated to the outcomes that bear
// it: one, or the installs of a device.
func (b *bench) named() map[string][]int {
	index := map[string][]int{}
	for _, names := range b.allocated {
		for n := range names {
			index[n] = nil
		}
	}
	if len(index) == 0 {
		return nil
	}
	for i, o := range b.outcomes {
		for _, n := range o.names() {
			if _, asked := index[n]; asked {
				index[n] = append(index[n], i)
			}
		}
	}
	return index
}

// serve gives allocated units to the outcomes that the allocation names. It says
// whether there is any.
func (b *bench) serve(a Allocation, j int, named []int, stocks []stock, claims []claim, first [][]decimal.Decimal) (used decimal.Decimal, known bool) {
	left := a.Quantity
	for _, i := range named {
		known = true
		for k, p := range b.parts {
			if p.entitlement != j || claims[i].rights[k] == "" {
				continue
			}
			q := decimal.Min(left, claims[i].amount, stocks[k].owned)
			if !q.IsPositive() {
				continue
			}
			if first[i] == nil {
				first[i] = make([]decimal.Decimal, len(b.parts))
			}
			first[i][k] = first[i][k].Add(q)
			left, claims[i].amount, stocks[k].owned = left.Sub(q), claims[i].amount.Sub(q), stocks[k].owned.Sub(q)
		}
	}
	return a.Quantity.Sub(left), known
}

// hold takes units off an entitlement that nobody may use: from outside the pools
// first, which come last among its parts.
func (b *bench) hold(q decimal.Decimal, j int, stocks []stock) decimal.Decimal {
	left := q
	for k := len(b.parts) - 1; k >= 0; k-- {
		if b.parts[k].entitlement == j {
			take := decimal.Min(left, stocks[k].owned)
			left, stocks[k].owned = left.Sub(take), stocks[k].owned.Sub(take)
		}
	}
	return q.Sub(left)
}
