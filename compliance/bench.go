package compliance

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// bench is where entitlements meet consumers: what each brings, asks, and may.
type bench struct {
	entitlements []Entitlement
	supplies     []Supply
	parts        []part
	rulings      [][]ruling // by outcome, then supply
	ranks        [][]int    // likewise, 0 for what is preferred most
	prices       []Money    // by outcome
	outcomes     []Outcome
	// allocated holds for each entitlement the names that it is allocated to.
	allocated []map[string]bool
	// sizes are the distinct sizes of packs, largest first; one zero where units are
	// given one by one.
	sizes  []decimal.Decimal
	method Method
}

// part is the share of an entitlement that is assigned apart: a pool, or what is
// outside all pools.
type part struct {
	entitlement int
	entities    []string // nil outside the pools
	owned       decimal.Decimal
}

// open says whether the part is for an entity; where the entity is not known, it
// may be.
func (p part) open(entity string) bool { return !outside(p.entities, entity) }

// bench judges every entitlement against every consumer.
func (r *reconciler) bench(m managedProduct, consumers []consumer, outcomes []Outcome) bench {
	b := bench{entitlements: m.entitlements, outcomes: outcomes, sizes: packSizes(m.entitlements), method: r.Method}
	for i, e := range m.entitlements {
		s := Supply{Entitlement: e.ID, Refused: applies(e, m, r.AsOf)}
		if s.Refused == "" {
			s.Owned = e.Quantity
		}
		b.supplies = append(b.supplies, s)
		b.divide(i)
		names := map[string]bool{}
		for _, a := range e.Allocations {
			names[a.Consumer] = true
		}
		b.allocated = append(b.allocated, names)
	}
	for i := range outcomes {
		o, row := &outcomes[i], make([]ruling, len(m.entitlements))
		for j, e := range m.entitlements {
			if b.supplies[j].Refused == "" {
				row[j] = r.rule(e, m, consumers[i])
			}
		}
		b.bind(row, *o)
		for j, e := range m.entitlements {
			if row[j].refused != "" {
				o.Refusals = append(o.Refusals, Refusal{e.ID, row[j].refused})
			}
		}
		o.Missing = union(o.Missing, doubts(consumers[i], m.entitlements))
		b.rulings = append(b.rulings, row)
		b.prices = append(b.prices, m.priceOf(consumers[i], *o))
	}
	b.rank()
	return b
}

// rule judges an entitlement against a consumer under the terms of the product.
func (r *reconciler) rule(e Entitlement, m managedProduct, c consumer) ruling {
	if c.layer != nil {
		return judgeLayer(e, c, r)
	}
	return judge(e, c, r.AsOf)
}

// divide splits an entitlement into its pools and the rest.
func (b *bench) divide(i int) {
	e, rest := b.entitlements[i], b.supplies[i].Owned
	if rest.IsPositive() {
		for _, p := range e.Pools {
			b.parts = append(b.parts, part{i, p.Entities, p.Quantity})
			rest = rest.Sub(p.Quantity)
		}
	}
	b.parts = append(b.parts, part{entitlement: i, owned: rest})
}

// bind keeps a consumer to the entitlements that are allocated to it, if any of
// them may cover it.
func (b *bench) bind(row []ruling, o Outcome) {
	names := o.names()
	var bound, others []int
	for j, ru := range row {
		switch {
		case ru.right == "":
		case slices.ContainsFunc(names, func(n string) bool { return b.allocated[j][n] }):
			bound = append(bound, j)
		default:
			others = append(others, j)
		}
	}
	if len(bound) == 0 {
		return
	}
	for _, j := range others {
		row[j] = ruling{refused: AllocatedElsewhere}
	}
}

// names are those by which an allocation may name the consumer.
func (o Outcome) names() []string {
	names := []string{o.Consumer}
	for _, n := range []string{string(o.Device), string(o.User)} {
		if n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// rank gives every lawful pair its place in the order of preference: by the
// priority of the entitlement, then by the order of its rights.
func (b *bench) rank() {
	type pair struct{ priority, order int }
	compare := func(a, c pair) int {
		return cmp.Or(cmp.Compare(a.priority, c.priority), cmp.Compare(a.order, c.order))
	}
	seen := map[pair]bool{}
	var pairs []pair
	for _, row := range b.rulings {
		for j, ru := range row {
			if p := (pair{b.entitlements[j].Priority, ru.order}); ru.right != "" && !seen[p] {
				seen[p] = true
				pairs = append(pairs, p)
			}
		}
	}
	slices.SortFunc(pairs, compare)
	for _, row := range b.rulings {
		ranks := make([]int, len(row))
		for j, ru := range row {
			if ru.right != "" {
				ranks[j], _ = slices.BinarySearchFunc(pairs, pair{b.entitlements[j].Priority, ru.order}, compare)
			}
		}
		b.ranks = append(b.ranks, ranks)
	}
}
