package remediation

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const byLeave = `
negotiations: [{name: N, product: autodesk/autocad, topic: a settlement without back maintenance, approver: general counsel}]
acceptances: [{product: autodesk/autocad, approver: CFO, until: 2026-09-30, reason: the product is replaced in autumn}]
`

// What is negotiated counts for nothing, and what is accepted stays short: both say what is
// at risk.
func TestNegotiateAndAcceptCloseNothing(t *testing.T) {
	r := request(t, input(t, busy(t, 3), entitlement("e", 1)))
	r.Policy = allow(t, byLeave, Negotiate, Accept)
	delete(r.Policy.actions, Remove)
	r.Policy.limits.Budget = decimal.NewNullDecimal(decimal.NewFromInt(1000))
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"buy licenses of autodesk/autocad: 1", "accept that autodesk/autocad is short until 2026-09-30, by leave of CFO"}, verbsOf(plan))
	assert.False(t, plan.Closed())
	require.Len(t, plan.Open, 1)
	assert.Equal(t, "1", plan.Open[0].Short.String())
	assert.Equal(t, "1000.00 EUR", plan.Open[0].Exposure.String())
	require.NotNil(t, plan.Open[0].Accepted)
	assert.Equal(t, "CFO", plan.Open[0].Accepted.Approver)
	require.Len(t, plan.Negotiations, 1)
	assert.Equal(t, "1000.00 EUR", plan.Negotiations[0].Exposure.String())
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	o := optionOf(t, options, "autodesk/autocad|generic.device|negotiate|N")
	assert.Equal(t, Unknown, o.State)
	assert.Equal(t, []string{"answer to N"}, o.Missing)
	assert.True(t, o.Effect.IsZero())
	text := plan.Text()
	assert.Contains(t, text, "accepted by CFO until 2026-09-30: the product is replaced in autumn")
	assert.Contains(t, text, "nothing of it counts until it is answered, and 1000.00 EUR stays at risk")
	var other Plan
	for _, a := range plan.Alternatives {
		other = a
	}
	assert.Equal(t, plan.Open, other.Open)
}

// Leave does not reach further than it was given.
func TestAcceptanceHasLimits(t *testing.T) {
	tests := []struct{ name, change, want string }{
		{"an exposure", `most: "500", until: 2026-09-30`, "more than the 500 that CFO accepts"},
		{"an end", `until: 2026-06-02`, "the acceptance by CFO ends on 2026-06-02"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, input(t, busy(t, 2), entitlement("e", 1)))
			r.Policy = allow(t, sprintf("acceptances: [{product: autodesk/autocad, approver: CFO, reason: x, %s}]", tt.change), Accept)
			delete(r.Policy.actions, Remove)
			delete(r.Policy.actions, Buy)
			plan, err := Solve(t.Context(), r)
			require.NoError(t, err)
			assert.Empty(t, plan.Steps)
			assert.Nil(t, plan.Open[0].Accepted)
			assert.Contains(t, plan.Text(), tt.want)
		})
	}
}
