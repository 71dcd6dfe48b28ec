package remediation

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

func TestObserveSeesEveryChangeOfWhatAPlanRestsOn(t *testing.T) {
	north := entitlement("north", 3)
	north.Entities = []string{"north"}
	idle, busy, south := person("d1", 120, 400), person("d2", 1, 400), person("d3", 1, 400)
	idle.entity, busy.entity, south.entity = "south", "north", "south"
	before := input(t, estateOf(t, idle, busy, south), north)
	r := request(t, before)
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	actions := map[string]Action{
		"reclaim":  optionOf(t, options, "autodesk/autocad|generic.device|reclaim|d1").Actions[0],
		"buy":      optionOf(t, options, "autodesk/autocad|generic.device|buy|any edition").Actions[0],
		"transfer": optionOf(t, options, "autodesk/autocad|generic.device|reallocate|north|south").scaled(2)[0],
	}
	tests := []struct {
		name    string
		change  func(in *compliance.Input)
		drifted []string
	}{
		{"nothing", func(*compliance.Input) {}, nil},
		{"another device is used", func(in *compliance.Input) { busy.idle = 2; in.Estate = estateOf(t, idle, busy, south) }, nil},
		{"the user comes back", func(in *compliance.Input) {
			back := idle
			back.idle = 3
			in.Estate = estateOf(t, back, busy, south)
		}, []string{"reclaim"}},
		{"it is gone already", func(in *compliance.Input) { in.Estate = estateOf(t, busy, south) }, []string{"reclaim"}},
		{"the price rises", func(in *compliance.Input) {
			in.Licensing = []compliance.Licensing{{Product: product, Metric: "generic.device", Price: eur("1200")}}
		}, []string{"buy"}},
		{"the price list is gone", func(in *compliance.Input) { in.Licensing = nil }, []string{"buy"}},
		{"fewer units are left", func(in *compliance.Input) {
			in.Entitlements = []compliance.Entitlement{north}
			in.Entitlements[0].Quantity = decimal.NewFromInt(2)
		}, []string{"transfer"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := before
			tt.change(&in)
			res, err := compliance.Reconcile(t.Context(), in)
			require.NoError(t, err)
			var drifted []string
			for _, name := range sortedKeys(actions) {
				if !assert.ObjectsAreEqual(actions[name].Preconditions, Observe(in, res, actions[name])) {
					drifted = append(drifted, name)
				}
			}
			assert.Equal(t, tt.drifted, drifted)
		})
	}
}
