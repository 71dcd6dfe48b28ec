package remediation

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

func TestPricesByTier(t *testing.T) {
	const volume = `
quotes:
  - {name: Q, product: autodesk/autocad, price: "900", currency: EUR, until: 2026-12-31, %s
     tiers: [{from: 5, price: "800"}, {from: 10, price: "500"}]}
`
	tests := []struct {
		name, terms string
		short       int
		verbs       []string
		cost        string
	}{
		{"below the first", "", 3, []string{"buy licenses of autodesk/autocad by quote Q, packs of 1 at the price from 1: 3"}, "2700.00 EUR"},
		{"in the second", "", 6, []string{"buy licenses of autodesk/autocad by quote Q, packs of 1 at the price from 5: 6"}, "4800.00 EUR"},
		{"ten cost less than eight", "", 8, []string{"buy licenses of autodesk/autocad by quote Q, packs of 1 at the price from 10: 10"}, "5000.00 EUR"},
		{"no more than offered", "most: 7,", 8, []string{"buy licenses of autodesk/autocad by quote Q, packs of 1 at the price from 5: 7", "buy licenses of autodesk/autocad: 1"}, "6600.00 EUR"},
		{"each tier at its own price", "graduated: true,", 8, []string{"buy licenses of autodesk/autocad by quote Q, packs of 1 at the price from 5: 8"}, "6800.00 EUR"},
		{"to the last of them", "graduated: true,", 11, []string{"buy licenses of autodesk/autocad by quote Q, packs of 1 at the price from 10: 11"}, "8600.00 EUR"},
		{"in packs", "pack: 2,", 9, []string{"buy licenses of autodesk/autocad by quote Q, packs of 2 at the price from 5: 5"}, "4000.00 EUR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, input(t, busy(t, tt.short)))
			r.Policy = allow(t, sprintf(volume, tt.terms))
			delete(r.Policy.actions, Remove)
			plan, err := Solve(t.Context(), r)
			require.NoError(t, err)
			assert.ElementsMatch(t, tt.verbs, verbsOf(plan))
			assert.Equal(t, tt.cost, plan.Cost.String())
			assert.True(t, plan.Exact)
			assertSecondPlanEmpty(t, r, plan)
			var paid decimal.Decimal
			for _, s := range plan.Steps {
				paid = paid.Add(s.Cost.Amount)
			}
			assert.True(t, paid.Equal(plan.Cost.Amount))
		})
	}
}

// two is an input of two products of which three and two installs have no license.
func two(t *testing.T) compliance.Input {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	for i, names := range [][]string{{"autocad", "revit"}, {"autocad", "revit"}, {"autocad"}} {
		id := compliance.DeviceID(string(rune('a' + i)))
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, Source: "test"}))
		for _, name := range names {
			require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: catalog.Title{Publisher: "autodesk", Name: name}, Source: "test", FirstSeen: daysAgo(400), LastUsed: daysAgo(1)}))
		}
	}
	in := input(t, b.Build())
	in.Licensing = append(in.Licensing, compliance.Licensing{Product: "autodesk/revit", Metric: "generic.device", Price: eur("700")})
	return in
}

// A bundle is paid once for two products, and no more often than it pays.
func TestBundlePaysForSeveralGapsOnce(t *testing.T) {
	for price, want := range map[string]struct {
		verbs []string
		cost  string
	}{
		"1200": {[]string{"buy bundle B of 1 autodesk/autocad, 1 autodesk/revit: 2", "buy licenses of autodesk/autocad: 1"}, "3400.00 EUR"},
		"900":  {[]string{"buy bundle B of 1 autodesk/autocad, 1 autodesk/revit: 3"}, "2700.00 EUR"},
		"1701": {[]string{"buy licenses of autodesk/autocad: 3", "buy licenses of autodesk/revit: 2"}, "4400.00 EUR"},
	} {
		r := request(t, two(t))
		r.Policy = allow(t, sprintf(`
bundles:
  - {name: B, items: [{product: autodesk/autocad}, {product: autodesk/revit}], price: "%s", currency: EUR, until: 2026-12-31}
  - {name: late, items: [{product: autodesk/autocad}, {product: autodesk/revit}], price: "1", currency: EUR, until: 2026-06-02}
`, price))
		delete(r.Policy.actions, Remove)
		plan, err := Solve(t.Context(), r)
		require.NoError(t, err)
		assert.ElementsMatch(t, want.verbs, verbsOf(plan))
		assert.Equal(t, want.cost, plan.Cost.String())
		assert.True(t, plan.Exact)
		assert.True(t, plan.Closed())
		assert.Contains(t, plan.Text(), "bundle late ends on 2026-06-02")
		assertSecondPlanEmpty(t, r, plan)
	}
}

// Only as many can be stepped up as are owned and cover nothing.
func TestStepUpTakesWhatIsOwned(t *testing.T) {
	full := func(device string) install { return edition(device, "full") }
	in := input(t, estateOf(t, full("d1"), full("d2"), full("d3"), edition("d4", "lt")), ofEdition("lt", "lt", 3))
	r := request(t, in)
	r.Policy = allow(t, `
step-ups: [{name: S, product: autodesk/autocad, from: lt, to: full, price: "400", currency: EUR, until: 2026-12-31}]
`)
	delete(r.Policy.actions, Remove)
	r.Policy.actions[Buy] = ActionDocument{Kind: Buy, Owner: "purchasing"}
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"step up licenses of lt from lt to full by S: 2", "buy licenses of autodesk/autocad: 1"}, verbsOf(plan), "one of three lt is in use")
	assert.Equal(t, "1800.00 EUR", plan.Cost.String())
	assert.True(t, plan.Exact)
	assertSecondPlanEmpty(t, r, plan)
	for _, s := range plan.Steps {
		if a := s.Actions[0]; a.Verb == StepUp {
			assert.Equal(t, a.Preconditions, Observe(in, r.Result, a))
			in.Entitlements[0].Quantity = decimal.NewFromInt(2)
			res, err := compliance.Reconcile(t.Context(), in)
			require.NoError(t, err)
			assert.NotEqual(t, a.Preconditions, Observe(in, res, a), "another is gone meanwhile")
		}
	}
}

func TestProrated(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	tests := []struct {
		annual   string
		from, to time.Time
		want     string
	}{
		{"365", day(2026, 1, 1), day(2026, 1, 2), "1"},
		{"1000", day(2026, 1, 1), day(2026, 4, 1), "246.58"},
		{"366", day(2027, 6, 1), day(2027, 6, 11), "10"}, // the year begun has 29 February 2028
		{"1000", day(2026, 1, 1), day(2027, 1, 1), "1000"},
		{"1000", day(2026, 1, 1), day(2028, 1, 2), "2002.73"},
		{"1000", day(2026, 1, 2), day(2026, 1, 1), "0"},
		{"0.01", day(2026, 1, 1), day(2026, 7, 3), "0.01"}, // half a cent and a little more
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, Prorated(decimal.RequireFromString(tt.annual), tt.from, tt.to).String(), "%s from %s to %s", tt.annual, tt.from, tt.to)
	}
}

// Two terms that ended on different days go on to one day, each paid from its own end.
func TestCoTerm(t *testing.T) {
	in := two(t)
	a, b := entitlement("a", 3), entitlement("b", 2)
	b.Product = "autodesk/revit"
	a.End, b.End = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	in.Entitlements = []compliance.Entitlement{a, b}
	r := request(t, in)
	require.Len(t, r.short(), 2)
	r.Policy = allow(t, `
co-terms:
  - {name: C, term: 2027-01-01, currency: EUR, until: 2026-12-31, entitlements: [{entitlement: a, annual: "730"}, {entitlement: b, annual: "365"}]}
renewals:
  - {entitlement: a, term: 2027-05-01, price: "800", currency: EUR, until: 2026-12-31}
`, Renew)
	delete(r.Policy.actions, Remove)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"renew a, b to the common end 2027-01-01"}, verbsOf(plan))
	assert.Equal(t, "816.00 EUR", plan.Cost.String(), "245 days at 2, 306 days at 1, and 20 of effort")
	assert.True(t, plan.Exact)
	after := assertSecondPlanEmpty(t, r, plan)
	for _, p := range after.Positions {
		assert.Equal(t, compliance.Compliant, p.Status)
	}
	r.Policy.coTerms[0].Entitlements[1].Annual = decimal.NewFromInt(4000)
	plan, err = Solve(t.Context(), r)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"renew a, 3 of autodesk/autocad", "buy licenses of autodesk/revit: 2"}, verbsOf(plan), "a is not renewed twice")
}

// What maintenance no longer includes is covered again once it is taken up.
func TestRenewMaintenance(t *testing.T) {
	newer := person("d1", 1, 400)
	newer.version = "2026"
	e := entitlement("e", 1)
	e.Version, e.MaintenanceEnd = "2024", now.AddDate(0, -1, 0)
	r := request(t, input(t, estateOf(t, newer), e))
	require.Len(t, r.short(), 1)
	r.Policy = allow(t, `
renewals: [{entitlement: e, maintenance: true, term: 2027-05-01, price: "150", currency: EUR, until: 2026-12-31}]
`, Renew)
	delete(r.Policy.actions, Remove)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"renew the maintenance of e, 1 of autodesk/autocad"}, verbsOf(plan))
	a := plan.Steps[0].Actions[0]
	assert.Equal(t, a.Preconditions, Observe(r.Input, r.Result, a))
	assertSecondPlanEmpty(t, r, plan)
}
