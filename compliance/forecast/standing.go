package forecast

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// EventKind is what happens at an instant that the terms name.
type EventKind string

// The kinds of event.
const (
	EntitlementStarts EventKind = "entitlement-starts"
	EntitlementEnds   EventKind = "entitlement-ends"
	MaintenanceEnds   EventKind = "maintenance-ends"
	ContractEnds      EventKind = "contract-ends"
	TrueUpDue         EventKind = "true-up-due"
)

// Event is something that the terms say will happen before the date.
type Event struct {
	At   time.Time `json:"at"`
	Kind EventKind `json:"kind"`
	// ID is the entitlement's or the contract's.
	ID string `json:"id"`
	// Owned and Short are what the position has from then on if use stays as it is.
	Owned decimal.Decimal     `json:"owned"`
	Short compliance.Interval `json:"short"`
}

// events are what concerns a product after one instant and up to another, in the
// order of time.
func events(in compliance.Input, product catalog.ProductKey, after, until time.Time) []Event {
	var out []Event
	add := func(at time.Time, kind EventKind, id string) {
		if at.After(after) && !at.After(until) {
			out = append(out, Event{At: at.UTC(), Kind: kind, ID: id})
		}
	}
	under := map[compliance.ContractID]bool{}
	for _, e := range in.Entitlements {
		if e.Product != product {
			continue
		}
		under[e.Contract] = true
		add(e.Start, EntitlementStarts, string(e.ID))
		add(e.End, EntitlementEnds, string(e.ID))
		add(e.MaintenanceEnd, MaintenanceEnds, string(e.ID))
	}
	for _, c := range in.Contracts {
		if under[c.ID] {
			add(c.End, ContractEnds, string(c.ID))
			add(c.TrueUp, TrueUpDue, string(c.ID))
		}
	}
	slices.SortFunc(out, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// standing computes positions under the terms of instants to come, each once.
type standing struct {
	in   compliance.Input
	now  time.Time
	seen map[time.Time]map[catalog.ProductKey]compliance.Position
}

func (s *standing) at(ctx context.Context, t time.Time) (map[catalog.ProductKey]compliance.Position, error) {
	if got, ok := s.seen[t]; ok {
		return got, nil
	}
	in := s.in
	in.AsOf = s.now
	in.Entitlements = make([]compliance.Entitlement, len(s.in.Entitlements))
	for i, e := range s.in.Entitlements {
		in.Entitlements[i] = under(e, t, s.now)
	}
	res, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return nil, err
	}
	got := map[catalog.ProductKey]compliance.Position{}
	for _, p := range res.Positions {
		got[p.Product] = p
	}
	s.seen[t] = got
	return got, nil
}

// under is an entitlement with the terms that it will have at an instant, as terms of
// now: the clock stays, since windows of measured use must not move ahead of what was
// measured.
func under(e compliance.Entitlement, t, now time.Time) compliance.Entitlement {
	inForce := !t.Before(e.Start) && (e.End.IsZero() || t.Before(e.End))
	e.Start, e.End = time.Time{}, time.Time{}
	if !inForce {
		e.End = now
	}
	if !e.MaintenanceEnd.After(t) {
		e.MaintenanceEnd = time.Time{}
	}
	return e
}

// open is what is left of entitlements that are open to everyone: those without a
// restriction, an allocation or a pool, that no consumer of today is refused.
func open(p compliance.Position, entitlements []compliance.Entitlement) decimal.Decimal {
	refused := map[compliance.EntitlementID]bool{}
	for _, o := range p.Consumers {
		for _, r := range o.Refusals {
			refused[r.Entitlement] = true
		}
	}
	for _, e := range entitlements {
		if len(e.Entities)+len(e.Countries)+len(e.Environments)+len(e.Pools)+len(e.Allocations) > 0 {
			refused[e.ID] = true
		}
	}
	var sum decimal.Decimal
	for _, s := range p.Entitlements {
		if !refused[s.Entitlement] {
			sum = sum.Add(s.Owned).Sub(s.Used).Sub(s.Held).Sub(s.Nontransferable)
		}
	}
	return decimal.Max(sum, decimal.Zero)
}
