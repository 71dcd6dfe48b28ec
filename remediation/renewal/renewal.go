// Package renewal looks ahead: which entitlements end, by when each must be decided, how
// many of its units will be needed, what must be taken away before the end if it is given
// up, and what the next true-ups will cost.
//
// # Needed is forecast, not owned
//
// What ends is renewed for what the position will lack without it, by package forecast at
// the day of the end: neither for what was bought once nor for what is used today. Where
// several entitlements of a product end up to the same day, the first to end is renewed first.
//
// # Both ways out
//
// A [Renewal] says how many units to renew at what is expected and how many at the
// forecast's upper bound, and, for whoever lets it end, the consumers that it covers: the
// deprovisioning that must be done before the end. That they need not lose anything where
// others can cover them is for a plan to find out; see remediation.Solve with the input as
// of the day after.
//
// What is left out: prices to come. A renewal is negotiated; quotes belong into the policy of
// package remediation.
package renewal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/forecast"
)

// Options say how far ahead to look.
type Options struct {
	// Horizon is the last day looked at. Needed.
	Horizon time.Time
	// NoticeDays is how many days before an end it must be decided; Notices has other
	// numbers for single contracts.
	NoticeDays int
	Notices    map[compliance.ContractID]int
	// Forecast is how sure forecasts are to be.
	Forecast forecast.Options
}

// Renewal is one entitlement that ends.
type Renewal struct {
	Entitlement compliance.EntitlementID
	Contract    compliance.ContractID
	Product     catalog.ProductKey
	// Quantity is what ends on End, exclusive. Decide is the last instant to decide.
	Quantity    decimal.Decimal
	End, Decide time.Time
	// Late says that the instant to decide is past.
	Late bool
	// Renew is how many units will be needed by what is expected, AtMost by the upper
	// bound of the forecast, invalid where it has none. Drop is the rest at what is expected.
	Renew, Drop decimal.Decimal
	AtMost      decimal.NullDecimal
	// Basis says what the numbers rest on: the forecast, or that use stays as it is.
	Basis string
	// CoTerm is the day to which a renewal would have to run so that all of the contract
	// ends on one day; zero where it does already.
	CoTerm time.Time
	// Covers are the consumers that the entitlement covers today, sorted: what is taken
	// away, or covered by something else, before the end if it is not renewed. [LetEnd]
	// plans it.
	Covers []string
}

// ContractEnd is a contract that ends, with what is under it.
type ContractEnd struct {
	Contract    compliance.ContractID
	End, Decide time.Time
	Late        bool
	// Entitlements are those under the contract that still run then, sorted. What their
	// own terms say of an end is in their renewals.
	Entitlements []compliance.EntitlementID
}

// Ahead is what is to come.
type Ahead struct {
	// Renewals and Contracts are sorted by the instant to decide, TrueUps by date.
	Renewals  []Renewal
	Contracts []ContractEnd
	TrueUps   []TrueUp
}

// Look finds what ends and what must be reported after the instant of the input and up to
// the horizon. The history is that of package forecast; without any, use is taken to stay
// as it is. The error wraps compliance.ErrInput, or is the context's.
func Look(ctx context.Context, in compliance.Input, history []forecast.Sample, o Options) (Ahead, error) {
	if in.Estate == nil {
		return Ahead{}, fmt.Errorf("renewal: %w: an estate is needed", compliance.ErrInput)
	}
	l := looker{in: in, history: history, o: o, now: in.AsOf, seen: map[time.Time]map[catalog.ProductKey]forecast.Forecast{}}
	if l.now.IsZero() {
		l.now = in.Estate.At()
	}
	if !o.Horizon.After(l.now) {
		return Ahead{}, fmt.Errorf("renewal: %w: the horizon %s is not after %s", compliance.ErrInput, o.Horizon.Format(time.DateOnly), l.now.Format(time.DateOnly))
	}
	res, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return Ahead{}, fmt.Errorf("renewal: %w", err)
	}
	l.today = res
	var out Ahead
	if out.Renewals, err = l.renewals(ctx); err != nil {
		return Ahead{}, err
	}
	out.Contracts = l.contracts()
	out.TrueUps, err = l.trueUps(ctx)
	return out, err
}

type looker struct {
	in      compliance.Input
	history []forecast.Sample
	o       Options
	now     time.Time
	today   *compliance.Result
	seen    map[time.Time]map[catalog.ProductKey]forecast.Forecast
}

// within says whether an instant is ahead and not past the horizon.
func (l *looker) within(t time.Time) bool {
	return t.After(l.now) && !t.After(l.o.Horizon)
}

// at is the forecast of a product at an instant.
func (l *looker) at(ctx context.Context, product catalog.ProductKey, t time.Time) (forecast.Forecast, error) {
	if l.seen[t] == nil {
		all, err := forecast.At(ctx, l.in, l.history, t, l.o.Forecast)
		if err != nil {
			return forecast.Forecast{}, fmt.Errorf("renewal: %w", err)
		}
		l.seen[t] = map[catalog.ProductKey]forecast.Forecast{}
		for _, f := range all {
			l.seen[t][f.Product] = f
		}
	}
	return l.seen[t][product], nil
}

// lacking is what a position will lack, with what that rests on.
func lacking(f forecast.Forecast) (expected decimal.Decimal, high decimal.NullDecimal, basis string) {
	if f.Short == nil {
		return f.Standing.Low, f.Standing.High, strings.TrimSuffix("use stays as it is: "+f.Unknown, ": ")
	}
	return f.Short.Expected, f.Short.High, fmt.Sprintf("forecast from %d samples", f.Samples)
}

func (l *looker) renewals(ctx context.Context) ([]Renewal, error) {
	ending := slices.DeleteFunc(slices.Clone(l.in.Entitlements), func(e compliance.Entitlement) bool { return !l.within(e.End) })
	slices.SortFunc(ending, func(a, b compliance.Entitlement) int {
		return cmp.Or(a.End.Compare(b.End), strings.Compare(string(a.ID), string(b.ID)))
	})
	var out []Renewal
	given := map[catalog.ProductKey]decimal.Decimal{}
	for _, e := range ending {
		f, err := l.at(ctx, e.Product, e.End)
		if err != nil {
			return nil, err
		}
		expected, high, basis := lacking(f)
		r := Renewal{
			Entitlement: e.ID, Contract: e.Contract, Product: e.Product, Quantity: e.Quantity, End: e.End.UTC(),
			Decide: e.End.AddDate(0, 0, -l.notice(e.Contract)).UTC(), Basis: basis, Covers: l.covers(e), CoTerm: l.coTerm(e),
		}
		r.Late = !r.Decide.After(l.now)
		r.Renew = part(expected, given[e.Product], e.Quantity)
		r.Drop = e.Quantity.Sub(r.Renew)
		if high.Valid {
			r.AtMost = decimal.NewNullDecimal(part(high.Decimal, given[e.Product], e.Quantity))
		}
		given[e.Product] = given[e.Product].Add(r.Renew)
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Renewal) int { return a.Decide.Compare(b.Decide) })
	return out, nil
}

// part is what of a need, less what was given to it already, a quantity serves, in whole units.
func part(need, given, quantity decimal.Decimal) decimal.Decimal {
	return decimal.Min(quantity, decimal.Max(decimal.Decimal{}, need.Sub(given)).Ceil())
}

func (l *looker) notice(c compliance.ContractID) int {
	if days, ok := l.o.Notices[c]; ok {
		return days
	}
	return l.o.NoticeDays
}

// covers are the consumers that an entitlement covers today.
func (l *looker) covers(e compliance.Entitlement) []string {
	var out []string
	for _, p := range l.today.Positions {
		for _, c := range p.Consumers {
			if slices.ContainsFunc(c.Covered, func(v compliance.Coverage) bool { return v.Entitlement == e.ID }) {
				out = append(out, c.Consumer)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
