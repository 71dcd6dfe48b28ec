package remediation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Options lists every option that the data holds for the positions of a request,
// with those that a guard refuses or that wait for a fact, sorted by identifier.
// Each effect is computed by reconciling again without, or with, what the option
// changes.
func Options(ctx context.Context, r Request) ([]Option, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	_, out, err := r.options(ctx, r.short())
	return out, err
}

// options finds the options for some positions, with the bench of each position.
func (r Request) options(ctx context.Context, positions []compliance.Position) (map[string]*bench, []Option, error) {
	benches, byProduct := map[string]*bench{}, map[catalog.ProductKey]*bench{}
	held := r.holdings(positions)
	var out []Option
	for _, p := range positions {
		b := byProduct[p.Product]
		if b == nil {
			var err error
			if b, err = r.newBench(ctx, held, p.Product); err != nil {
				return nil, nil, err
			}
			byProduct[p.Product] = b
		}
		benches[p.Key()] = b
		options, err := r.offer(ctx, b, p)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, options...)
	}
	together, err := r.machines(ctx, positions, benches)
	if err != nil {
		return nil, nil, err
	}
	out = slices.Concat(out, together, r.bundled(positions), r.coTermed(positions))
	if err := r.tryAll(ctx, positions, benches, out); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(out, func(a, b Option) int { return strings.Compare(a.ID, b.ID) })
	return benches, out, r.unharmed(ctx, out)
}

// tryAll computes what each option does alone.
func (r Request) tryAll(ctx context.Context, positions []compliance.Position, benches map[string]*bench, options []Option) error {
	short := map[string]decimal.Decimal{}
	for _, p := range positions {
		short[p.Key()] = p.Short.Low
	}
	effects := map[string]decimal.Decimal{}
	for i := range options {
		o := &options[i]
		slices.Sort(o.Missing)
		o.Missing = slices.Compact(o.Missing)
		for _, key := range o.on() {
			effect, done := effects[key+"\x00"+o.signature]
			if !done {
				after, err := benches[key].short(ctx, key, o.scaled(o.Max))
				if err != nil {
					return err
				}
				effect = short[key].Sub(after)
				effects[key+"\x00"+o.signature] = effect
			}
			if key == o.Position {
				o.Effect = effect
			} else {
				o.Also = append(o.Also, Help{key, effect})
			}
		}
		o.lead()
	}
	return nil
}

// offer finds the options for one position alone.
func (r Request) offer(ctx context.Context, b *bench, p compliance.Position) ([]Option, error) {
	all := findTraces(b)
	away, err := r.takeAway(ctx, all, p)
	if err != nil {
		return nil, err
	}
	lesser, err := r.downgrade(ctx, b, all, p)
	if err != nil {
		return nil, err
	}
	return slices.Concat(away, lesser, r.reallocate(p), r.pooled(p), r.cover(p), r.released(p),
		r.buy(p), r.quoted(p), r.stepUps(p), r.renew(p), r.negotiate(p), r.accept(p)), nil
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
		Risk:       terms.Risk,
		Earliest:   r.open(addDays(r.Now, r.Policy.notice(kind, p.Product))),
		Ready:      r.open(addDays(r.Now, r.Policy.notice(kind, p.Product)+terms.LeadDays)),
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
func (r Request) takeAway(ctx context.Context, all traces, p compliance.Position) ([]Option, error) {
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
	known := r.candidate(kind, p.Product, c, ts)
	if err := r.justify(ctx, &o, known); err != nil {
		return o, false, err
	}
	known.frozen = r.Policy.frozen(o.Ready)
	if err := o.judge(ctx, r.Policy, known); err != nil {
		return o, false, err
	}
	o.Verb = fmt.Sprintf("%s %s from %s", kind, p.Product, c.Consumer)
	o.Undo = "install or assign again from the packages and entitlements at hand"
	for _, t := range ts {
		o.Actions, o.claims = append(o.Actions, t.action(p.Product)), append(o.claims, t.claim(p.Product))
	}
	n := decimal.NewFromInt(int64(len(ts)))
	o.Cost.Amount = o.Cost.Amount.Mul(n)
	o.Disruption *= len(ts)
	o.most = r.bound(p, []compliance.Outcome{c})
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
	e, err := ownedIn(&r.Input, from, "transfer")
	if err != nil {
		return o, false
	}
	contract := e.Contract
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
