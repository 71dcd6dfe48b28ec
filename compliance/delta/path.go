package delta

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// path is the inputs from one to the other, each step changing what its cause
// covers: first the input as it was, last the input as it is.
func path(from, to compliance.Input) []compliance.Input {
	in := from
	if in.AsOf.IsZero() {
		in.AsOf = from.Estate.At()
	}
	end := to.AsOf
	if end.IsZero() {
		end = to.Estate.At()
	}
	steps := []compliance.Input{in}
	step := func(change func()) {
		change()
		steps = append(steps, in)
	}
	step(func() { in.Catalog = to.Catalog })
	step(func() {
		in.Metrics, in.StaleAfter, in.Method = to.Metrics, to.StaleAfter, to.Method
		in.Licensing = atOldPrices(from.Licensing, to.Licensing)
	})
	step(func() {
		in.Licensing = to.Licensing
		in.Entitlements = atNewPrices(from.Entitlements, to.Entitlements)
	})
	step(func() { in.Estate = mix(from.Estate, from.Estate, to.Estate, from.Estate) })
	step(func() { in.Estate = mix(from.Estate, from.Estate, to.Estate, to.Estate) })
	step(func() { in.Estate = to.Estate })
	step(func() { in.Entitlements, in.Contracts = to.Entitlements, to.Contracts })
	step(func() { in.AsOf, in.KnownAt = end, to.KnownAt })
	return steps
}

type line struct {
	product catalog.ProductKey
	edition string
}

// atOldPrices is how products are licensed now, at the prices of before where a
// line had one.
func atOldPrices(before, now []compliance.Licensing) []compliance.Licensing {
	old := map[line]compliance.Money{}
	for _, l := range before {
		old[line{l.Product, l.Edition}] = l.Price
	}
	out := slices.Clone(now)
	for i, l := range out {
		if price, had := old[line{l.Product, l.Edition}]; had && price.Currency == l.Price.Currency {
			out[i].Price = price
		}
	}
	return out
}

// atNewPrices is what was owned before, at today's prices where it still is.
func atNewPrices(before, now []compliance.Entitlement) []compliance.Entitlement {
	price := map[compliance.EntitlementID]compliance.Money{}
	for _, e := range now {
		price[e.ID] = e.UnitPrice
	}
	out := slices.Clone(before)
	for i, e := range out {
		if p, still := price[e.ID]; still && p.Currency == e.UnitPrice.Currency {
			out[i].UnitPrice = p
		}
	}
	return out
}

// mix is an estate with the software of one, and devices and users of others.
// Devices and users that software needs and the others lack are taken from where
// the software is.
func mix(at, software, devices, users *compliance.Estate) *compliance.Estate {
	b := compliance.NewBuilder(at.At())
	for _, d := range overlaid(software.Devices(), devices.Devices(), func(d compliance.Device) compliance.DeviceID { return d.ID }) {
		must(b.AddDevice(d))
	}
	for _, u := range overlaid(software.Users(), users.Users(), func(u compliance.User) compliance.UserID { return u.ID }) {
		must(b.AddUser(u))
	}
	for i := range software.Installs() {
		must(b.AddInstall(i))
	}
	for s := range software.Seats() {
		must(b.AddSeat(s))
	}
	for u := range software.Usage() {
		must(b.AddUsage(u))
	}
	for _, s := range software.Sources() {
		must(b.AddSource(s))
	}
	return b.Build()
}

// overlaid is the things of both, those of over where both have one, sorted.
func overlaid[T any, K cmp.Ordered](under, over iter.Seq[T], key func(T) K) []T {
	all := map[K]T{}
	for t := range under {
		all[key(t)] = t
	}
	for t := range over {
		all[key(t)] = t
	}
	out := make([]T, 0, len(all))
	for _, k := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[k])
	}
	return out
}

// must holds since every fact was accepted by a builder before.
func must(err error) {
	if err != nil {
		panic("delta: a fact of an estate is refused by a builder: " + err.Error())
	}
}
