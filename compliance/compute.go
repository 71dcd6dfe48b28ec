package compliance

import (
	"context"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// position computes one product's position.
func (r *reconciler) position(ctx context.Context, m managedProduct) (Position, error) {
	outcomes, consumers, total, err := r.measure(ctx, m, r.consumers(m))
	if err != nil {
		return Position{}, err
	}
	p := Position{
		Publisher:   publisher(string(m.product)),
		Product:     m.product,
		Metric:      m.metric.Key(),
		Unit:        m.metric.Unit(),
		Required:    total.interval,
		Explanation: total.explanation,
		Consumers:   outcomes,
		Missing:     total.missing,
		Exposure:    Money{Currency: m.currency()},
	}
	open := r.trust(&p, consumers)
	b := r.bench(m, consumers, outcomes)
	if err := b.cover(ctx, &p, outcomes); err != nil {
		return Position{}, err
	}
	if err := b.worst(ctx, &p, outcomes, open); err != nil {
		return Position{}, err
	}
	p.settle()
	return p, nil
}

func publisher(key string) string {
	name, _, _ := strings.Cut(key, "/")
	return name
}

// bench is where entitlements meet consumers: what each brings, asks, and may.
type bench struct {
	supplies []Supply
	stocks   []stock
	rulings  [][]ruling // by outcome, then supply
	prices   []Money    // by outcome
}

// bench judges every entitlement against every consumer.
func (r *reconciler) bench(m managedProduct, consumers []consumer, outcomes []Outcome) bench {
	var b bench
	for _, e := range m.entitlements {
		s := Supply{Entitlement: e.ID, Refused: applies(e, m, r.AsOf)}
		if s.Refused == "" {
			s.Owned = e.Quantity
		}
		b.supplies = append(b.supplies, s)
		b.stocks = append(b.stocks, stock{owned: s.Owned, price: e.UnitPrice.Amount})
	}
	for i := range outcomes {
		o, row := &outcomes[i], make([]ruling, len(m.entitlements))
		for j, e := range m.entitlements {
			if b.supplies[j].Refused != "" {
				continue
			}
			row[j] = judge(e, consumers[i], r.AsOf)
			if row[j].refused != "" {
				o.Refusals = append(o.Refusals, Refusal{e.ID, row[j].refused})
			}
		}
		o.Missing = union(o.Missing, doubts(consumers[i], m.entitlements))
		b.rulings = append(b.rulings, row)
		b.prices = append(b.prices, m.price(o.Editions))
	}
	return b
}

func (b bench) claims(amount func(i int) decimal.Decimal, allowed func(ruling) bool) []claim {
	claims := make([]claim, len(b.rulings))
	for i, row := range b.rulings {
		claims[i] = claim{amount: amount(i), rights: make([]Reason, len(row)), price: b.prices[i].Amount}
		for j, ru := range row {
			if ru.right != "" && allowed(ru) {
				claims[i].rights[j] = ru.right
			}
		}
	}
	return claims
}

// cover makes the assignment that the position states: of what is known to be
// needed, with every right that nothing known speaks against.
func (b bench) cover(ctx context.Context, p *Position, outcomes []Outcome) error {
	claims := b.claims(func(i int) decimal.Decimal { return outcomes[i].Required.Low }, func(ruling) bool { return true })
	given, err := assign(ctx, b.stocks, claims)
	if err != nil {
		return err
	}
	for i := range outcomes {
		o := &outcomes[i]
		o.Short = o.Required.Low
		for j, q := range given[i] {
			if q.IsPositive() {
				o.Covered = append(o.Covered, Coverage{b.supplies[j].Entitlement, q, claims[i].rights[j]})
				b.supplies[j].Used = b.supplies[j].Used.Add(q)
				o.Short = o.Short.Sub(q)
			}
		}
		o.Reason = o.reason(slices.ContainsFunc(claims[i].rights, func(r Reason) bool { return r != "" }))
		p.Short.Low = p.Short.Low.Add(o.Short)
		p.Exposure = p.Exposure.plus(b.prices[i].Times(o.Short))
	}
	p.Entitlements = b.supplies
	return nil
}

// worst finds the upper bound of what is short: every consumer needs as much as
// it can, and no right holds that a missing fact could void. There is no bound
// when the requirement has none or facts may be missing altogether.
func (b bench) worst(ctx context.Context, p *Position, outcomes []Outcome, open bool) error {
	if open || slices.ContainsFunc(outcomes, func(o Outcome) bool { return !o.Required.High.Valid }) {
		return nil
	}
	claims := b.claims(func(i int) decimal.Decimal { return outcomes[i].Required.High.Decimal }, func(ru ruling) bool { return ru.sure })
	given, err := assign(ctx, b.stocks, claims)
	if err != nil {
		return err
	}
	var short, exposure decimal.Decimal
	for i, c := range claims {
		left := c.amount
		for _, q := range given[i] {
			left = left.Sub(q)
		}
		short, exposure = short.Add(left), exposure.Add(left.Mul(c.price))
	}
	p.Short.High, p.ExposureHigh = decimal.NewNullDecimal(short), decimal.NewNullDecimal(exposure)
	return nil
}

// reason is the code of a consumer's outcome: of the right that covers it, or of
// what kept it from being covered.
func (o Outcome) reason(coverable bool) Reason {
	switch {
	case o.Short.IsPositive() && !coverable:
		return NoEntitlement
	case o.Short.IsPositive():
		return Exhausted
	case !o.Required.Known():
		return MissingFacts
	case o.Required.Low.IsZero():
		return NothingRequired
	}
	right := OwnVersion
	for _, c := range o.Covered {
		if c.Right != OwnVersion {
			right = c.Right
		}
	}
	return right
}

// settle adds the position up from its parts.
func (p *Position) settle() {
	for _, s := range p.Entitlements {
		p.Owned = p.Owned.Add(s.Owned)
		p.Surplus = p.Surplus.Add(s.Owned.Sub(s.Used))
		p.Covered = p.Covered.Add(s.Used)
	}
	for _, o := range p.Consumers {
		p.Missing = union(p.Missing, o.Missing)
	}
	switch {
	case p.Short.Low.IsPositive():
		p.Status = Short
	case p.Short.Known():
		p.Status = Compliant
	default:
		p.Status = StatusUnknown
	}
}

// union merges two lists of names into a sorted one without repeats.
func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}
