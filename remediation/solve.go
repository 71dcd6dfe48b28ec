package remediation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// Solve makes the plan of least cost for the positions of a request, with the
// plans of the other strategies beside it. A request without a short position
// gives a plan without steps.
//
// Effects are never added up: the plan's positions after it, and each
// alternative's, come from reconciling the whole input with all its actions
// applied.
func Solve(ctx context.Context, r Request) (Plan, error) {
	p, err := newPlanning(ctx, r)
	if err != nil {
		return Plan{}, err
	}
	plans := make([]Plan, 0, 3)
	for _, s := range []Strategy{LeastCost, LeastDisruption, Fastest} {
		sel, err := p.best(ctx, s)
		if err != nil {
			return Plan{}, err
		}
		plan, err := p.plan(ctx, s, sel)
		if err != nil {
			return Plan{}, err
		}
		plans = append(plans, plan)
	}
	plans[0].Alternatives = plans[1:]
	return plans[0], nil
}

func newPlanning(ctx context.Context, r Request) (*planning, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	p := &planning{Request: r, positions: r.short()}
	p.currency = r.currency(p.positions)
	var err error
	if p.benches, p.options, err = r.options(ctx, p.positions); err != nil {
		return nil, err
	}
	p.causes, err = r.whyShort(ctx, p.positions)
	return p, err
}

// best chooses by a strategy among the options that are available and in time.
func (p *planning) best(ctx context.Context, s Strategy) (selection, error) {
	if s == Fastest {
		return p.fastest(ctx)
	}
	sel, err := p.choose(ctx, p.inTime(p.Due), s)
	if s == LeastCost {
		p.cheapest = sel
	}
	return sel, err
}

func (p *planning) inTime(due time.Time) []Option {
	var out []Option
	for _, o := range p.options {
		if o.State == Available && (due.IsZero() || !o.Ready.After(due)) {
			out = append(out, o)
		}
	}
	return out
}

// fastest finds the earliest day by which as much can be closed as by the due
// date, and the cheapest way to do it. On the last day that is the cheapest plan
// of all.
func (p *planning) fastest(ctx context.Context) (selection, error) {
	all, want := p.inTime(p.Due), p.cheapest
	target, err := p.left(ctx, want)
	if err != nil {
		return selection{}, err
	}
	var days []time.Time
	for _, o := range all {
		days = append(days, o.Ready)
	}
	slices.SortFunc(days, time.Time.Compare)
	days = slices.CompactFunc(days, time.Time.Equal)
	for _, d := range days[:max(len(days)-1, 0)] {
		sel, err := p.choose(ctx, p.inTime(d), LeastCost)
		if err != nil {
			return selection{}, err
		}
		left, err := p.left(ctx, sel)
		if err != nil {
			return selection{}, err
		}
		if !left.GreaterThan(target) {
			return sel, nil
		}
	}
	return want, nil
}

// left is the exposure that a selection leaves, in the plan's currency where a
// rate is known, else as it stands.
func (p *planning) left(ctx context.Context, s selection) (decimal.Decimal, error) {
	var total decimal.Decimal
	for _, pos := range p.positions {
		after, err := p.benches[pos.Key()].try(ctx, chosenActions(s.options, s.count, pos.Key()))
		if err != nil {
			return total, err
		}
		total = total.Add(p.inCurrency(after[pos.Key()].Exposure).Amount)
		if after[pos.Key()].Exposure.Amount.IsZero() {
			total = total.Add(after[pos.Key()].Short.Low)
		}
	}
	return total, nil
}

func (p *planning) inCurrency(m compliance.Money) compliance.Money {
	if same, missing := p.exchange(m, p.currency); missing == "" {
		return same
	}
	return m
}

// plan writes a selection out, with the positions after it reconciled anew from
// the whole input.
func (p *planning) plan(ctx context.Context, s Strategy, sel selection) (Plan, error) {
	out := Plan{
		Strategy: s, Created: p.Now.UTC(), Due: p.Due, Estate: p.Result.Estate,
		Ready: p.Now.UTC(), Cost: compliance.Money{Currency: p.currency},
		Bound: decimal.New(sel.bound, -sel.places), Exact: sel.exact,
		Success: p.Policy.success.String(), Unused: p.unused(),
	}
	if !p.Due.IsZero() {
		out.Due = p.Due.UTC()
	}
	if s == LeastDisruption {
		out.Bound = decimal.NewFromInt(sel.bound)
	}
	for _, w := range p.Policy.waivers {
		out.Waivers = append(out.Waivers, Waiver{w.Guard, w.Reason})
	}
	var actions []Action
	sel = sel.joined()
	for i, o := range sel.options {
		step := p.step(o, sel.count[i])
		out.Steps = append(out.Steps, step)
		out.Cost.Amount = out.Cost.Amount.Add(step.Cost.Amount)
		out.Disruption += step.Disruption
		out.Ready = later(out.Ready, step.Due)
		actions = append(actions, step.Actions...)
	}
	in, err := Apply(p.Input, actions)
	if err != nil {
		return Plan{}, err
	}
	res, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return Plan{}, fmt.Errorf("remediation: what-if: %w", err)
	}
	p.changes(&out, res)
	p.measured(&out, res)
	p.accepted(&out)
	p.negotiations(&out)
	slices.SortStableFunc(out.Steps, func(a, b Step) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID)) })
	linked(out.Steps)
	out.Causes, out.Impact = p.causes, p.impact(out.Steps)
	if err := p.afterwards(ctx, &out, in, res); err != nil {
		return Plan{}, err
	}
	return out, nil
}

// step is an option taken n times.
func (p *planning) step(o Option, n int64) Step {
	times := decimal.NewFromInt(n)
	s := Step{
		ID: o.ID, Kind: o.Kind, Verb: o.Verb, Owner: o.Owner, Position: o.Position,
		Start: p.Now.UTC(), Earliest: o.Earliest.UTC(), Due: o.Ready.UTC(), Units: n,
		Cost:       compliance.Money{Amount: o.Cost.Amount.Mul(times), Currency: o.Cost.Currency},
		Disruption: o.Disruption * int(n), Risk: o.Risk, Justification: o.Justification, Undo: o.Undo,
		Actions: o.scaled(n), Checks: o.Checks,
	}
	for _, h := range o.Also {
		if h.Effect.IsPositive() {
			s.Also = append(s.Also, h.Position)
		}
	}
	if o.counted() {
		s.Units = n * max(o.packs, 1)
		s.Verb = fmt.Sprintf("%s: %d", o.Verb, s.Units)
	}
	s.Criterion = p.criterion(o, n)
	return s
}

// counted says whether an option is taken in units.
func (o Option) counted() bool {
	return len(o.Actions) > 0 && slices.Contains([]Verb{Purchase, Transfer, StepUp, Release}, o.Actions[0].Verb)
}

// changes states every position of the plan before and after it, and what stays
// open.
func (p *planning) changes(out *Plan, res *compliance.Result) {
	after := map[string]compliance.Position{}
	for _, q := range res.Positions {
		after[q.Key()] = q
	}
	for _, before := range p.positions {
		q, ok := after[before.Key()]
		if !ok {
			q = compliance.Position{Status: compliance.Compliant, Exposure: compliance.Money{Currency: before.Exposure.Currency}}
			q.Required.High, q.Short.High = decimal.NewNullDecimal(decimal.Decimal{}), decimal.NewNullDecimal(decimal.Decimal{})
		}
		out.Positions = append(out.Positions, Change{before.Key(), before.Unit, p.tier(before), before.Sources, standing(before), standing(q)})
		if q.Short.Low.IsPositive() {
			out.Open = append(out.Open, Open{before.Key(), q.Short.Low, q.Exposure, possible(q), p.why(before.Key()), nil})
		}
	}
	p.worse(out, res)
}

// worse states what the plan makes more short beyond its own positions. No option does so
// alone; several together may.
func (p *planning) worse(out *Plan, res *compliance.Result) {
	for _, q := range res.Positions {
		before, _ := p.position(q.Key())
		own := slices.ContainsFunc(p.positions, func(o compliance.Position) bool { return o.Key() == q.Key() })
		if own || !q.Short.Low.GreaterThan(before.Short.Low) {
			continue
		}
		out.Positions = append(out.Positions, Change{q.Key(), q.Unit, p.tier(q), q.Sources, standing(before), standing(q)})
		out.Open = append(out.Open, Open{q.Key(), q.Short.Low, q.Exposure, possible(q), "the steps together make it so", nil})
	}
	slices.SortFunc(out.Positions, func(a, b Change) int { return strings.Compare(a.Position, b.Position) })
}

// tier is the risk tier that the licensing of a position states.
func (p *planning) tier(pos compliance.Position) string {
	for _, l := range p.Input.Licensing {
		if l.Product == pos.Product && l.Metric == pos.Metric && l.Tier != "" {
			return l.Tier
		}
	}
	return ""
}

func standing(p compliance.Position) Standing {
	return Standing{p.Status.String(), p.Required.String(), p.Covered, p.Short.String(), p.Exposure}
}

func possible(p compliance.Position) string {
	switch {
	case p.Short.Known():
		return ""
	case !p.Short.High.Valid:
		return "unbounded"
	}
	return p.Short.High.Decimal.Sub(p.Short.Low).String()
}

// why says what keeps a position from being closed.
func (p *planning) why(key string) string {
	var waiting, late int
	for _, o := range p.options {
		switch {
		case o.Position != key:
		case o.State == Unknown:
			waiting++
		case o.State == Available && !p.Due.IsZero() && o.Ready.After(p.Due):
			late++
		}
	}
	switch {
	case late > 0:
		return fmt.Sprintf("%d options are ready only after the due date", late)
	case waiting > 0:
		return fmt.Sprintf("%d options wait for facts", waiting)
	case p.Policy.limits.Budget.Valid || p.Policy.limits.Actions > 0 || len(p.Policy.limits.Teams) > 0:
		return "the limits of the policy or the options at hand do not suffice"
	}
	return "the options at hand do not suffice"
}

// unused lists the options that could not be used.
func (p *planning) unused() []Unused {
	var out []Unused
	for _, o := range p.options {
		if o.Kind == Negotiate {
			continue // stated by itself
		}
		u := Unused{Option: o.ID, Verb: o.Verb, State: o.State}
		switch {
		case o.State == Unknown:
			u.Why = "missing " + strings.Join(o.Missing, ", ")
		case o.State == Refused:
			u.Why = o.refusal()
		case !p.Due.IsZero() && o.Ready.After(p.Due):
			u.Why = "ready only on " + o.Ready.UTC().Format(time.DateOnly)
		default:
			continue
		}
		out = append(out, u)
	}
	return out
}

func (o Option) refusal() string {
	var why []string
	for _, c := range o.Checks {
		if c.Reason != "" {
			why = append(why, c.Reason)
		}
	}
	return strings.Join(why, "; ")
}
