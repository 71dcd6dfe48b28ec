package remediation

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// everyWay is a company that is short in many ways, and its policy.
func everyWay(t *testing.T) Request {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "inventory", Collected: now, Devices: -1, Installs: -1}))
	two, free := 2, 16
	facts := knows{devices: map[compliance.DeviceID]DeviceFacts{"vm-report": {Needed: &two}, "host-1": {Room: &free}}, features: map[compliance.DeviceID][]string{}}
	install := func(device, publisher, name, edition string, idle int, features ...string) {
		id := compliance.DeviceID(device)
		require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: catalog.Title{Publisher: publisher, Name: name, Edition: edition}, Source: "inventory", FirstSeen: daysAgo(500), LastUsed: daysAgo(idle)}))
		facts.features[id] = append([]string{}, features...)
	}
	for _, id := range []string{"desk-1", "desk-2", "desk-3", "desk-4", "desk-5", "desk-6", "lab-1", "lab-2", "store-1"} {
		require.NoError(t, b.AddDevice(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Entity: "north", Environment: "office", Source: "inventory"}))
	}
	for i, id := range []string{"desk-1", "desk-2", "desk-3", "desk-4", "desk-5", "desk-6"} {
		used := [][]string{{"3d"}, {"scripts"}, {"3d"}, {"plots"}, {"3d"}, {"3d"}}[i]
		install(id, "autodesk", "autocad", "full", 2, used...)
	}
	install("store-1", "autodesk", "autocad", "full", 300)
	install("store-1", "autodesk", "revit", "", 300)
	install("lab-1", "autodesk", "revit", "", 3)
	install("lab-2", "autodesk", "revit", "", 3)
	install("lab-1", "adobe", "pagemaker", "", 1)
	for _, id := range []string{"host-1", "host-2", "host-3"} {
		require.NoError(t, b.AddDevice(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Cluster: "main", Cores: 16, Sockets: 1, Model: "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", Environment: "production", Source: "inventory"}))
	}
	for _, vm := range []compliance.Device{{ID: "vm-orders", Host: "host-1", VCPUs: 8}, {ID: "vm-report", Host: "host-2", VCPUs: 12}} {
		vm.Kind, vm.MayRunOn, vm.Environment, vm.Source = compliance.VirtualMachine, anywhere, "production", "inventory"
		require.NoError(t, b.AddDevice(vm))
		install(string(vm.ID), "oracle", "database", "", 1)
	}
	install("vm-report", "microsoft", "reporting", "", 1)
	own := func(id string, p catalog.ProductKey, edition string, quantity int64) compliance.Entitlement {
		return compliance.Entitlement{ID: compliance.EntitlementID(id), Product: p, Edition: edition, Metric: "generic.device", Quantity: decimal.NewFromInt(quantity), UnitPrice: eur("500")}
	}
	lib, err := library()
	require.NoError(t, err)
	line := func(p catalog.ProductKey, price string) compliance.Licensing {
		return compliance.Licensing{Product: p, Metric: "generic.device", Price: eur(price)}
	}
	in := compliance.Input{
		Estate: b.Build(), Catalog: titles{}, Metrics: lib,
		Licensing: []compliance.Licensing{line("autodesk/autocad", "1775"), line("autodesk/revit", "2600"), line("adobe/pagemaker", "300"), line("oracle/database", "20000"), line("microsoft/reporting", "900")},
		Entitlements: []compliance.Entitlement{
			own("ACAD-FULL", "autodesk/autocad", "full", 1), own("ACAD-LT", "autodesk/autocad", "lt", 3),
			own("REVIT-24", "autodesk/revit", "", 1), own("ORA", "oracle/database", "", 8), own("REP", "microsoft/reporting", "", 4),
		},
	}
	in.Licensing[3].Metric, in.Entitlements[3].Metric = "oracle.processor.virtual", "oracle.processor.virtual"
	in.Licensing[3].Choices = map[string]string{"reach": "affinity"}
	in.Licensing[4].Metric, in.Entitlements[4].Metric = "ms.sql.core.vm", "ms.sql.core.vm"
	r := request(t, in)
	r.Facts = facts
	r.Policy = allow(t, `
downgrades: [{product: autodesk/autocad, from: {edition: full}, to: {edition: lt}, lacks: [3d, scripts]}]
titles: [{product: autodesk/autocad, edition: lt, title: {publisher: autodesk, name: autocad, edition: lt}}]
step-ups: [{name: SU-7, product: autodesk/autocad, from: lt, to: full, price: "1100", currency: EUR, until: 2026-12-31}]
bundles: [{name: AEC, items: [{product: autodesk/autocad, edition: full}, {product: autodesk/revit}], price: "3000", currency: EUR, until: 2026-12-31, most: 1}]
quotes: [{name: Q-90, product: autodesk/autocad, edition: full, price: "1700", tiers: [{from: 2, price: "1390"}], currency: EUR, until: 2026-12-31}]
negotiations: [{name: audit-2026, product: adobe/pagemaker, topic: a settlement for a product that is no longer sold, approver: general counsel}]
acceptances: [{product: adobe/pagemaker, approver: CFO, until: 2026-12-31, reason: it goes with its last machine}]
`, Downgrade, Retire, Pin, Move, Resize, Negotiate, Accept)
	delete(r.Policy.actions, Remove)
	delete(r.Policy.actions, Reclaim)
	r.Policy.limits.Budget = decimal.NewNullDecimal(decimal.RequireFromString("7100"))
	r.Due = now.AddDate(0, 1, 0)
	return r
}

// A person reads what is done in every way there is, what stays open and by whose leave.
func TestPlanOfEveryWay(t *testing.T) {
	r := everyWay(t)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	var page strings.Builder
	require.NoError(t, plan.WriteHTML(&page))
	for name, got := range map[string]string{"testdata/ways.golden.txt": plan.Text(), "testdata/ways.golden.html": page.String()} {
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(got), 0o600))
		}
		want, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, string(want), got)
	}
	wellFormed(t, page.String())
	assert.True(t, plan.Exact)
	res, err := compliance.Reconcile(t.Context(), applied(t, r.Input, plan))
	require.NoError(t, err)
	for _, p := range res.Positions {
		assert.Equal(t, p.Product == "adobe/pagemaker", p.Status == compliance.Short, p.Key())
	}
	assert.Less(t, time.Duration(0), plan.Ready.Sub(now))
}
