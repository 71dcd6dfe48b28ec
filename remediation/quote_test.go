package remediation

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
)

const offers = `
quotes:
  - {name: Q1, product: autodesk/autocad, pack: 5, price: "2500", currency: EUR, until: 2026-12-31}
  - {name: Q2, product: autodesk/autocad, price: "100", currency: EUR, until: 2026-06-05}
  - {name: Q3, product: autodesk/revit, price: "1", currency: EUR, until: 2026-12-31}
renewals:
  - {entitlement: old, term: 2027-06-01, price: "1500", currency: EUR, until: 2026-12-31}
`

// withOffers is the policy of the tests with offers, and renewals allowed.
func withOffers(t require.TestingT, text string) *Policy {
	var more struct {
		Quotes   []QuoteDocument   `yaml:"quotes"`
		Renewals []RenewalDocument `yaml:"renewals"`
	}
	require.NoError(t, document.Read("offers.yaml", []byte(text), &more))
	return readPolicy(t, func(d *PolicyDocument) {
		d.Quotes, d.Renewals = more.Quotes, more.Renewals
		d.Actions = append(d.Actions, ActionDocument{Kind: Renew, Owner: "purchasing", LeadDays: 3})
	})
}

// ended is an entitlement whose term ended before the tests' instant.
func ended(id string, quantity int64) compliance.Entitlement {
	e := entitlement(id, quantity)
	e.Start, e.End = now.AddDate(-2, 0, 0), now.AddDate(0, 0, -10)
	return e
}

func busy(t require.TestingT, n int) *compliance.Estate {
	var all []install
	for i := range n {
		all = append(all, person("d"+string(rune('a'+i)), 5, 400))
	}
	return estateOf(t, all...)
}

func TestQuotesAndRenewals(t *testing.T) {
	in := input(t, busy(t, 8), entitlement("e1", 1), ended("old", 4), ended("older", 9))
	r := request(t, in)
	r.Policy = withOffers(t, offers)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"renew old, 4 of autodesk/autocad", "buy licenses of autodesk/autocad by quote Q1, packs of 5: 1"}, verbsOf(plan), "seven are short: four come back, a pack of five is cheaper than three at list price")
	assert.Equal(t, "4000.00 EUR", plan.Cost.String())
	assert.True(t, plan.Exact)
	assert.True(t, plan.Closed())
	why := map[string]string{}
	for _, u := range plan.Unused {
		if strings.HasPrefix(u.Verb, "reclaim") {
			continue
		}
		why[u.Verb] = u.State.String() + ": " + u.Why
	}
	assert.Equal(t, map[string]string{
		"buy licenses of autodesk/autocad by quote Q2, packs of 1": "refused: quote Q2 ends on 2026-06-05",
		"renew older, 9 of autodesk/autocad":                       "unknown: missing offer to renew older",
	}, why)
	res, err := compliance.Reconcile(t.Context(), applied(t, in, plan))
	require.NoError(t, err)
	for _, s := range plan.Steps {
		assertCriterion(t, s.Criterion, r.Result.Positions[0], compliance.Fail)
		assertCriterion(t, s.Criterion, res.Positions[0], compliance.Pass)
	}
}

func applied(t require.TestingT, in compliance.Input, p Plan) compliance.Input {
	for _, s := range p.Steps {
		var err error
		in, err = Apply(in, s.Actions)
		require.NoError(t, err)
	}
	return in
}

func TestRenewalRestsOnTheTerm(t *testing.T) {
	in := input(t, busy(t, 5), entitlement("e1", 1), ended("old", 4))
	r := request(t, in)
	r.Policy = withOffers(t, offers)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	a := plan.Steps[0].Actions[0]
	require.Equal(t, Prolong, a.Verb)
	assert.Equal(t, a.Preconditions, Observe(in, r.Result, a))
	in.Entitlements[1].End = now.AddDate(1, 0, 0)
	assert.NotEqual(t, a.Preconditions, Observe(in, r.Result, a), "someone else renewed it")
	in.Entitlements = nil
	assert.Equal(t, []Fact{{"term of old", "gone"}}, Observe(in, r.Result, a))
	_, err = Apply(in, []Action{a})
	require.Error(t, err)
}

func TestOffersThatDoNotFit(t *testing.T) {
	doc := PolicyDocument{Actions: []ActionDocument{{Kind: Buy, Owner: "p"}},
		Quotes:   []QuoteDocument{{Name: "Q", Pack: -1}, {Name: "Q"}},
		Renewals: []RenewalDocument{{Entitlement: "e", Price: decimal.NewFromInt(-1)}, {Entitlement: "e"}}}
	_, err := NewPolicy(doc)
	require.Error(t, err)
	for _, part := range []string{"stands twice", "negative number", "two offers", "negative price"} {
		assert.ErrorContains(t, err, part)
	}
}

// With offers of packs and renewals the plan is as good as the best of all choices.
func TestOffersEqualTheBestOfAllChoices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := input(t, busy(t, rapid.IntRange(2, 7).Draw(t, "installs")), entitlement("e1", rapid.Int64Range(0, 2).Draw(t, "owned")), ended("old", rapid.Int64Range(1, 4).Draw(t, "ended")))
		res, err := compliance.Reconcile(t.Context(), in)
		require.NoError(t, err)
		p := withOffers(t, offers)
		p.quotes = []QuoteDocument{p.quotes[0], p.quotes[0]}
		p.quotes[1].Name = "Q9"
		for i := range p.quotes {
			p.quotes[i].Pack = rapid.IntRange(1, 4).Draw(t, "pack")
			p.quotes[i].Price = decimal.NewFromInt(rapid.Int64Range(300, 3000).Draw(t, "price"))
			p.quotes[i].Most = rapid.IntRange(0, 2).Draw(t, "most")
		}
		p.renewals[0].Price = decimal.NewFromInt(rapid.Int64Range(300, 4000).Draw(t, "renewal"))
		r := Request{Input: in, Result: res, Policy: p, Now: now}
		plan, err := Solve(t.Context(), r)
		require.NoError(t, err)
		options, err := Options(t.Context(), r)
		require.NoError(t, err)
		open, cost := cheapest(t, r, options)
		var left decimal.Decimal
		for _, o := range plan.Open {
			left = left.Add(o.Short)
		}
		require.True(t, left.Equal(open), "%s stays open, the best leaves %s", left, open)
		require.True(t, plan.Bound.LessThanOrEqual(cost), "bound %s, best %s", plan.Bound, cost)
		if plan.Exact {
			require.True(t, plan.Cost.Amount.Equal(cost), "costs %s, best %s", plan.Cost.Amount, cost)
		}
	})
}
