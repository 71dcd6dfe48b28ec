package trigger

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

type productKey = catalog.ProductKey

func ExampleUndisclosed() {
	res := &compliance.Result{
		Positions: []compliance.Position{{Product: "oracle/database", Metric: "oracle.processor", Required: units(8)}},
		Unmanaged: []compliance.Unmanaged{{Product: "oracle/java-se", Installs: 3, Paid: true}},
	}
	for _, f := range Undisclosed(res, decimal.Zero, at) {
		fmt.Println(f.Subject + ": " + f.Message)
	}
	// Output:
	// position oracle/database|oracle.processor: oracle/database requires 8 and nothing of it was ever bought
	// product oracle/java-se: oracle/java-se needs a license, is installed 3 times, and nothing says how it is licensed
}

func TestUndisclosed(t *testing.T) {
	bought := compliance.Position{Product: "a/bought", Required: units(9), Entitlements: []compliance.Supply{{Entitlement: "E1", Refused: compliance.Expired}}}
	res := &compliance.Result{
		Positions: []compliance.Position{
			bought, {Product: "a/none", Required: units(0)}, {Product: "a/few", Required: units(2)},
			{Product: "a/open", Required: units(0, -1), Missing: []string{"cores of h1"}}, {Product: "a/many", Required: units(3)},
		},
		Unmanaged: []compliance.Unmanaged{{Product: "b/free", Installs: 50}, {Product: "b/one", Installs: 1, Paid: true}, {Product: "b/paid", Installs: 7, Paid: true}},
	}
	var got []string
	for _, f := range Undisclosed(res, decimal.NewFromInt(3), at) {
		got = append(got, fmt.Sprint(f.Product, " ", f.Verdict, " ", f.Publisher, f.Missing))
	}
	assert.Equal(t, []string{"a/open unknown [cores of h1]", "a/many fail []", "b/paid fail b[]"}, got)
}

// abroad is short by units, refused for the reasons given.
func abroad(n int64, why compliance.Reason, refusals ...compliance.Reason) compliance.Outcome {
	o := compliance.Outcome{Short: decimal.NewFromInt(n), Reason: why}
	for _, r := range refusals {
		o.Refusals = append(o.Refusals, compliance.Refusal{Entitlement: "E", Reason: r})
	}
	return o
}

func ExampleOutsideScope() {
	p := compliance.Position{Product: "autodesk/autocad", Metric: "generic.device", Unit: "licenses", Consumers: []compliance.Outcome{
		abroad(2, compliance.NoEntitlement, compliance.OutsideCountry), abroad(1, compliance.Exhausted),
	}}
	for _, f := range OutsideScope([]compliance.Position{p}, decimal.Zero, at) {
		fmt.Println(f.Message, f.Facts)
	}
	// Output:
	// 2 licenses of autodesk/autocad are used outside the scope of what was bought [{units 2} {outside-country 2}]
}

func TestOutsideScope(t *testing.T) {
	p := compliance.Position{Product: "x", Consumers: []compliance.Outcome{
		abroad(1, compliance.NoEntitlement, compliance.OutsideCountry, compliance.OutsideEntity),
		abroad(2, compliance.NoEntitlement, compliance.Expired, compliance.OutsideEnvironment),
		abroad(4, compliance.NoEntitlement, compliance.Expired),
		abroad(8, compliance.Exhausted, compliance.OutsideCountry),
		abroad(0, compliance.OwnVersion, compliance.OutsideCountry),
	}}
	got := OutsideScope([]compliance.Position{p}, decimal.Zero, at)
	require.Len(t, got, 1)
	assert.Equal(t, []compliance.Fact{{Name: "units", Value: "3"}, {Name: "outside-entity", Value: "1"}, {Name: "outside-country", Value: "1"},
		{Name: "outside-environment", Value: "2"}}, got[0].Facts)
	assert.Empty(t, OutsideScope([]compliance.Position{p}, decimal.NewFromInt(4), at))
}
