package remediation

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

const database = catalog.ProductKey("oracle/database")

// guest is a machine with a product, on a host.
type guest struct {
	id, host string
	vcpus    int
	what     string
	rule     []compliance.DeviceID // nil is not known
}

// anywhere is the rule of a machine that none confines.
var anywhere = []compliance.DeviceID{}

// cluster is an estate of hosts h1, h2, ... of so many cores each, with guests.
func cluster(t require.TestingT, cores []int, guests ...guest) *compliance.Estate {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: -1}))
	for i, n := range cores {
		require.NoError(t, b.AddDevice(compliance.Device{ID: compliance.DeviceID(fmt.Sprintf("h%d", i+1)), Kind: compliance.Physical, Cluster: "c", Cores: n, Sockets: 1, Model: "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", Source: "test", Environment: "production"}))
	}
	for _, g := range guests {
		require.NoError(t, b.AddDevice(compliance.Device{
			ID: compliance.DeviceID(g.id), Kind: compliance.VirtualMachine, Host: compliance.DeviceID(g.host), VCPUs: g.vcpus, MayRunOn: g.rule, Source: "test", Environment: "production",
		}))
		if g.what == "" {
			g.what = "database"
		}
		require.NoError(t, b.AddInstall(compliance.Install{Device: compliance.DeviceID(g.id), Title: catalog.Title{Publisher: "oracle", Name: g.what}, Source: "test", FirstSeen: daysAgo(400), LastUsed: daysAgo(1)}))
	}
	return b.Build()
}

// counted is an input over a cluster whose product is counted by a metric.
func counted(t require.TestingT, e *compliance.Estate, m metric.Key, owned int64) compliance.Input {
	lib, err := library()
	require.NoError(t, err)
	return compliance.Input{
		Estate: e, Catalog: titles{}, Metrics: lib,
		Entitlements: []compliance.Entitlement{{ID: "cores", Product: database, Metric: m, Quantity: decimal.NewFromInt(owned), UnitPrice: eur("500")}},
		Licensing:    []compliance.Licensing{{Product: database, Metric: m, Price: eur("500")}},
	}
}

func rooms(n int, ids ...compliance.DeviceID) knows {
	k := knows{devices: map[compliance.DeviceID]DeviceFacts{}}
	for _, id := range ids {
		k.devices[id] = DeviceFacts{Room: &n}
	}
	return k
}

// Hosts count by the core wherever the product runs, so machines go to where licenses are.
func TestMoveOntoLicensedHosts(t *testing.T) {
	e := cluster(t, []int{16, 16, 16},
		guest{"vm1", "h1", 4, "", anywhere}, guest{"vm2", "h1", 4, "", anywhere}, guest{"vm3", "h2", 4, "", anywhere}, guest{"vm5", "h2", 4, "", anywhere}, guest{"vm4", "h3", 2, "", anywhere})
	tests := []struct {
		name  string
		facts knows
		owned int64
		want  []string
		cost  string
	}{
		{"room on the first", rooms(16, "h1", "h2", "h3"), 32, []string{"move vm4 from h3 to h1"}, "20.00 EUR"},
		{"room for one of two", rooms(8, "h1", "h2"), 16, []string{"move vm4 from h3 to h1", "buy core licenses of oracle/database: 16"}, "8020.00 EUR"},
		{"no room", rooms(1, "h1", "h2", "h3"), 32, []string{"buy core licenses of oracle/database: 16"}, "8000.00 EUR"},
		{"nobody knows of room", knows{}, 32, []string{"buy core licenses of oracle/database: 16"}, "8000.00 EUR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, counted(t, e, "generic.core", tt.owned))
			r.Policy, r.Facts = allow(t, "", Move), tt.facts
			plan, err := Solve(t.Context(), r)
			require.NoError(t, err)
			assert.Equal(t, tt.want, verbsOf(plan))
			assert.Equal(t, tt.cost, plan.Cost.String())
			assert.True(t, plan.Exact)
			assert.True(t, plan.Closed())
			assertSecondPlanEmpty(t, r, plan)
		})
	}
}

// A machine takes everything on it along: a host where another product is not licensed is
// no place to go, and a rule of affinity holds.
func TestMovesThatAreRefused(t *testing.T) {
	e := cluster(t, []int{16, 16}, guest{"vm1", "h1", 4, "", anywhere}, guest{"vm2", "h2", 4, "", []compliance.DeviceID{"h2"}})
	r := request(t, counted(t, e, "generic.core", 16))
	r.Policy, r.Facts = allow(t, "", Move), rooms(9, "h1", "h2")
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	away := optionOf(t, options, "move|h2|h1|vm2")
	assert.Equal(t, Refused, away.State)
	assert.Equal(t, "a rule keeps it on other hosts", away.refusal())
	assert.Equal(t, Available, optionOf(t, options, "move|h1|h2|vm1").State)

	b := compliance.NewBuilder(now)
	for d := range e.Devices() {
		require.NoError(t, b.AddDevice(d))
	}
	for x := range e.Installs() {
		require.NoError(t, b.AddInstall(x))
	}
	require.NoError(t, b.AddInstall(compliance.Install{Device: "vm1", Title: catalog.Title{Publisher: "oracle", Name: "weblogic"}}))
	in := counted(t, b.Build(), "generic.core", 16)
	in.Licensing = append(in.Licensing, compliance.Licensing{Product: "oracle/weblogic", Metric: "generic.core", Price: eur("100")})
	in.Entitlements = append(in.Entitlements, compliance.Entitlement{ID: "w", Product: "oracle/weblogic", Metric: "generic.core", Quantity: decimal.NewFromInt(16)})
	r = request(t, in)
	r.Policy, r.Facts = allow(t, "", Move), rooms(9, "h1", "h2")
	options, err = Options(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, Available, optionOf(t, options, "move|h1|h2|vm1").State, "a host of the same size needs the same")
	in.Estate = resized(t, in.Estate, "h2", 24)
	r = request(t, in)
	r.Policy, r.Facts = allow(t, "", Move), rooms(9, "h1", "h2")
	options, err = Options(t.Context(), r)
	require.NoError(t, err)
	o := optionOf(t, options, "move|h1|h2|vm1")
	assert.Equal(t, Refused, o.State)
	assert.Equal(t, "would leave oracle/weblogic|generic.core short by 8 more", o.refusal())
}

// resized is the estate with other cores of a host.
func resized(t require.TestingT, e *compliance.Estate, id compliance.DeviceID, cores int) *compliance.Estate {
	b := compliance.NewBuilder(e.At())
	for d := range e.Devices() {
		if d.ID == id {
			d.Cores = cores
		}
		require.NoError(t, b.AddDevice(d))
	}
	for x := range e.Installs() {
		require.NoError(t, b.AddInstall(x))
	}
	return b.Build()
}

// Where every host counts that a machine may be started on, it is a rule that bounds them.
func TestPinBoundsTheHostsCounted(t *testing.T) {
	e := cluster(t, []int{16, 16, 16, 16}, guest{"vm1", "h1", 4, "", anywhere}, guest{"vm2", "h1", 4, "", anywhere}, guest{"vm3", "h2", 4, "", anywhere})
	in := counted(t, e, "oracle.processor.virtual", 16)
	in.Licensing[0].Choices = map[string]string{"reach": "affinity"}
	r := request(t, in)
	require.Len(t, r.short(), 1, "%+v", r.Result.Positions)
	tests := []struct {
		name  string
		owned int64
		facts knows
		want  []string
	}{
		{"where they run", 16, knows{}, []string{"pin vm1, vm2, vm3 to h1, h2 of cluster c"}},
		{"on one, with room", 8, rooms(4, "h1"), []string{"pin vm1, vm2, vm3 to h1 of cluster c"}},
		{"on one, without", 8, rooms(3, "h1"), []string{"pin vm1, vm2, vm3 to h1, h2 of cluster c", "buy processor of oracle/database: 8"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in.Entitlements[0].Quantity = decimal.NewFromInt(tt.owned)
			r := request(t, in)
			r.Policy, r.Facts = allow(t, "", Pin), tt.facts
			plan, err := Solve(t.Context(), r)
			require.NoError(t, err)
			assert.Equal(t, tt.want, verbsOf(plan))
			assert.True(t, plan.Closed())
			assert.True(t, plan.Exact)
			after := assertSecondPlanEmpty(t, r, plan)
			assert.Equal(t, compliance.Compliant, after.Positions[0].Status)
			for _, a := range plan.Steps[0].Actions {
				assert.Equal(t, a.Preconditions, Observe(in, r.Result, a))
				shown, err := Shown(e, a)
				require.NoError(t, err)
				assert.False(t, shown)
				shown, err = Shown(applied(t, in, plan).Estate, a)
				require.NoError(t, err)
				assert.True(t, shown)
			}
		})
	}
}

// A machine of eight processors that needs two is counted as four, by the metric's least.
func TestResizeDownToTheLeast(t *testing.T) {
	two, eight := 2, 8
	e := cluster(t, []int{64}, guest{"vm1", "h1", 8, "", nil}, guest{"vm2", "h1", 8, "", nil}, guest{"vm3", "h1", 8, "", nil})
	r := request(t, counted(t, e, "ms.sql.core.vm", 16))
	r.Policy = allow(t, "", Resize)
	r.Facts = knows{devices: map[compliance.DeviceID]DeviceFacts{"vm1": {Needed: &two}, "vm2": {Needed: &eight}}}
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, "4", optionOf(t, options, "resize|vm1").Effect.String(), "four count at least")
	third := optionOf(t, options, "resize|vm3")
	assert.Equal(t, Unknown, third.State)
	assert.Equal(t, []string{"processors that vm3 needs"}, third.Missing)
	for _, o := range options {
		assert.NotEqual(t, "resize|vm2", o.ID, "it needs what it has")
	}
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"resize vm1 from 8 to 2 virtual processors", "buy core licenses of oracle/database: 4"}, verbsOf(plan))
	assertSecondPlanEmpty(t, r, plan)
}

// Retiring one machine helps every position that has something on it, and is paid once.
func TestRetireHelpsAllPositions(t *testing.T) {
	b := compliance.NewBuilder(now)
	require.NoError(t, b.AddSource(compliance.Source{ID: "test", Collected: now, Devices: -1, Installs: 6}))
	for i, idle := range []int{1, 200, 300} {
		id := compliance.DeviceID(fmt.Sprintf("d%d", i+1))
		require.NoError(t, b.AddDevice(compliance.Device{ID: id, Kind: compliance.Physical, Source: "test"}))
		for _, name := range []string{"autocad", "revit"} {
			used := daysAgo(idle)
			if id == "d3" && name == "revit" {
				used = daysAgo(1)
			}
			require.NoError(t, b.AddInstall(compliance.Install{Device: id, Title: catalog.Title{Publisher: "autodesk", Name: name}, Source: "test", FirstSeen: daysAgo(400), LastUsed: used}))
		}
	}
	in := input(t, b.Build(), entitlement("e", 2))
	in.Licensing = append(in.Licensing, compliance.Licensing{Product: "autodesk/revit", Metric: "generic.device", Price: eur("700")})
	in.Entitlements = append(in.Entitlements, compliance.Entitlement{ID: "r", Product: "autodesk/revit", Metric: "generic.device", Quantity: decimal.NewFromInt(2)})
	r := request(t, in)
	r.Policy = allow(t, "", Retire)
	r.Policy.actions[Retire] = ActionDocument{Kind: Retire, Owner: "service desk", Effort: decimal.NewFromInt(25)}
	options, err := Options(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, Refused, optionOf(t, options, "retire|d3").State, "revit is used there")
	two := optionOf(t, options, "retire|d2")
	assert.Equal(t, "1", two.Effect.String())
	assert.Equal(t, []Help{{"autodesk/revit|generic.device", decimal.NewFromInt(1)}}, two.Also)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"retire machine: d2, with everything on it"}, verbsOf(plan), "25 once, where reclaiming twice costs 30")
	assert.Equal(t, "25.00 EUR", plan.Cost.String())
	assert.Equal(t, 2, plan.Takes())
	assert.Equal(t, []string{"autodesk/revit|generic.device"}, plan.Steps[0].Also)
	assert.True(t, plan.Exact)
	after := assertSecondPlanEmpty(t, r, plan)
	for _, p := range after.Positions {
		assert.Equal(t, compliance.Compliant, p.Status, "what is retired is not lost")
	}
}

// Machines that go round in a circle free no host, and hosts that would be free if only
// there were room are not promised.
func TestMovesInACircleCloseNothing(t *testing.T) {
	e := cluster(t, []int{4, 2, 2}, guest{"vm0", "h3", 6, "", anywhere}, guest{"vm1", "h1", 2, "", anywhere}, guest{"vm2", "h2", 6, "", anywhere})
	r := request(t, counted(t, e, "generic.core", 1))
	r.Policy, r.Facts = allow(t, "", Move, Pin), rooms(6, "h1", "h2", "h3")
	delete(r.Policy.actions, Buy)
	plan, err := Solve(t.Context(), r)
	require.NoError(t, err)
	assert.Len(t, plan.Steps, 1, plan.Text())
	assert.Equal(t, "20.00 EUR", plan.Cost.String())
	require.Len(t, plan.Open, 1)
	assert.Equal(t, "3", plan.Open[0].Short.String(), "four cores are left to license, and one is owned")
	assert.True(t, plan.Exact)
}
