package remediation

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// Negotiation is something that may be asked for. Until it is answered nobody knows what
// it does, so that no plan counts on it.
type Negotiation struct {
	Name, Position, Topic, Approver string
	// Exposure is what stays at risk at the position however the answer turns out.
	Exposure compliance.Money
}

// Acceptance is leave to stay short for a while.
type Acceptance struct {
	Approver string
	Until    time.Time
	Reason   string
}

// negotiate finds what may be asked of the other side.
func (r Request) negotiate(p compliance.Position) []Option {
	var out []Option
	for _, d := range r.Policy.negotiations {
		if d.Product != p.Product {
			continue
		}
		o, ok := r.option(Negotiate, p, compliance.Money{}, d.Name)
		if !ok {
			continue
		}
		o.Verb = fmt.Sprintf("negotiate %s of %s, by leave of %s", d.Topic, p.Product, d.Approver)
		o.wait("answer to " + d.Name)
		out = append(out, o)
	}
	return out
}

// accept finds leave to stay short. It closes nothing.
func (r Request) accept(p compliance.Position) []Option {
	at := slices.IndexFunc(r.Policy.acceptances, func(d AcceptanceDocument) bool { return d.Product == p.Product })
	if at < 0 {
		return nil
	}
	d := r.Policy.acceptances[at]
	o, ok := r.option(Accept, p, compliance.Money{}, d.Approver)
	if !ok {
		return nil
	}
	o.expires("the acceptance by "+d.Approver, d.Until.Time)
	o.Verb = fmt.Sprintf("accept that %s is short until %s, by leave of %s", p.Product, d.Until.Format(time.DateOnly), d.Approver)
	o.Undo = "withdraw the acceptance"
	o.Actions = []Action{{Verb: Except, Product: p.Product, Metric: p.Metric, Until: d.Until.Time, Approver: d.Approver}}
	return []Option{o}
}

// accepted adds leave to what stays short in a plan, where there is any: a step that
// records it, beside the shortfall, which stays what it is.
func (p *planning) accepted(out *Plan) {
	for i := range out.Open {
		open := &out.Open[i]
		at := slices.IndexFunc(p.options, func(o Option) bool { return o.Kind == Accept && o.Position == open.Position })
		if at < 0 || p.options[at].State != Available || p.late(p.options[at]) {
			continue
		}
		o := p.options[at]
		pos, _ := p.position(open.Position)
		d := p.Policy.acceptances[slices.IndexFunc(p.Policy.acceptances, func(d AcceptanceDocument) bool { return d.Product == pos.Product })]
		if same, missing := p.exchange(open.Exposure, p.currency); d.Most.Valid && (missing != "" || same.Amount.GreaterThan(d.Most.Decimal)) {
			open.Why += fmt.Sprintf("; more than the %s that %s accepts", d.Most.Decimal, d.Approver)
			continue
		}
		o.Actions = slices.Clone(o.Actions)
		o.Actions[0].Quantity, o.Actions[0].Price = open.Short, open.Exposure
		s := p.step(o, 1)
		s.Criterion = fmt.Sprintf("position.short <= %s", exactly(open.Short))
		out.Steps = append(out.Steps, s)
		out.Cost.Amount = out.Cost.Amount.Add(s.Cost.Amount)
		out.Ready = later(out.Ready, s.Due)
		open.Accepted = &Acceptance{d.Approver, d.Until.UTC(), d.Reason}
	}
}

// negotiations states what may be asked for, with what stays at risk meanwhile.
func (p *planning) negotiations(out *Plan) {
	for _, o := range p.options {
		if o.Kind != Negotiate {
			continue
		}
		pos, _ := p.position(o.Position)
		for _, d := range p.Policy.negotiations {
			if d.Product != pos.Product || o.Missing[0] != "answer to "+d.Name {
				continue
			}
			n := Negotiation{Name: d.Name, Position: o.Position, Topic: d.Topic, Approver: d.Approver}
			n.Exposure = compliance.Money{Amount: decimal.Decimal{}, Currency: pos.Exposure.Currency}
			for _, open := range out.Open {
				if open.Position == o.Position {
					n.Exposure = open.Exposure
				}
			}
			out.Negotiations = append(out.Negotiations, n)
		}
	}
}

func (p *planning) late(o Option) bool { return !p.Due.IsZero() && o.Ready.After(p.Due) }
