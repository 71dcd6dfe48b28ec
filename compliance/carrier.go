package compliance

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
)

// carrier is a way to license several consumers together: some of them, or a host
// or suite that was offered, are licensed, and the others are carried.
type carrier struct {
	name  string
	right Reason
	needs []need
	// carries are the items carried; the first item needed is named as their carrier.
	carries []int
	// unsure are those of them that it carries only if a fact that is missing turns out
	// well.
	unsure []int
	// machines limits how many are carried each time the needs are licensed; zero
	// means any number.
	machines int
	// must says that there is no other way.
	must bool
}

// need is an item that a carrier asks to be licensed.
type need struct {
	item  int
	times int64
	// only are the entitlements that will do, by index; nil means all.
	only []bool
}

// offer finds the carriers of the table's products.
func (t *table) offer(ctx context.Context) error {
	if !t.plural() && !t.certifies() {
		return nil
	}
	t.number()
	for _, n := range t.inward() {
		d := t.desks[n]
		if len(d.terms.layers) > 0 {
			if err := t.offerLayers(ctx, n); err != nil {
				return err
			}
		}
		if d.terms.suite != nil {
			if err := t.offerSuite(ctx, n); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(d.entitlements, func(e Entitlement) bool { return e.Failover > 0 || e.Recovery > 0 }) {
			t.offerStandby(n)
		}
		if slices.ContainsFunc(d.entitlements, func(e Entitlement) bool { return e.SecondUse }) {
			t.offerSecondUse(n)
		}
	}
	return nil
}

// number lists the items of all desks. Items that are offered later come after
// them.
func (t *table) number() {
	for n, d := range t.desks {
		t.first = append(t.first, len(t.items))
		for i := range d.outcomes {
			t.items = append(t.items, item{n, i})
		}
	}
}

// add offers a consumer, measured, at a desk.
func (t *table) add(n int, c consumer, o Outcome) int {
	d := t.desks[n]
	d.consumers, d.outcomes = append(d.consumers, c), append(d.outcomes, o)
	t.items = append(t.items, item{n, len(d.outcomes) - 1})
	return len(t.items) - 1
}

// own are the items of a desk that may be licensed in another way: where the metric
// adds up over consumers, and nothing is allocated to them.
func (t *table) own(n int) []int {
	d := t.desks[n]
	if !d.additive {
		return nil
	}
	allocated := map[string]bool{}
	for _, e := range d.entitlements {
		for _, a := range e.Allocations {
			allocated[a.Consumer] = true
		}
	}
	var out []int
	for i := range d.offered {
		if !slices.ContainsFunc(d.outcomes[i].names(), func(name string) bool { return allocated[name] }) {
			out = append(out, t.first[n]+i)
		}
	}
	return out
}

// ways are what a carrier comes to under a scenario: one, or one for each number of
// times that its needs are licensed and each selection of machines that is worth
// considering.
func (t *table) ways(c carrier, s scenario, limit int) []way {
	if s.worst && len(c.unsure) > 0 {
		c.carries = slices.DeleteFunc(slices.Clone(c.carries), func(i int) bool { return slices.Contains(c.unsure, i) })
		if len(c.carries) == 0 {
			return nil
		}
	}
	if c.machines == 0 {
		return []way{{c.name, c.right, c.needs, c.carries, c.must}}
	}
	classes := t.alike(c.carries, s)
	var out []way
	for times := 1; (times-1)*c.machines < len(c.carries); times++ {
		needs := slices.Clone(c.needs)
		for i := range needs {
			needs[i].times = int64(times)
		}
		for _, carried := range selections(classes, min(times*c.machines, len(c.carries)), limit) {
			out = append(out, way{c.name, c.right, needs, carried, c.must})
		}
	}
	return out
}

// alike parts items into those that differ only in their amount, largest first: of
// these a carrier takes the largest, since each that it leaves must be licensed.
func (t *table) alike(items []int, s scenario) [][]int {
	index := map[string]int{}
	var classes [][]int
	for _, i := range items {
		key := t.claimKey(i, s)
		at, known := index[key]
		if !known {
			at = len(classes)
			index[key], classes = at, append(classes, nil)
		}
		classes[at] = append(classes[at], i)
	}
	for _, c := range classes {
		slices.SortStableFunc(c, func(a, b int) int { return compareAmounts(t.amount(b, s), t.amount(a, s)) })
	}
	return classes
}

// compareAmounts holds what has no bound for the largest.
func compareAmounts(a, b decimal.NullDecimal) int {
	switch {
	case a.Valid && b.Valid:
		return a.Decimal.Cmp(b.Decimal)
	case a.Valid:
		return -1
	case b.Valid:
		return 1
	}
	return 0
}

// selections are the ways to take a number of items from classes, from each its
// first, at most limit of them.
func selections(classes [][]int, number, limit int) [][]int {
	if len(classes) == 0 {
		if number == 0 {
			return [][]int{nil}
		}
		return nil
	}
	rest := 0
	for _, c := range classes[1:] {
		rest += len(c)
	}
	var out [][]int
	for n := min(number, len(classes[0])); n >= max(0, number-rest) && len(out) < limit; n-- {
		for _, tail := range selections(classes[1:], number-n, limit-len(out)) {
			out = append(out, slices.Concat(classes[0][:n], tail))
		}
	}
	return out
}

// way is one lawful way to license items together.
type way struct {
	name    string
	right   Reason
	needs   []need
	carries []int
	must    bool
}
