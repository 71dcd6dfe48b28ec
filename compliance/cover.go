package compliance

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// verdict is what was decided of one consumer of a desk. The zero verdict is that
// it is licensed by itself.
type verdict struct {
	// taken is set for a consumer that was offered and chosen.
	taken bool
	// idle is set for one that asks nothing of entitlements: another carries it, or it
	// was offered and not chosen.
	idle bool
	// short is set for one that stays short as a whole.
	short bool
	// lent is set for one whose right of second use is taken.
	lent bool
	// times is how often its requirement is needed; zero means once.
	times int64
	// open is set where there is no bound to how often.
	open bool
	// only are the entitlements that may cover it, by index; nil means all.
	only []bool
	// by is who carries it.
	by *Through
	// packs is how many packs of each size but the smallest it takes.
	packs []int64
}

// plan is the verdicts of a desk, by outcome; nil where nothing was to decide.
type plan []verdict

func (p plan) of(i int) verdict {
	if p == nil {
		return verdict{}
	}
	return p[i]
}

// asks is how much of an amount a consumer asks of entitlements.
func (v verdict) asks(amount decimal.Decimal) decimal.Decimal {
	switch {
	case v.idle || v.short:
		return decimal.Zero
	case v.times > 1:
		return amount.Mul(decimal.NewFromInt(v.times))
	}
	return amount
}

// lacks is how much of an amount is short while nothing covers it.
func (v verdict) lacks(amount decimal.Decimal) decimal.Decimal {
	if v.short {
		return amount.Mul(decimal.NewFromInt(max(v.times, 1)))
	}
	return v.asks(amount)
}

// claims are what consumers ask of the parts, under the rulings that are allowed.
func (b *bench) claims(amounts []decimal.Decimal, allowed func(ruling) bool, decided plan) []claim {
	claims := make([]claim, len(b.rulings))
	for i := range b.rulings {
		claims[i] = b.claim(i, amounts[i], allowed, decided.of(i))
	}
	return claims
}

func (b *bench) claim(i int, amount decimal.Decimal, allowed func(ruling) bool, v verdict) claim {
	c := claim{amount: v.asks(amount), rights: make([]Reason, len(b.parts)), ranks: make([]int, len(b.parts)), price: b.prices[i].Amount}
	for k, p := range b.parts {
		ru := b.rulings[i][p.entitlement]
		if ru.right == "" || !allowed(ru) || !p.open(b.outcomes[i].Entity) || v.only != nil && !v.only[p.entitlement] {
			continue
		}
		c.rights[k], c.ranks[k] = ru.right, b.ranks[i][p.entitlement]
	}
	return c
}

// given is an assignment: for each outcome and part the quantity that covers it,
// and what it takes beyond that because packs cannot be divided; left is nil where
// there are no packs.
type given struct{ covered, left [][]decimal.Decimal }

// stocks are the parts as an assignment sees them.
func (b *bench) stocks() []stock {
	stocks := make([]stock, len(b.parts))
	for k, p := range b.parts {
		stocks[k] = stock{owned: p.owned, price: b.entitlements[p.entitlement].UnitPrice.Amount}
	}
	return stocks
}

// assign gives the parts to the consumers: allocations first, then the cheapest
// assignment of what is left. It says too what is held for allocations.
func (b *bench) assign(ctx context.Context, amounts []decimal.Decimal, allowed func(ruling) bool, decided plan) (given, []allotment, error) {
	claims, stocks := b.claims(amounts, allowed, decided), b.stocks()
	first, allotted := b.allot(stocks, claims)
	var out given
	var err error
	if b.packed() {
		out, err = b.assignPacks(ctx, stocks, claims, decided)
	} else {
		out.covered, err = b.method.distribute(ctx, stocks, claims)
	}
	if err != nil {
		return given{}, nil, err
	}
	for i, parts := range first {
		for k, q := range parts {
			out.covered[i][k] = out.covered[i][k].Add(q)
		}
	}
	return out, allotted, nil
}

// cover makes the assignment that the position states: of what is known to be
// needed, with every right that nothing known speaks against.
func (b *bench) cover(ctx context.Context, d *desk, decided plan) error {
	low := make([]decimal.Decimal, len(b.outcomes))
	for i, o := range b.outcomes {
		low[i] = o.Required.Low
	}
	b.apply(d, decided)
	got, allotted, err := b.assign(ctx, low, anyRight, decided)
	if err != nil {
		return err
	}
	for j, a := range allotted {
		s := &b.supplies[j]
		s.Allocated, s.InUse, s.Held = a.allocated, a.inUse, a.held
	}
	p := &d.position
	for i := range b.outcomes {
		o, v := &b.outcomes[i], decided.of(i)
		o.Short = v.lacks(low[i])
		for k, q := range got.covered[i] {
			var left decimal.Decimal
			if got.left != nil {
				left = got.left[i][k]
			}
			if q.IsPositive() {
				b.give(o, i, b.parts[k].entitlement, q, left)
			}
		}
		o.Reason = o.reason(slices.ContainsFunc(b.rulings[i], func(ru ruling) bool { return ru.right != "" }))
		if v.short && o.Reason == Exhausted {
			o.Reason = NotWhole
		}
		p.Short.Low = p.Short.Low.Add(o.Short)
		p.Exposure = p.Exposure.plus(b.prices[i].Times(o.Short))
	}
	p.Entitlements = b.supplies
	return nil
}

// apply states what was decided in the outcomes and in what the position needs.
func (b *bench) apply(d *desk, decided plan) {
	if decided == nil {
		return
	}
	need := exactly(decimal.Zero)
	for i := range b.outcomes {
		o, v := &b.outcomes[i], decided[i]
		if o.Through = v.by; v.idle {
			continue
		}
		if v.times > 1 {
			once := o.Required
			o.Required = once.times(v.times)
			o.Explanation += fmt.Sprintf("; needed on each of %d hosts: %d x %s = %s", v.times, v.times, once, o.Required)
		}
		need = need.plus(o.Required)
	}
	if d.additive {
		if !d.position.Required.High.Valid {
			need.High = decimal.NullDecimal{}
		}
		d.position.Required, d.position.Explanation = need, ""
	}
}

// give notes that a quantity of an entitlement covers the i-th outcome, and left
// what it takes beyond.
func (b *bench) give(o *Outcome, i, j int, q, left decimal.Decimal) {
	s := &b.supplies[j]
	if n := len(o.Covered); n > 0 && o.Covered[n-1].Entitlement == s.Entitlement {
		c := &o.Covered[n-1] // another part of the same
		c.Quantity, c.Nontransferable = c.Quantity.Add(q), c.Nontransferable.Add(left)
	} else {
		o.Covered = append(o.Covered, Coverage{s.Entitlement, q, b.rulings[i][j].right, left})
	}
	s.Used, s.Nontransferable = s.Used.Add(q), s.Nontransferable.Add(left)
	o.Short = o.Short.Sub(q)
}

// worst finds the upper bound of what is short: every consumer needs as much as
// it can, and no right holds that a missing fact could void. There is no bound
// when the requirement has none or facts may be missing altogether.
func (b *bench) worst(ctx context.Context, d *desk, decided plan) error {
	high := make([]decimal.Decimal, len(b.outcomes))
	for i, need := range d.needs {
		if v := decided.of(i); d.open || v.open || !v.idle && !need.High.Valid {
			if decided != nil && d.additive {
				d.position.Required.High = decimal.NullDecimal{}
			}
			return nil
		}
		high[i] = need.High.Decimal
	}
	got, _, err := b.assign(ctx, high, sureRight, decided)
	if err != nil {
		return err
	}
	var need, short, exposure decimal.Decimal
	for i, amount := range high {
		left := decided.of(i).lacks(amount)
		need = need.Add(left)
		for _, q := range got.covered[i] {
			left = left.Sub(q)
		}
		short, exposure = short.Add(left), exposure.Add(left.Mul(b.prices[i].Amount))
	}
	p := &d.position
	if decided != nil && d.additive { // the worst that can be may be licensed in another way
		p.Required.High = decimal.NewNullDecimal(decimal.Max(need, p.Required.Low))
	}
	p.Short.High = decimal.NewNullDecimal(decimal.Max(short, p.Short.Low))
	p.ExposureHigh = decimal.NewNullDecimal(decimal.Max(exposure, p.Exposure.Amount))
	return nil
}
