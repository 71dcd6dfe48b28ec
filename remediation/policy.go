package remediation

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// Policy is a checked [PolicyDocument]. It is immutable and safe for concurrent
// use.
type Policy struct {
	currency          string
	rates             map[string]decimal.Decimal
	idleDays, newDays int
	windows           map[catalog.ProductKey]WindowDocument
	facts             Facts
	actions           map[Kind]ActionDocument
	guards            []guard
	processes         []process
	waivers           []WaiverDocument
	transfers         map[compliance.ContractID]bool
	freezes           []FreezeDocument
	quotes            []QuoteDocument
	renewals          []RenewalDocument
	bundles           []BundleDocument
	stepUps           []StepUpDocument
	coTerms           []CoTermDocument
	downgrades        []DowngradeDocument
	titles            []TitleDocument
	negotiations      []NegotiationDocument
	acceptances       []AcceptanceDocument
	limits            LimitsDocument
	success           *Criterion
}

// NewPolicy checks a document. The error holds every mistake as a
// document.Problem at its place.
func NewPolicy(doc PolicyDocument) (*Policy, error) {
	c := policyChecker{doc: doc, p: &Policy{
		currency: doc.Currency.Value, rates: doc.Rates,
		idleDays: doc.IdleDays, newDays: doc.NewDays,
		windows:   map[catalog.ProductKey]WindowDocument{},
		actions:   map[Kind]ActionDocument{},
		waivers:   doc.Waivers,
		transfers: map[compliance.ContractID]bool{},
		freezes:   doc.Freezes, limits: doc.Limits, quotes: doc.Quotes, renewals: doc.Renewals,
		bundles: doc.Bundles, stepUps: doc.StepUps, coTerms: doc.CoTerms,
		downgrades: doc.Downgrades, titles: doc.Titles,
		negotiations: doc.Negotiations, acceptances: doc.Acceptances,
	}}
	c.money()
	c.actions()
	c.guards()
	c.windows()
	c.facts()
	c.offers()
	c.rest()
	if err := c.problems.Err(); err != nil {
		return nil, fmt.Errorf("remediation: policy: %w", err)
	}
	return c.p, nil
}

type policyChecker struct {
	doc      PolicyDocument
	p        *Policy
	problems document.Problems
}

func (c *policyChecker) fail(at document.Position, format string, args ...any) {
	c.problems = append(c.problems, &document.Problem{At: at, Message: fmt.Sprintf(format, args...)})
}

func (c *policyChecker) money() {
	if len(c.doc.Rates) > 0 && c.doc.Currency.Value == "" {
		c.fail(c.doc.At, "rates are given without the currency that they lead to")
	}
	for _, name := range sortedKeys(c.doc.Rates) {
		if !c.doc.Rates[name].IsPositive() {
			c.fail(c.doc.At, "the rate of %s is %s; it must be above zero", name, c.doc.Rates[name])
		}
	}
	if b := c.doc.Limits.Budget; b.Valid && b.Decimal.IsNegative() {
		c.fail(c.doc.Limits.At, "budget is negative")
	}
	for _, t := range c.doc.Limits.Teams {
		if t.Actions < 0 {
			c.fail(t.At, "the capacity of %s is negative", t.Owner)
		}
	}
	if c.doc.Limits.Actions < 0 || c.doc.Limits.Nodes < 0 {
		c.fail(c.doc.Limits.At, "a limit is negative; leave it out for none")
	}
}

func (c *policyChecker) actions() {
	if len(c.doc.Actions) == 0 {
		c.fail(c.doc.At, "no action is allowed, so that no plan can be made; list at least buy")
	}
	for _, a := range c.doc.Actions {
		if _, twice := c.p.actions[a.Kind]; twice {
			c.fail(a.At, "%s is listed twice", a.Kind)
		}
		if a.Kind == KindInvalid {
			c.fail(a.At, "an action has no kind")
		}
		if a.NoticeDays < 0 || a.LeadDays < 0 || a.Disruption < 0 || a.Effort.IsNegative() {
			c.fail(a.At, "%s has a negative term", a.Kind)
		}
		if a.Owner == "" {
			c.fail(a.At, "%s has no owner", a.Kind)
		}
		if a.Kind == Reclaim && c.doc.IdleDays <= 0 {
			c.fail(a.At, "reclaim needs idle-days: the number of days without use after which something is unused")
		}
		c.p.actions[a.Kind] = a
	}
}

func (c *policyChecker) windows() {
	for _, w := range c.doc.Windows {
		if _, twice := c.p.windows[w.Product]; twice || w.IdleDays <= 0 || w.NoticeDays != nil && *w.NoticeDays < 0 {
			c.fail(w.At, "the window of %s stands twice, or its days are not above zero", w.Product)
		}
		c.p.windows[w.Product] = w
	}
}

// window is how long something of a product must be idle to be unused.
func (p *Policy) window(product catalog.ProductKey) int {
	if w, ok := p.windows[product]; ok {
		return w.IdleDays
	}
	return p.idleDays
}

// notice is how long users of a product are told ahead of an option of a kind.
func (p *Policy) notice(kind Kind, product catalog.ProductKey) int {
	if w, ok := p.windows[product]; ok && kind == Reclaim && w.NoticeDays != nil {
		return *w.NoticeDays
	}
	return p.actions[kind].NoticeDays
}

func (c *policyChecker) guards() {
	env, err := guardEnv()
	if err != nil {
		c.fail(c.doc.At, "%v", err)
		return
	}
	docs := StandardGuards()
	for _, g := range c.doc.Guards {
		same := func(d GuardDocument) bool { return d.Name == g.Name }
		if at := slices.IndexFunc(docs, same); at >= 0 {
			docs[at] = g
		} else {
			docs = append(docs, g)
		}
	}
	for _, w := range c.doc.Waivers {
		at := slices.IndexFunc(docs, func(d GuardDocument) bool { return d.Name == w.Guard })
		if at < 0 {
			c.fail(w.At, "there is no guard %q to waive", w.Guard)
			continue
		}
		docs = slices.Delete(docs, at, at+1)
	}
	c.processes(env)
	for _, g := range docs {
		prg, err := env.Compile(g.Require, expr.Bool)
		if err != nil {
			c.problems = append(c.problems, document.Collect(g.Require.At(), err)...)
			continue
		}
		c.p.guards = append(c.p.guards, guard{g, prg})
	}
}

func (c *policyChecker) rest() {
	for _, t := range c.doc.Transfers {
		if _, twice := c.p.transfers[t.Contract]; twice {
			c.fail(t.At, "contract %s is listed twice", t.Contract)
		}
		c.p.transfers[t.Contract] = t.Allowed
	}
	for _, f := range c.doc.Freezes {
		if !f.From.Before(f.To.Time) {
			c.fail(f.At, "freeze ends before it starts")
		}
	}
	text := c.doc.Success
	if text.Value == "" {
		text = document.Literal("success", DefaultSuccess)
	}
	var err error
	if c.p.success, err = NewCriterion(text); err != nil {
		c.problems = append(c.problems, document.Collect(text.At(), err)...)
	}
}

// frozen says whether a freeze is on at an instant.
func (p *Policy) frozen(t time.Time) bool {
	return slices.ContainsFunc(p.freezes, func(f FreezeDocument) bool { return !t.Before(f.From.Time) && t.Before(f.To.Time) })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
