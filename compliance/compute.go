package compliance

import (
	"context"
	"slices"
	"strings"
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
	r.override(&p, m)
	return p, nil
}

func publisher(key string) string {
	name, _, _ := strings.Cut(key, "/")
	return name
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
		p.Surplus = p.Surplus.Add(s.Owned.Sub(s.Used).Sub(s.Held))
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
