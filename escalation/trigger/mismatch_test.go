package trigger

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

// measured was in use so often at once.
func measured(peak, installed int, owned int64) Measured {
	return Measured{Product: "flexera/cad", Peak: peak, At: at, Source: "lmgrd", Installed: installed,
		Position: &compliance.Position{Metric: "generic.device", Owned: decimal.NewFromInt(owned), Required: units(int64(installed))}}
}

func ExampleMismatches() {
	for _, f := range Mismatches([]Measured{measured(12, 5, 6)}, Mismatch{}, at) {
		fmt.Println(f.Rule+":", f.Message)
	}
	// Output:
	// usage-not-in-inventory: 12 of flexera/cad were in use at once, the inventory has 5
	// usage-over-entitlement: 12 of flexera/cad were in use at once, 6 are owned, and generic.device counts 5
}

func TestMismatches(t *testing.T) {
	tenth := Mismatch{Share: decimal.RequireFromString("0.1"), Least: decimal.NewFromInt(2)}
	rules := func(u Measured) (got []compliance.RuleID) {
		for _, f := range Mismatches([]Measured{u}, tenth, at) {
			got = append(got, f.Rule)
		}
		return got
	}
	assert.Empty(t, rules(measured(11, 10, 10)), "one more is less than counts")
	assert.Empty(t, rules(measured(110, 100, 100)), "a tenth is allowed")
	assert.Equal(t, []compliance.RuleID{RuleUsageUnseen, RuleUsageOver}, rules(measured(111, 100, 100)))
	assert.Equal(t, []compliance.RuleID{RuleUsageOver}, rules(measured(12, 11, 10)), "two more than owned")
	told := measured(12, 12, 2)
	assert.Empty(t, rules(told), "the position counts as many and is short itself")
	none := measured(3, 0, 0)
	none.Position = nil
	assert.Equal(t, []compliance.RuleID{RuleUsageUnseen}, rules(none))
	none.Unread = []compliance.SourceID{"glpi"}
	got := Mismatches([]Measured{none}, tenth, at)
	require.Len(t, got, 1)
	assert.Equal(t, compliance.Unknown, got[0].Verdict)
	assert.Equal(t, []string{"installs of source glpi"}, got[0].Missing)
}
