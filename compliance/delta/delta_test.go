package delta_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/delta"
	"github.com/trueup-dev/trueup/compliance/metric"
)

var at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// standard is the library of metrics, loaded once.
var standard = sync.OnceValues(metric.Standard)

// world is an input before it is one: plain numbers that tests and generators
// can turn.
type world struct {
	cores    []int // of each host
	installs []bool
	owned    int64
	price    int64
	minimum  int64
	at       time.Time
	renamed  bool
}

type named struct{ renamed bool }

func (n named) Recognise(t catalog.Title) catalog.Recognition {
	key := catalog.ProductKey("acme/db")
	if n.renamed {
		key = "acme/other"
	}
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{Key: key}}
}

func (w world) input(t require.TestingT) compliance.Input {
	lib, err := standard()
	require.NoError(t, err)
	b := compliance.NewBuilder(w.at)
	for i, cores := range w.cores {
		id := compliance.DeviceID(fmt.Sprintf("h%d", i))
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, Sockets: 1, Cores: cores}))
		if w.installs[i] {
			require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: catalog.Title{Name: "db"}}))
		}
	}
	return compliance.Input{
		Estate: b.Build(), Catalog: named{w.renamed}, Metrics: lib,
		Entitlements: []compliance.Entitlement{{ID: "E", Product: "acme/db", Metric: "generic.core", Quantity: decimal.NewFromInt(w.owned),
			End: at.AddDate(1, 0, 0)}},
		Licensing: []compliance.Licensing{{Product: "acme/db", Metric: "generic.core", Price: compliance.Money{Amount: decimal.NewFromInt(w.price), Currency: "EUR"},
			Parameters: map[string]decimal.Decimal{"minimum_per_machine": decimal.NewFromInt(w.minimum)}}},
	}
}

func start() world {
	return world{cores: []int{8, 16}, installs: []bool{true, false}, owned: 8, price: 100, minimum: 4, at: at}
}

func ExampleSplit() {
	before, now := start(), start()
	now.cores, now.installs = []int{12, 16}, []bool{true, true}
	now.owned, now.price = 10, 110
	t := &panics{}
	changes, err := delta.Split(context.Background(), before.input(t), now.input(t))
	if err != nil {
		fmt.Println(err)
	}
	for _, c := range changes {
		fmt.Println(c.Product, c.BeforeStatus, "->", c.AfterStatus, "short", c.Before.Short, "->", c.After.Short)
		for _, p := range c.Parts {
			fmt.Printf("  %-12s short %+d, exposure %+d %s\n", p.Cause, p.Change.Short.IntPart(), p.Change.Exposure.IntPart(), c.Currency)
		}
	}
	// Output:
	// acme/db compliant -> short short 0 -> 18
	//   hardware     short +4, exposure +440 EUR
	//   installs     short +16, exposure +1760 EUR
	//   entitlements short -2, exposure -220 EUR
}

type panics struct{}

func (*panics) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (*panics) FailNow()                          { panic("failed") }

func TestOneCauseAtATime(t *testing.T) {
	short := start()
	short.owned = 2
	tests := []struct {
		cause  delta.Cause
		change func(*world)
	}{
		{delta.Catalog, func(w *world) { w.renamed = true }},
		{delta.Rule, func(w *world) { w.minimum = 32 }},
		{delta.Price, func(w *world) { w.price = 300 }},
		{delta.Hardware, func(w *world) { w.cores = []int{64, 16} }},
		{delta.Installs, func(w *world) { w.installs = []bool{true, true} }},
		{delta.Entitlements, func(w *world) { w.owned = 4 }},
		{delta.Expiry, func(w *world) { w.at = at.AddDate(2, 0, 0) }},
	}
	for _, tt := range tests {
		t.Run(tt.cause.String(), func(t *testing.T) {
			now := short
			tt.change(&now)
			changes, err := delta.Split(t.Context(), short.input(t), now.input(t))
			require.NoError(t, err)
			require.Len(t, changes, 1)
			require.Len(t, changes[0].Parts, 1)
			assert.Equal(t, tt.cause, changes[0].Parts[0].Cause)
		})
	}
	none, err := delta.Split(t.Context(), short.input(t), short.input(t))
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestPartsAddUp(t *testing.T) {
	any := rapid.Custom(func(t *rapid.T) world {
		n := rapid.IntRange(1, 4).Draw(t, "hosts")
		return world{
			cores:    rapid.SliceOfN(rapid.IntRange(0, 8), n, n).Draw(t, "cores"), // 0: not known
			installs: rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "installs"),
			owned:    rapid.Int64Range(0, 20).Draw(t, "owned"), price: rapid.Int64Range(0, 9).Draw(t, "price"),
			minimum: rapid.Int64Range(0, 9).Draw(t, "minimum"), at: at.AddDate(0, rapid.IntRange(0, 20).Draw(t, "months"), 0),
			renamed: rapid.Bool().Draw(t, "renamed"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := any.Draw(t, "from").input(t), any.Draw(t, "to").input(t)
		changes, err := delta.Split(context.Background(), a, b)
		require.NoError(t, err)
		for _, c := range changes {
			sum := c.Before
			for _, p := range c.Parts {
				sum.Owned, sum.Required = sum.Owned.Add(p.Change.Owned), sum.Required.Add(p.Change.Required)
				sum.Covered, sum.Short = sum.Covered.Add(p.Change.Covered), sum.Short.Add(p.Change.Short)
				sum.Surplus, sum.Exposure = sum.Surplus.Add(p.Change.Surplus), sum.Exposure.Add(p.Change.Exposure)
			}
			for name, pair := range map[string][2]decimal.Decimal{
				"owned": {sum.Owned, c.After.Owned}, "required": {sum.Required, c.After.Required}, "covered": {sum.Covered, c.After.Covered},
				"short": {sum.Short, c.After.Short}, "surplus": {sum.Surplus, c.After.Surplus}, "exposure": {sum.Exposure, c.After.Exposure},
			} {
				if !pair[0].Equal(pair[1]) {
					t.Fatalf("%s: parts add up to %s, position has %s", name, pair[0], pair[1])
				}
			}
		}
	})
}
