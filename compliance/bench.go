package compliance

import (
	"cmp"
	"context"
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
	b := bench{entitlements: m.entitlements, outcomes: outcomes}
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
				row[j] = judge(e, consumers[i], r.AsOf)
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
		b.prices = append(b.prices, m.price(o.Editions))
	}
	b.rank()
	return b
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

// claims are what consumers ask of the parts, under the rulings that are allowed.
func (b *bench) claims(amounts []decimal.Decimal, allowed func(ruling) bool) []claim {
	claims := make([]claim, len(b.rulings))
	for i, row := range b.rulings {
		c := claim{amount: amounts[i], rights: make([]Reason, len(b.parts)), ranks: make([]int, len(b.parts)), price: b.prices[i].Amount}
		for k, p := range b.parts {
			ru := row[p.entitlement]
			if ru.right == "" || !allowed(ru) || !p.open(b.outcomes[i].Entity) {
				continue
			}
			c.rights[k], c.ranks[k] = ru.right, b.ranks[i][p.entitlement]
		}
		claims[i] = c
	}
	return claims
}

// given is an assignment: for each outcome and part the quantity.
type given [][]decimal.Decimal

// assign gives the parts to the consumers: allocations first, then the cheapest
// assignment of what is left. It says too what is held for allocations.
func (b *bench) assign(ctx context.Context, amounts []decimal.Decimal, allowed func(ruling) bool) (given, []allotment, error) {
	claims := b.claims(amounts, allowed)
	stocks := make([]stock, len(b.parts))
	for k, p := range b.parts {
		stocks[k] = stock{owned: p.owned, price: b.entitlements[p.entitlement].UnitPrice.Amount}
	}
	first, allotted := b.allot(stocks, claims)
	rest, err := assign(ctx, stocks, claims)
	if err != nil {
		return nil, nil, err
	}
	for i, parts := range first {
		for k, q := range parts {
			rest[i][k] = rest[i][k].Add(q)
		}
	}
	return rest, allotted, nil
}

// cover makes the assignment that the position states: of what is known to be
// needed, with every right that nothing known speaks against.
func (b *bench) cover(ctx context.Context, p *Position, outcomes []Outcome) error {
	low := make([]decimal.Decimal, len(outcomes))
	for i, o := range outcomes {
		low[i] = o.Required.Low
	}
	got, allotted, err := b.assign(ctx, low, func(ruling) bool { return true })
	if err != nil {
		return err
	}
	for j, a := range allotted {
		s := &b.supplies[j]
		s.Allocated, s.InUse, s.Held = a.allocated, a.inUse, a.held
	}
	for i := range outcomes {
		o := &outcomes[i]
		o.Short = o.Required.Low
		for k, q := range got[i] {
			if q.IsPositive() {
				b.give(o, i, b.parts[k].entitlement, q)
			}
		}
		o.Reason = o.reason(slices.ContainsFunc(b.rulings[i], func(ru ruling) bool { return ru.right != "" }))
		p.Short.Low = p.Short.Low.Add(o.Short)
		p.Exposure = p.Exposure.plus(b.prices[i].Times(o.Short))
	}
	p.Entitlements = b.supplies
	return nil
}

// give notes that a quantity of an entitlement covers the i-th outcome.
func (b *bench) give(o *Outcome, i, j int, q decimal.Decimal) {
	s := &b.supplies[j]
	if n := len(o.Covered); n > 0 && o.Covered[n-1].Entitlement == s.Entitlement {
		o.Covered[n-1].Quantity = o.Covered[n-1].Quantity.Add(q) // another part of the same
	} else {
		o.Covered = append(o.Covered, Coverage{s.Entitlement, q, b.rulings[i][j].right})
	}
	s.Used = s.Used.Add(q)
	o.Short = o.Short.Sub(q)
}

// worst finds the upper bound of what is short: every consumer needs as much as
// it can, and no right holds that a missing fact could void. There is no bound
// when the requirement has none or facts may be missing altogether.
func (b *bench) worst(ctx context.Context, p *Position, outcomes []Outcome, open bool) error {
	if open || slices.ContainsFunc(outcomes, func(o Outcome) bool { return !o.Required.High.Valid }) {
		return nil
	}
	high := make([]decimal.Decimal, len(outcomes))
	for i, o := range outcomes {
		high[i] = o.Required.High.Decimal
	}
	got, _, err := b.assign(ctx, high, func(ru ruling) bool { return ru.sure })
	if err != nil {
		return err
	}
	var short, exposure decimal.Decimal
	for i, left := range high {
		for _, q := range got[i] {
			left = left.Sub(q)
		}
		short, exposure = short.Add(left), exposure.Add(left.Mul(b.prices[i].Amount))
	}
	p.Short.High, p.ExposureHigh = decimal.NewNullDecimal(short), decimal.NewNullDecimal(exposure)
	return nil
}
