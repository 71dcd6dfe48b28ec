package remediation

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// enough is the most choices that are tried one by one.
const enough = 1000

// exhaustive tries every choice of the available options that keeps to what they share,
// claim and need, each reconciled anew from the whole input, without anything of the
// planner's. It gives the least money at risk and the least cost at which that is so; ok is
// false where there are too many choices to try.
func exhaustive(t *rapid.T, r Request, options []Option) (risk, cost decimal.Decimal, ok bool) {
	var usable []Option
	choices := int64(1)
	for _, o := range options {
		if o.State == Available && len(o.Actions) > 0 && o.Kind != Accept {
			usable = append(usable, o)
			if choices *= o.Max + 1; choices > 40*enough {
				return risk, cost, false
			}
		}
	}
	first, tried := true, 0
	count := map[string]int64{}
	var try func(i int, actions []Action, spent decimal.Decimal)
	try = func(i int, actions []Action, spent decimal.Decimal) {
		if b := r.Policy.limits.Budget; b.Valid && spent.GreaterThan(b.Decimal) || !fits(usable[:i], count) || tried > enough {
			return
		}
		if i < len(usable) {
			for n := int64(0); n <= usable[i].Max; n++ {
				count[usable[i].ID] = n
				if n == 0 {
					try(i+1, actions, spent)
				} else {
					try(i+1, append(actions[:len(actions):len(actions)], usable[i].scaled(n)...), spent.Add(usable[i].Cost.Amount.Mul(decimal.NewFromInt(n))))
				}
			}
			count[usable[i].ID] = 0
			return
		}
		for _, o := range usable {
			if count[o.ID] > 0 && o.needs != "" && count[o.needs] == 0 {
				return
			}
		}
		tried++
		in, err := Apply(r.Input, actions)
		require.NoError(t, err)
		if left := atRisk(t, r, in); first || left.LessThan(risk) || left.Equal(risk) && spent.LessThan(cost) {
			first, risk, cost = false, left, spent
		}
	}
	try(0, nil, decimal.Decimal{})
	return risk, cost, tried <= enough
}

// atRisk is what stays short, each position at what a unit of it was worth at first.
func atRisk(t *rapid.T, r Request, in compliance.Input) decimal.Decimal {
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	var left decimal.Decimal
	for _, p := range res.Positions {
		before, _ := r.position(p.Key())
		if before.Short.Low.IsPositive() {
			left = left.Add(p.Short.Low.Mul(before.Exposure.Amount.DivRound(before.Short.Low, 2)))
		}
	}
	return left
}

// fits says whether a choice keeps to what options share and claim.
func fits(options []Option, count map[string]int64) bool {
	loads := map[string]int64{}
	for _, o := range options {
		n := count[o.ID]
		if n == 0 {
			continue
		}
		for _, d := range o.draws {
			if loads[d.on] += n * d.each; loads[d.on] > d.pool {
				return false
			}
		}
		if o.share != "" {
			if loads["share|"+string(o.share)] += n; loads["share|"+string(o.share)] > o.pool.IntPart() {
				return false
			}
		}
		for _, c := range o.claims {
			if loads["claim|"+c] += n; loads["claim|"+c] > 1 {
				return false
			}
		}
	}
	return true
}

// drawDesktops draws devices with editions and versions of one product and some of
// another, and every way back that is open to them.
func drawDesktops(t *rapid.T) Request {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	small := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	features := map[compliance.DeviceID][]string{}
	for i := range small("devices", 1, 3) {
		id := compliance.DeviceID(fmt.Sprintf("d%d", i))
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, Entity: pick("entity", "north", "south"), Source: "test"}))
		add := func(title catalog.Title) {
			require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: title, Source: "test", FirstSeen: daysAgo(400), LastUsed: daysAgo(rapid.SampledFrom([]int{1, 120}).Draw(t, "idle"))}))
		}
		add(acad(pick("version", "2024", "2024", "2026"), pick("edition", "full", "full", "lt")))
		if small("revit", 0, 3) == 0 {
			add(catalog.Title{Publisher: "autodesk", Name: "revit"})
		}
		if small("known", 0, 3) > 0 {
			features[id] = []string{pick("feature", "plots", "3d")}
		}
	}
	in := input(t, b.Build())
	in.Licensing = append(in.Licensing, compliance.Licensing{Product: "autodesk/revit", Metric: "generic.device", Price: eur("700")})
	for i := range small("entitlements", 0, 3) {
		e := entitlement(fmt.Sprintf("e%d", i), int64(small("quantity", 0, 2)))
		e.Version, e.Edition = pick("owned version", "", "", "2024", "2026"), pick("owned edition", "lt", "", "lt", "full")
		switch small("terms", i-1, 5) {
		case -1:
			e.Start, e.End = now.AddDate(-1, 0, 0), now.AddDate(0, 0, -20)
		case 0:
			e.Start, e.End = now.AddDate(-1, 0, 0), now.AddDate(0, -1, 0)
		case 1:
			e.Pools = []compliance.Pool{{Entities: []string{"north"}, Quantity: e.Quantity}}
		case 2:
			if e.Quantity.IsPositive() {
				e.Allocations = []compliance.Allocation{{Consumer: "gone", Quantity: e.Quantity, Kind: compliance.Permanent}}
			}
		case 3:
			e.Entities = []string{"north"}
		}
		in.Entitlements = append(in.Entitlements, e)
	}
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	money := func(name string) int { return rapid.SampledFrom([]int{30, 150, 400, 900, 1500}).Draw(t, name) }
	text := sprintf(`
downgrades:
  - {product: autodesk/autocad, from: {edition: full}, to: {edition: lt}, lacks: [3d]}
  - {product: autodesk/autocad, from: {version: "2026"}, to: {version: "2024"}}
titles:
  - {product: autodesk/autocad, edition: lt, version: "2024", title: {publisher: autodesk, name: autocad, edition: lt, version: "2024"}}
quotes: [{name: Q, product: autodesk/autocad, edition: "%s", price: "%d", tiers: [{from: 2, price: "%d"}], graduated: %v, currency: EUR, until: 2026-12-31}]
step-ups: [{name: S, product: autodesk/autocad, from: lt, to: full, price: "%d", currency: EUR, until: 2026-12-31}]
bundles: [{name: B, items: [{product: autodesk/autocad}, {product: autodesk/revit}], price: "%d", currency: EUR, until: 2026-12-31, most: 1}]
co-terms: [{name: C, term: 2027-01-01, currency: EUR, until: 2026-12-31, entitlements: [{entitlement: e0, annual: "%d"}, {entitlement: e1, annual: "100"}]}]
renewals:
  - {entitlement: e0, term: 2027-01-01, price: "%d", currency: EUR, until: 2026-12-31}
  - {entitlement: e1, maintenance: true, term: 2027-01-01, price: "80", currency: EUR, until: 2026-12-31}
negotiations: [{name: N, product: autodesk/autocad, topic: peace, approver: counsel}]
acceptances: [{product: autodesk/autocad, approver: CFO, until: 2026-09-30, reason: leave}]
`, pick("quoted", "", "full"), money("quote"), money("tier"), rapid.Bool().Draw(t, "graduated"), money("step-up"), money("bundle"), money("co-term"), money("renewal"))
	r := Request{Input: in, Result: res, Now: now, Facts: knows{features: features}, Policy: allow(t, text, Downgrade, Cover, Retire, Renew, Negotiate, Accept)}
	for _, k := range []Kind{Reclaim, Remove, Retire, Buy, Reallocate} {
		if small("without "+k.String(), 0, 3) > 1 {
			delete(r.Policy.actions, k)
		}
	}
	if budget := small("budget", -3, 6); budget > 0 {
		r.Policy.limits.Budget = decimal.NewNullDecimal(decimal.NewFromInt(int64(budget) * 150))
	}
	return r
}

// drawCluster draws machines on hosts under a metric of cores, and what can be done with
// them.
func drawCluster(t *rapid.T) Request {
	m := rapid.SampledFrom([]string{"generic.core", "ms.sql.core.vm", "oracle.processor.virtual", "generic.core"}).Draw(t, "metric")
	cores := rapid.SliceOfN(rapid.SampledFrom([]int{2, 4}), 2, 3).Draw(t, "cores")
	facts := knows{devices: map[compliance.DeviceID]DeviceFacts{}}
	for i := range cores {
		if n := rapid.SampledFrom([]int{-1, 2, 6}).Draw(t, "room"); n >= 0 {
			facts.devices[compliance.DeviceID(fmt.Sprintf("h%d", i+1))] = DeviceFacts{Room: &n}
		}
	}
	var guests []guest
	for i := range rapid.IntRange(1, 3).Draw(t, "guests") {
		g := guest{sprintf("vm%d", i), sprintf("h%d", rapid.IntRange(1, len(cores)).Draw(t, "host")), rapid.SampledFrom([]int{2, 6}).Draw(t, "vcpus"), "", anywhere}
		if n := rapid.SampledFrom([]int{-1, 1, 4}).Draw(t, "needed"); n > 0 {
			facts.devices[compliance.DeviceID(g.id)] = DeviceFacts{Needed: &n}
		}
		guests = append(guests, g)
	}
	in := counted(t, cluster(t, cores, guests...), metric.Key(m), rapid.Int64Range(0, 8).Draw(t, "owned"))
	if m == "oracle.processor.virtual" {
		in.Licensing[0].Choices = map[string]string{"reach": "affinity"}
	}
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	r := Request{Input: in, Result: res, Now: now, Facts: facts, Policy: allow(t, "", Move, Pin, Resize, Retire)}
	for _, k := range []Kind{Reclaim, Remove, Retire, Buy} {
		if rapid.IntRange(0, 2).Draw(t, "without "+k.String()) > 0 {
			delete(r.Policy.actions, k)
		}
	}
	r.Policy.idleDays = rapid.SampledFrom([]int{1, 90}).Draw(t, "window")
	return r
}

// drawSuite draws how many units of a suite are spare.
func drawSuite(t *rapid.T) Request {
	in := suite(t, rapid.Int64Range(0, 3).Draw(t, "spare"))
	in.Entitlements[1].Quantity = decimal.NewFromInt(rapid.Int64Range(0, 2).Draw(t, "members"))
	res, err := compliance.Reconcile(t.Context(), in)
	require.NoError(t, err)
	r := Request{Input: in, Result: res, Now: now, Policy: allow(t, "", Cover)}
	r.Policy.idleDays = rapid.SampledFrom([]int{1, 90}).Draw(t, "window")
	return r
}

// Whatever kinds of option there are, alone and together, the plan is as good as the best
// of all choices, each of them reconciled.
func TestEveryKindEqualsTheBestOfAllChoices(t *testing.T) {
	begin := time.Now()
	offered, taken := map[Kind]int{}, map[Kind]int{}
	inexact, all, large := 0, 0, 0
	for _, draw := range []func(*rapid.T) Request{drawDesktops, drawCluster, drawSuite} {
		rapid.Check(t, func(rt *rapid.T) {
			r := draw(rt)
			if len(r.short()) == 0 {
				return
			}
			options, err := Options(rt.Context(), r)
			require.NoError(rt, err)
			risk, cost, ok := exhaustive(rt, r, options)
			if !ok {
				large++
				return
			}
			for _, o := range options {
				offered[o.Kind]++
			}
			plan, err := Solve(rt.Context(), r)
			require.NoError(rt, err)
			for _, s := range plan.Steps {
				taken[s.Kind]++
			}
			all++
			spent := plan.Cost.Amount
			for _, s := range plan.Steps {
				if s.Kind == Accept {
					spent = spent.Sub(s.Cost.Amount)
				}
			}
			left := atRisk(rt, r, applied(rt, r.Input, plan))
			assert.True(rt, left.GreaterThanOrEqual(risk), "%s stays at risk, less than the %s of the best choice", left, risk)
			if left.Equal(risk) {
				assert.True(rt, plan.Bound.LessThanOrEqual(cost), "bound %s is above the best cost %s", plan.Bound, cost)
			}
			if !plan.Exact {
				inexact++
				return
			}
			assert.True(rt, left.Equal(risk), "%s stays at risk, where %s could\n%s", left, risk, plan.Text())
			assert.True(rt, spent.Equal(cost), "%s for what costs %s\n%s", spent, cost, plan.Text())
		})
	}
	t.Logf("%d of %d plans were not proven best, %d instances were too large to try; %s", inexact, all, large, time.Since(begin))
	for k := Reclaim; k <= Accept; k++ {
		t.Logf("%-10s offered %5d times, taken %4d", k, offered[k], taken[k])
		assert.True(t, offered[k] > 0 || k == Reallocate, "%s is never offered", k)
	}
	assert.Less(t, inexact*10, all, "more than a tenth of the plans are not proven best")
}
