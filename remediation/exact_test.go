package remediation

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
)

// drawInput draws an estate of a few devices whose versions, editions and
// entities make some entitlements fit and others not.
func drawInput(t *rapid.T) compliance.Input {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	var installs []install
	for i := range rapid.IntRange(1, 4).Draw(t, "devices") {
		p := person(fmt.Sprintf("d%d", i), rapid.SampledFrom([]int{1, 120}).Draw(t, "idle"), 400)
		p.version, p.edition, p.entity = pick("version", "2020", "2024"), pick("edition", "lt", "full"), pick("entity", "north", "south")
		installs = append(installs, p)
	}
	var es []compliance.Entitlement
	for i := range rapid.IntRange(0, 3).Draw(t, "entitlements") {
		e := entitlement(fmt.Sprintf("e%d", i), rapid.Int64Range(0, 2).Draw(t, "quantity"))
		e.Version, e.Edition = pick("owned version", "", "2020", "2024"), pick("owned edition", "", "lt", "full")
		e.Downgrade = rapid.Bool().Draw(t, "downgrade")
		if at := pick("owned entity", "", "north", "south"); at != "" {
			e.Entities = []string{at}
		}
		es = append(es, e)
	}
	in := input(t, estateOf(t, installs...), es...)
	switch rapid.IntRange(0, 3).Draw(t, "prices") {
	case 0:
		in.Licensing = []compliance.Licensing{
			{Product: product, Edition: "lt", Metric: "generic.device", Price: eur("300")},
			{Product: product, Edition: "full", Metric: "generic.device", Price: eur("1000")},
		}
	case 1:
		in.Licensing[0].Price = eur("10")
	}
	return in
}

// cheapest tries every choice of the available options and gives the least
// exposure that can stay open and the least cost at which it does.
func cheapest(t *rapid.T, r Request, options []Option) (open, cost decimal.Decimal) {
	var usable []Option
	for _, o := range options {
		if o.State == Available {
			usable = append(usable, o)
		}
	}
	first := true
	var try func(i int, actions []Action, spent decimal.Decimal, drawn map[compliance.EntitlementID]int64)
	try = func(i int, actions []Action, spent decimal.Decimal, drawn map[compliance.EntitlementID]int64) {
		if b := r.Policy.limits.Budget; b.Valid && spent.GreaterThan(b.Decimal) {
			return
		}
		if i == len(usable) {
			in, err := Apply(r.Input, actions)
			require.NoError(t, err)
			res, err := compliance.Reconcile(t.Context(), in)
			require.NoError(t, err)
			var left decimal.Decimal
			for _, p := range res.Positions {
				left = left.Add(p.Short.Low)
			}
			if c := left.Cmp(open); first || c < 0 || c == 0 && spent.LessThan(cost) {
				first, open, cost = false, left, spent
			}
			return
		}
		o := usable[i]
		for n := int64(0); n <= o.Max; n++ {
			if o.share != "" && drawn[o.share]+n > o.pool.IntPart() {
				break
			}
			if n > 0 {
				drawn[o.share] += n
				try(i+1, append(actions[:len(actions):len(actions)], o.scaled(n)...), spent.Add(o.Cost.Amount.Mul(decimal.NewFromInt(n))), drawn)
				drawn[o.share] -= n
				continue
			}
			try(i+1, actions, spent, drawn)
		}
	}
	try(0, nil, decimal.Decimal{}, map[compliance.EntitlementID]int64{})
	return open, cost
}

// The plan must be as good as the best of all choices, each of them reconciled.
func TestSolveEqualsTheBestOfAllChoices(t *testing.T) {
	inexact, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		in := drawInput(rt)
		res, err := compliance.Reconcile(rt.Context(), in)
		require.NoError(rt, err)
		r := Request{Input: in, Result: res, Now: now, Policy: readPolicy(rt, nil)}
		if budget := rapid.IntRange(-2, 8).Draw(rt, "budget"); budget > 0 {
			r.Policy.limits.Budget = decimal.NewNullDecimal(decimal.NewFromInt(int64(budget) * 200))
		}
		if len(r.short()) == 0 {
			return
		}
		options, err := Options(rt.Context(), r)
		require.NoError(rt, err)
		plan, err := Solve(rt.Context(), r)
		require.NoError(rt, err)
		open, cost := cheapest(rt, r, options)
		var left decimal.Decimal
		for _, o := range plan.Open {
			left = left.Add(o.Short)
		}
		all++
		assert.True(rt, plan.Bound.LessThanOrEqual(cost), "bound %s is above the best cost %s", plan.Bound, cost)
		if !plan.Exact {
			inexact++
			assert.True(rt, left.GreaterThanOrEqual(open))
			return
		}
		assert.True(rt, left.Equal(open), "%s stays short, %s need", left, open)
		assert.True(rt, plan.Cost.Amount.Equal(cost), "%s for what costs %s\n%s", plan.Cost, cost, plan.Text())
	})
	t.Logf("%d of %d plans were not proven best", inexact, all)
}
