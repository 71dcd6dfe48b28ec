package remediation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// Options lists every option that the data holds for the positions of a request,
// with those that a guard refuses or that wait for a fact, sorted by identifier.
// Each effect is computed by reconciling again without, or with, what the option
// changes.
func Options(ctx context.Context, r Request) ([]Option, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var out []Option
	held := r.holdings(r.short())
	for _, p := range r.short() {
		b, err := newBench(ctx, r.Input, r.Result, held, p.Product)
		if err != nil {
			return nil, err
		}
		options, err := r.offer(ctx, b, p)
		if err != nil {
			return nil, err
		}
		out = append(out, options...)
	}
	slices.SortFunc(out, func(a, b Option) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// offer finds the options for one position.
func (r Request) offer(ctx context.Context, b *bench, p compliance.Position) ([]Option, error) {
	away, err := r.takeAway(ctx, b, p)
	if err != nil {
		return nil, err
	}
	options := slices.Concat(away, r.reallocate(p), r.buy(p), r.quoted(p), r.renew(p))
	effects := map[string]decimal.Decimal{}
	for i := range options {
		o := &options[i]
		slices.SortFunc(o.Missing, strings.Compare)
		o.Missing = slices.Compact(o.Missing)
		effect, done := effects[o.signature]
		if !done {
			after, err := b.short(ctx, p.Key(), o.scaled(o.Max))
			if err != nil {
				return nil, err
			}
			effect = p.Short.Low.Sub(after)
			effects[o.signature] = effect
		}
		o.Effect = effect
	}
	return options, nil
}

// option starts an option with the terms that the policy sets for its kind.
// Where the policy does not list the kind, ok is false.
func (r Request) option(kind Kind, p compliance.Position, price compliance.Money, target ...string) (Option, bool) {
	terms, ok := r.Policy.actions[kind]
	if !ok {
		return Option{}, false
	}
	o := Option{
		ID:         strings.Join(append([]string{p.Key(), kind.String()}, target...), "|"),
		Kind:       kind,
		Position:   p.Key(),
		State:      Available,
		Max:        1,
		Price:      price,
		Disruption: terms.Disruption,
		Earliest:   r.open(addDays(r.Now, terms.NoticeDays)),
		Ready:      r.open(addDays(r.Now, terms.NoticeDays+terms.LeadDays)),
		Owner:      terms.Owner,
	}
	o.signature = o.ID
	currency := r.currency([]compliance.Position{p})
	cost, missing := r.exchange(price, currency)
	if missing != "" {
		o.wait(missing)
	}
	cost.Amount = cost.Amount.Add(terms.Effort)
	o.Cost = compliance.Money{Amount: cost.Amount, Currency: currency}
	return o, true
}

// wait makes an option wait for a fact.
func (o *Option) wait(fact string) {
	o.State = max(o.State, Unknown)
	o.Missing = append(o.Missing, fact)
}

// takeAway finds consumers from which the product can be reclaimed or removed. A
// consumer has at most one of the two: reclaiming where nobody uses it, removing
// where it is used without any right.
func (r Request) takeAway(ctx context.Context, b *bench, p compliance.Position) ([]Option, error) {
	all := findTraces(b)
	var out []Option
	for _, c := range p.Consumers {
		ts := all.behind(c)
		if len(ts) == 0 || all.systems[c.Device] || c.Required.High.Valid && c.Required.High.Decimal.IsZero() {
			continue
		}
		var options []Option
		for _, kind := range []Kind{Reclaim, Remove} {
			if kind == Remove && c.Reason != compliance.NoEntitlement {
				continue
			}
			o, ok, err := r.away(ctx, kind, p, c, ts)
			if err != nil {
				return nil, err
			}
			if ok {
				options = append(options, o)
			}
			if ok && o.State == Available {
				options = []Option{o}
				break
			}
		}
		out = append(out, options...)
	}
	return out, nil
}

// away is the option of taking the product from one consumer.
func (r Request) away(ctx context.Context, kind Kind, p compliance.Position, c compliance.Outcome, ts []trace) (Option, bool, error) {
	o, ok := r.option(kind, p, compliance.Money{}, c.Consumer)
	if !ok {
		return o, false, nil
	}
	var err error
	state, checks, err := r.Policy.check(ctx, r.candidate(kind, p.Product, c, ts))
	if err != nil {
		return o, false, err
	}
	o.State, o.Checks = max(o.State, state), checks
	for _, ch := range checks {
		o.Missing = append(o.Missing, ch.Missing...)
	}
	o.Verb = fmt.Sprintf("%s %s from %s", kind, p.Product, c.Consumer)
	o.Undo = "install or assign again from the packages and entitlements at hand"
	for _, t := range ts {
		o.Actions = append(o.Actions, t.action(p.Product))
	}
	n := decimal.NewFromInt(int64(len(ts)))
	o.Cost.Amount = o.Cost.Amount.Mul(n)
	o.Disruption *= len(ts)
	o.most = c.Required.Low.Ceil()
	if c.Required.High.Valid {
		o.most = c.Required.High.Decimal.Ceil()
	}
	o.signature, o.consumer = signature(c), c.Consumer
	return o, true, nil
}

// signature is equal for consumers that a reconciliation cannot tell apart but
// by name, so that one what-if speaks for all of them.
func signature(c compliance.Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "away|%s|%q|%q|%s|%s|", c.Required, c.Editions, c.Versions, c.Entity, c.Country)
	fmt.Fprintf(&b, "%v|%q|%s", c.Refusals, c.Missing, c.Explanation)
	return b.String()
}

// buy finds what can be bought: a unit of each price line of the position.
func (r Request) buy(p compliance.Position) []Option {
	var out []Option
	for _, l := range r.Input.Licensing {
		if l.Product != p.Product || l.Metric != p.Metric {
			continue
		}
		o, ok := r.option(Buy, p, l.Price, cmp.Or(l.Edition, "any edition"))
		if !ok {
			continue
		}
		if l.Price.Currency == "" {
			o.wait("price of " + string(p.Product))
		}
		o.Verb = fmt.Sprintf("buy %s of %s", p.Unit, p.Product)
		if l.Edition != "" {
			o.Verb += " " + l.Edition
		}
		o.Max, o.most = ceilUnits(p.Short.Low), decimal.NewFromInt(1)
		o.Actions = []Action{{
			Verb: Purchase, Product: p.Product, Edition: l.Edition, Metric: p.Metric,
			Quantity: decimal.NewFromInt(1), Price: l.Price,
		}}
		o.Actions[0].Preconditions = o.Actions[0].priced(l.Price)
		out = append(out, o)
	}
	return out
}

// reallocate finds units that one legal entity has left and another lacks.
func (r Request) reallocate(p compliance.Position) []Option {
	lacking := map[compliance.EntitlementID]map[string]decimal.Decimal{}
	for _, c := range p.Consumers {
		for _, ref := range c.Refusals {
			if ref.Reason != compliance.OutsideEntity || !c.Short.IsPositive() || c.Entity == "" {
				continue
			}
			if lacking[ref.Entitlement] == nil {
				lacking[ref.Entitlement] = map[string]decimal.Decimal{}
			}
			lacking[ref.Entitlement][c.Entity] = lacking[ref.Entitlement][c.Entity].Add(c.Short)
		}
	}
	var out []Option
	for _, s := range p.Entitlements {
		left := s.Owned.Sub(s.Used).Floor()
		if !left.IsPositive() {
			continue
		}
		for _, entity := range sortedKeys(lacking[s.Entitlement]) {
			if o, ok := r.transfer(p, s.Entitlement, entity, left, lacking[s.Entitlement][entity]); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

func (r Request) transfer(p compliance.Position, from compliance.EntitlementID, to string, left, lacks decimal.Decimal) (Option, bool) {
	o, ok := r.option(Reallocate, p, compliance.Money{}, string(from), to)
	if !ok {
		return o, false
	}
	at := slices.IndexFunc(r.Input.Entitlements, func(e compliance.Entitlement) bool { return e.ID == from })
	contract := r.Input.Entitlements[at].Contract
	switch allowed, stated := r.Policy.transfers[contract]; {
	case !stated:
		o.wait(fmt.Sprintf("whether contract %q allows transfers between entities", contract))
		o.Checks = append(o.Checks, Check{Guard: "transfer-right", Missing: slices.Clone(o.Missing)})
	case !allowed:
		o.State = Refused
		o.Checks = append(o.Checks, Check{Guard: "transfer-right", Reason: fmt.Sprintf("contract %s does not allow transfers between entities", contract)})
	default:
		o.Checks = append(o.Checks, Check{Guard: "transfer-right", Passed: true})
	}
	o.Verb = fmt.Sprintf("transfer %s of %s to %s", p.Unit, from, to)
	o.Undo = "transfer the units back"
	o.Max, o.most = min(ceilUnits(lacks), left.IntPart()), decimal.NewFromInt(1)
	o.share, o.pool = from, left
	o.Actions = []Action{{Verb: Transfer, Product: p.Product, Entitlement: from, Entity: to, Quantity: decimal.NewFromInt(1), Metric: p.Metric}}
	o.Actions[0].Preconditions = o.Actions[0].leaving(o.Actions[0].Quantity)
	return o, true
}
