package remediation

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

func TestPolicyProblems(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown kind", "actions: [{kind: steal, owner: x}]", `"steal" is not a kind of option`},
		{"no action", "actions: []", "policy.yaml:1:1: no action is allowed"},
		{"no owner", "actions: [{kind: buy}]", "owner"},
		{"kind twice", "actions: [{kind: buy, owner: a}, {kind: buy, owner: b}]", "policy.yaml:1:34: buy is listed twice"},
		{"no window", "actions: [{kind: reclaim, owner: a}]", "reclaim needs idle-days"},
		{"negative", "actions: [{kind: buy, owner: a, lead-days: -1}]", "buy has a negative term"},
		{"rates without currency", "rates: {USD: \"0.9\"}\nactions: [{kind: buy, owner: a}]", "without the currency"},
		{"rate of zero", "currency: EUR\nrates: {USD: \"0\"}\nactions: [{kind: buy, owner: a}]", "the rate of USD is 0"},
		{"no such guard", "actions: [{kind: buy, owner: a}]\nwaivers: [{guard: holidays, reason: none}]", "policy.yaml:2:11: there is no guard \"holidays\" to waive"},
		{"freeze", "actions: [{kind: buy, owner: a}]\nfreezes: [{from: 2026-12-24, to: 2026-12-01}]", "policy.yaml:2:11: freeze ends before it starts"},
		{"date", "actions: [{kind: buy, owner: a}]\nfreezes: [{from: christmas, to: 2026-12-01}]", `"christmas" is not a date`},
		{"criterion", "actions: [{kind: buy, owner: a}]\nsuccess: position.shrt == 0", "policy.yaml:2:18: undefined field 'shrt'"},
		{"criterion of another type", "actions: [{kind: buy, owner: a}]\nsuccess: position.short", "gives decimal, but bool is needed"},
		{"contract twice", "actions: [{kind: buy, owner: a}]\ntransfers: [{contract: c, allowed: true}, {contract: c, allowed: false}]", "contract c is listed twice"},
		{"budget", "actions: [{kind: buy, owner: a}]\nlimits: {budget: \"-1\"}", "budget is negative"},
		{"limit", "actions: [{kind: buy, owner: a}]\nlimits: {actions: -1}", "a limit is negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var doc PolicyDocument
			err := document.Read("policy.yaml", []byte(tt.text), &doc)
			if err == nil {
				_, err = NewPolicy(doc)
			}
			require.Error(t, err)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestPolicyReportsAllProblemsAtOnce(t *testing.T) {
	var doc PolicyDocument
	require.NoError(t, document.Read("p.yaml", []byte("actions: [{kind: reclaim, owner: a, lead-days: -3}]\nwaivers: [{guard: x, reason: y}]"), &doc))
	_, err := NewPolicy(doc)
	var ps document.Problems
	require.ErrorAs(t, err, &ps)
	assert.Len(t, ps, 3)
}

func TestFreezeRefuses(t *testing.T) {
	r := request(t, input(t, estateOf(t, person("d1", 120, 400), person("d2", 1, 400)), entitlement("e1", 1)))
	state := func(from, to int) State {
		r.Policy = readPolicy(t, func(d *PolicyDocument) {
			d.Freezes = []FreezeDocument{{From: Date{now.AddDate(0, 0, from)}, To: Date{now.AddDate(0, 0, to)}}}
		})
		options, err := Options(t.Context(), r)
		require.NoError(t, err)
		return optionOf(t, options, "autodesk/autocad|generic.device|reclaim|d1").State
	}
	assert.Equal(t, Available, state(0, 16), "over on the day")
	assert.Equal(t, Refused, state(16, 17), "on that day")
	assert.Equal(t, Available, state(17, 20))
}

func TestGuardOfThePolicyReplacesTheStandardOne(t *testing.T) {
	r := request(t, input(t, estateOf(t, person("d1", 40, 400), person("d2", 1, 400)), entitlement("e1", 1)))
	r.Policy = readPolicy(t, func(d *PolicyDocument) {
		d.Guards = []GuardDocument{{Name: "recent-activity", Kinds: []Kind{Reclaim}, Require: literal("candidate.idle_days >= 30"), Reason: "used within 30 days"}}
	})
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, Available, optionOf(t, options, "autodesk/autocad|generic.device|reclaim|d1").State)
	assert.Equal(t, "used within 30 days", optionOf(t, options, "autodesk/autocad|generic.device|reclaim|d2").refusal())
}

func TestCurrencies(t *testing.T) {
	in := input(t, estateOf(t, person("d1", 1, 400), person("d2", 1, 400)), entitlement("e1", 1))
	in.Licensing[0].Price.Currency, in.Entitlements[0].UnitPrice.Currency = "USD", "USD"
	plan, err := Solve(t.Context(), request(t, in))
	require.NoError(t, err)
	assert.Equal(t, "900.00 EUR", plan.Cost.String())
	in.Licensing[0].Price.Currency, in.Entitlements[0].UnitPrice.Currency = "CHF", "CHF"
	plan, err = Solve(t.Context(), request(t, in))
	require.NoError(t, err)
	assert.Empty(t, plan.Steps)
	assert.Contains(t, plan.Text(), `missing exchange rate from "CHF" to "EUR"`)
	assert.Equal(t, "1", plan.Open[0].Short.String())
}

// Two entities may draw on one entitlement, but not on more than it has.
func TestTransfersShareWhatIsLeft(t *testing.T) {
	at := func(device, entity string) install {
		i := person(device, 3, 400)
		i.entity = entity
		return i
	}
	north := entitlement("north", 4)
	north.Entities = []string{"north"}
	in := input(t, estateOf(t, at("d1", "north"), at("d2", "south"), at("d3", "south"), at("d4", "west"), at("d5", "west")), north)
	r := request(t, in)
	r.Policy = readPolicy(t, func(d *PolicyDocument) {
		d.Actions = slices.DeleteFunc(d.Actions, func(a ActionDocument) bool { return a.Kind == Remove })
	})
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.True(t, plan.Closed())
	assert.True(t, plan.Exact)
	var moved decimal.Decimal
	for _, s := range plan.Steps {
		if s.Kind == Reallocate {
			moved = moved.Add(s.Actions[0].Quantity)
		}
	}
	assert.Equal(t, "3", moved.String())
	assert.Equal(t, "1120.00 EUR", plan.Cost.String(), "three transfers of 40 and one unit of 1000")
}
