package saving_test

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
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/compliance/saving"
)

var standard = sync.OnceValues(metric.Standard)

// acme knows every title as acme/suite, with the edition and version that it names.
type acme struct{}

func (acme) Recognise(t catalog.Title) catalog.Recognition {
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{Key: "acme/suite", Edition: t.Edition, Version: t.Version}}
}

func euros(n int64) compliance.Money {
	return compliance.Money{Amount: decimal.NewFromInt(n), Currency: "EUR"}
}

// use is one device with its software.
type use struct{ id, edition, version, entity string }

func input(uses []use, lines []compliance.Licensing, owned ...compliance.Entitlement) compliance.Input {
	lib, err := standard()
	must(err)
	b := compliance.NewBuilder(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, u := range uses {
		must(b.AddDevice(compliance.Device{ID: compliance.DeviceID(u.id), Entity: u.entity}))
		must(b.AddInstall(compliance.Install{Device: compliance.DeviceID(u.id), Title: catalog.Title{Name: "suite", Edition: u.edition, Version: u.version}}))
	}
	for i := range lines {
		lines[i].Product, lines[i].Metric = "acme/suite", "generic.device"
	}
	for i := range owned {
		owned[i].Product, owned[i].Metric = "acme/suite", "generic.device"
	}
	return compliance.Input{Estate: b.Build(), Catalog: acme{}, Metrics: lib, Licensing: lines, Entitlements: owned}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// sevenHundred is 700 installs of which 100 need Enterprise, with 350 licenses of
// Professional and 370 of Enterprise, which may serve Professional too. Asked for at
// https://www.servicenow.com/community/sam-forum/managing-license-consumption-priority-in-sam-pro/td-p/3208277.
func sevenHundred() compliance.Input {
	var uses []use
	for i := range 700 {
		u := use{id: fmt.Sprintf("d%03d", i), edition: "Professional"}
		if i >= 600 {
			u.edition = "Enterprise"
		}
		uses = append(uses, u)
	}
	return input(uses, []compliance.Licensing{{Edition: "Professional", Price: euros(100)}, {Edition: "Enterprise", Price: euros(400)}},
		compliance.Entitlement{ID: "ENT", Edition: "Enterprise", CrossEdition: []string{"Professional"}, Quantity: decimal.NewFromInt(370), UnitPrice: euros(350), Priority: 1},
		compliance.Entitlement{ID: "PRO", Edition: "Professional", Quantity: decimal.NewFromInt(350), UnitPrice: euros(80), Priority: 2})
}

func ExampleOver() {
	for _, m := range []compliance.Method{compliance.ConsumersInTurn, compliance.RightsFirst} {
		c, err := saving.Over(context.Background(), sevenHundred(), m)
		if err != nil {
			fmt.Println(err)
			return
		}
		p := c.Products[0]
		fmt.Printf("%s: short %s, at risk %s, used %s\n", m, p.List.Short, p.List.AtRisk, p.List.ValueUsed)
		fmt.Printf("  optimum: short %s, at risk %s, used %s\n", p.Optimum.Short, p.Optimum.AtRisk, p.Optimum.ValueUsed)
	}
	// Output:
	// consumers-in-turn: short 100, at risk 40000, used 147900
	//   optimum: short 0, at risk 0, used 150500
	// rights-first: short 0, at risk 0, used 150500
	//   optimum: short 0, at risk 0, used 150500
}

func TestListsWaste(t *testing.T) {
	tests := []struct {
		name          string
		method        compliance.Method
		in            compliance.Input
		list, optimum saving.Cost
	}{
		{"the wide license goes to whom the narrow one would do", compliance.RightsFirst,
			input([]use{{id: "a", entity: "DE01"}, {id: "b", entity: "AT01"}}, []compliance.Licensing{{Price: euros(500)}},
				compliance.Entitlement{ID: "A-wide", Quantity: decimal.NewFromInt(1), UnitPrice: euros(90)},
				compliance.Entitlement{ID: "B-narrow", Quantity: decimal.NewFromInt(1), UnitPrice: euros(90), Entities: []string{"DE01"}}),
			cost(1, 500, 90), cost(0, 0, 180)},
		{"the dear license is used first", compliance.RightsFirst,
			input([]use{{id: "a"}}, []compliance.Licensing{{Price: euros(500)}},
				compliance.Entitlement{ID: "A-dear", Quantity: decimal.NewFromInt(1), UnitPrice: euros(90)},
				compliance.Entitlement{ID: "B-cheap", Quantity: decimal.NewFromInt(1), UnitPrice: euros(10)}),
			cost(0, 0, 90), cost(0, 0, 10)},
		{"the cheap edition is served and the dear one short", compliance.ConsumersInTurn,
			input([]use{{id: "a", edition: "Std"}, {id: "b", edition: "Ent"}}, []compliance.Licensing{{Edition: "Std", Price: euros(100)}, {Edition: "Ent", Price: euros(700)}},
				compliance.Entitlement{ID: "A", Quantity: decimal.NewFromInt(1), UnitPrice: euros(50)}),
			cost(1, 700, 50), cost(1, 100, 50)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := saving.Over(t.Context(), tt.in, tt.method)
			require.NoError(t, err)
			require.Len(t, c.Products, 1)
			assert.Equal(t, fmt.Sprint(tt.list), fmt.Sprint(c.Products[0].List))
			assert.Equal(t, fmt.Sprint(tt.optimum), fmt.Sprint(c.Products[0].Optimum))
		})
	}
	_, err := saving.Over(t.Context(), sevenHundred(), compliance.Optimum)
	assert.ErrorIs(t, err, compliance.ErrInput)
}

func cost(short, atRisk, used int64) saving.Cost {
	return saving.Cost{Short: decimal.NewFromInt(short), AtRisk: decimal.NewFromInt(atRisk), ValueUsed: decimal.NewFromInt(used)}
}

// Own versions are served before others may take what was bought for them, and those
// others in the order of the list.
func TestRightsFirstGoesDownTheList(t *testing.T) {
	in := input([]use{{id: "a", version: "2016"}, {id: "b", version: "2019"}, {id: "c", version: "2022"}}, []compliance.Licensing{{Price: euros(100)}},
		compliance.Entitlement{ID: "E", Version: "2022", Quantity: decimal.NewFromInt(2), DowngradeTo: []compliance.Release{{Version: "2019"}, {Version: "2016"}}})
	covered := func(m compliance.Method) (out []string) {
		in.Method = m
		res, err := compliance.Reconcile(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, m, res.Method)
		for _, o := range res.Positions[0].Consumers {
			if len(o.Covered) > 0 {
				out = append(out, o.Consumer)
			}
		}
		return out
	}
	assert.Equal(t, []string{"b", "c"}, covered(compliance.RightsFirst))
	assert.Equal(t, []string{"a", "b"}, covered(compliance.ConsumersInTurn))
}

// No list is cheaper than the optimum: not in money at risk, and where that is equal
// not in value used.
func TestTheOptimumNeverCostsMore(t *testing.T) {
	pick := func(t *rapid.T, label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	some := func(t *rapid.T, label string, from ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 2, rapid.ID[string]).Draw(t, label)
	}
	rapid.Check(t, func(t *rapid.T) {
		var uses []use
		for i := range rapid.IntRange(0, 8).Draw(t, "uses") {
			uses = append(uses, use{fmt.Sprint("d", i), pick(t, "edition", "Std", "Ent", ""), pick(t, "version", "2016", "2019", "2022"), pick(t, "entity", "DE", "AT", "")})
		}
		price := func(label string) compliance.Money { return euros(rapid.Int64Range(1, 9).Draw(t, label)) }
		var owned []compliance.Entitlement
		for i := range rapid.IntRange(0, 5).Draw(t, "entitlements") {
			e := compliance.Entitlement{
				ID: compliance.EntitlementID(fmt.Sprint("E", i)), Edition: pick(t, "of edition", "Std", "Ent", ""), Version: pick(t, "of version", "2019", "2022", ""),
				Quantity: decimal.NewFromInt(rapid.Int64Range(0, 4).Draw(t, "quantity")), UnitPrice: price("paid"), Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
				Downgrade: rapid.Bool().Draw(t, "downgrade"), CrossEdition: some(t, "cross", "Std", "Ent"), Entities: some(t, "entities", "DE", "AT"),
			}
			if e.Quantity.IsPositive() && rapid.Bool().Draw(t, "pool") {
				e.Pools = []compliance.Pool{{Entities: []string{"AT"}, Quantity: decimal.NewFromInt(1)}}
			}
			if rapid.IntRange(0, 3).Draw(t, "allocated") == 0 {
				e.Allocations = []compliance.Allocation{{Consumer: "d0", Quantity: decimal.NewFromInt(1)}}
			}
			owned = append(owned, e)
		}
		in := input(uses, []compliance.Licensing{{Price: price("any")}, {Edition: "Std", Price: price("std")}, {Edition: "Ent", Price: price("ent")}}, owned...)
		for _, m := range []compliance.Method{compliance.RightsFirst, compliance.ConsumersInTurn} {
			c, err := saving.Over(context.Background(), in, m)
			require.NoError(t, err)
			for _, p := range c.Products {
				if p.List.Compare(p.Optimum) < 0 {
					t.Fatalf("%s costs %v, the optimum %v", m, p.List, p.Optimum)
				}
			}
		}
	})
}
