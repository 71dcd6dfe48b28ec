package compliance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// scene is a small estate of one product, with all that Reconcile needs.
type scene struct {
	t  *testing.T
	b  *compliance.Builder
	in compliance.Input
}

const product = "acme/server"

// named recognises titles of the form "NAME/VERSION/EDITION" as acme products,
// so that the tests do not hang on what the embedded catalog knows.
type named struct{}

func (named) Recognise(t catalog.Title) catalog.Recognition {
	if t.Publisher != "Acme" {
		return catalog.Recognition{Status: catalog.Unrecognised}
	}
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{
		Key: catalog.ProductKey("acme/" + t.Name), Version: t.Version, Edition: t.Edition,
	}}
}

func newScene(t *testing.T) *scene {
	lib, err := standard()
	require.NoError(t, err)
	s := &scene{t: t, b: compliance.NewBuilder(snapshot)}
	s.in = compliance.Input{Catalog: named{}, Metrics: lib}
	return s
}

func (s *scene) install(device, version, edition string) *scene {
	require.NoError(s.t, s.b.AddInstall(compliance.Install{Device: compliance.DeviceID(device), Source: "inv",
		Title: catalog.Title{Publisher: "Acme", Name: "server", Version: version, Edition: edition}}))
	return s
}

func (s *scene) device(d compliance.Device) *scene {
	d.Source = "inv"
	require.NoError(s.t, s.b.AddDevice(d))
	return s
}

func (s *scene) licensed(m metric.Key, price int64) *scene {
	s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: product, Metric: m,
		Price: compliance.Money{Amount: decimal.NewFromInt(price), Currency: "EUR"}})
	return s
}

func (s *scene) own(id string, quantity int64, change func(*compliance.Entitlement)) *scene {
	e := compliance.Entitlement{ID: compliance.EntitlementID(id), Product: product, Metric: s.in.Licensing[0].Metric, Quantity: decimal.NewFromInt(quantity)}
	if change != nil {
		change(&e)
	}
	s.in.Entitlements = append(s.in.Entitlements, e)
	return s
}

func (s *scene) reconcile() *compliance.Result {
	s.in.Estate = s.b.Build()
	in := s.in
	in.Certificates = true
	res, err := compliance.Reconcile(s.t.Context(), in)
	require.NoError(s.t, err)
	if in.Method == compliance.Optimum {
		requireCertified(s.t, res)
	}
	if !s.in.Certificates {
		for i := range res.Positions {
			res.Positions[i].Certificate = nil
		}
	}
	return res
}

func (s *scene) position() compliance.Position {
	res := s.reconcile()
	require.Len(s.t, res.Positions, 1)
	return res.Positions[0]
}

func reasons(p compliance.Position) map[string]compliance.Reason {
	out := map[string]compliance.Reason{}
	for _, o := range p.Consumers {
		out[o.Consumer] = o.Reason
	}
	return out
}

func TestRights(t *testing.T) {
	tests := []struct {
		name        string
		entitlement func(*compliance.Entitlement)
		version     string
		edition     string
		reason      compliance.Reason
		refusal     compliance.Reason
	}{
		{"own version", func(e *compliance.Entitlement) { e.Version = "2019" }, "2019", "", compliance.OwnVersion, ""},
		{"finer reading of the version bought", func(e *compliance.Entitlement) { e.Version = "16.0" }, "16.0.4131", "", compliance.OwnVersion, ""},
		{"any version", nil, "2019", "", compliance.OwnVersion, ""},
		{"downgrade allowed", func(e *compliance.Entitlement) { e.Version, e.Downgrade = "2022", true }, "2019", "", compliance.Downgrade, ""},
		{"downgrade not allowed", func(e *compliance.Entitlement) { e.Version = "2022" }, "2019", "", compliance.NoEntitlement, compliance.NoDowngrade},
		{"newer under maintenance", func(e *compliance.Entitlement) {
			e.Version, e.MaintenanceEnd = "2019", snapshot.AddDate(0, 1, 0)
		}, "2022", "", compliance.Upgrade, ""},
		{"newer after maintenance", func(e *compliance.Entitlement) {
			e.Version, e.MaintenanceEnd = "2019", snapshot.AddDate(0, -1, 0)
		}, "2022", "", compliance.NoEntitlement, compliance.OlderVersion},
		{"other edition", func(e *compliance.Entitlement) { e.Edition = "Standard" }, "2019", "Enterprise", compliance.NoEntitlement, compliance.OtherEdition},
		{"same edition", func(e *compliance.Entitlement) { e.Edition = "Standard" }, "2019", "Standard", compliance.OwnVersion, ""},
		{"outside its entities", func(e *compliance.Entitlement) { e.Entities = []string{"AT01"} }, "2019", "", compliance.NoEntitlement, compliance.OutsideEntity},
		{"outside its countries", func(e *compliance.Entitlement) { e.Countries = []string{"AT"} }, "2019", "", compliance.NoEntitlement, compliance.OutsideCountry},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t).licensed("generic.device", 100)
			s.device(compliance.Device{ID: "d", Kind: compliance.Physical, Entity: "DE01", Country: "DE"}).install("d", tt.version, tt.edition).own("E", 1, tt.entitlement)
			p := s.position()
			require.Len(t, p.Consumers, 1)
			assert.Equal(t, tt.reason, p.Consumers[0].Reason)
			if tt.refusal == "" {
				assert.Empty(t, p.Consumers[0].Refusals)
				assert.Equal(t, compliance.Compliant, p.Status)
			} else {
				assert.Equal(t, []compliance.Refusal{{Entitlement: "E", Reason: tt.refusal}}, p.Consumers[0].Refusals)
				assert.Equal(t, compliance.Short, p.Status)
				assert.Equal(t, "100.00 EUR", p.Exposure.String())
			}
		})
	}
}

func TestTermsAreJudgedAsOf(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100).install("d", "1", "")
	s.own("E", 1, func(e *compliance.Entitlement) {
		e.Start, e.End = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	})
	for _, tt := range []struct {
		asOf    string
		refused compliance.Reason
	}{{"2025-12-31T23:59:59Z", compliance.NotStarted}, {"2026-01-01T00:00:00Z", ""}, {"2026-12-31T23:59:59Z", ""}, {"2027-01-01T00:00:00Z", compliance.Expired}} {
		s.in.AsOf, _ = time.Parse(time.RFC3339, tt.asOf)
		p := s.position()
		assert.Equal(t, tt.refused, p.Entitlements[0].Refused, tt.asOf)
		assert.Equal(t, tt.refused == "", p.Status == compliance.Compliant, tt.asOf)
	}
}

// A list of priorities would drain the flexible entitlement on whoever comes
// first; the assignment keeps it for the consumer that nothing else covers.
func TestFlexibleEntitlementsStayFree(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100)
	s.install("a", "2022", "").install("b", "2019", "")
	s.own("A-flexible", 1, func(e *compliance.Entitlement) { e.Version, e.Downgrade = "2022", true })
	s.own("B-rigid", 1, func(e *compliance.Entitlement) { e.Version = "2022" })
	p := s.position()
	assert.Equal(t, compliance.Compliant, p.Status)
	assert.Equal(t, map[string]compliance.Reason{"a": compliance.OwnVersion, "b": compliance.Downgrade}, reasons(p))
	assert.Equal(t, compliance.EntitlementID("B-rigid"), p.Consumers[0].Covered[0].Entitlement)
}

func TestCheaperEntitlementIsUsedFirst(t *testing.T) {
	price := func(n int64) func(*compliance.Entitlement) {
		return func(e *compliance.Entitlement) {
			e.UnitPrice = compliance.Money{Amount: decimal.NewFromInt(n), Currency: "EUR"}
		}
	}
	s := newScene(t).licensed("generic.device", 100).install("a", "1", "").own("dear", 1, price(90)).own("cheap", 1, price(10))
	p := s.position()
	assert.Equal(t, compliance.EntitlementID("cheap"), p.Consumers[0].Covered[0].Entitlement)
	assert.Equal(t, "1", p.Surplus.String())
}

func TestShortByTheDearestEditionLast(t *testing.T) {
	s := newScene(t)
	for _, l := range []struct {
		edition string
		price   int64
	}{{"Enterprise", 700}, {"Standard", 180}} {
		s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: product, Edition: l.edition, Metric: "generic.device",
			Price: compliance.Money{Amount: decimal.NewFromInt(l.price), Currency: "EUR"}})
	}
	s.install("a", "1", "Standard").install("b", "1", "Enterprise").own("E", 1, nil)
	p := s.position()
	assert.Equal(t, "180.00 EUR", p.Exposure.String(), "the one license covers the edition that costs more to buy")
	assert.Equal(t, map[string]compliance.Reason{"a": compliance.Exhausted, "b": compliance.OwnVersion}, reasons(p))
}

func TestUnknownFactsMakeIntervals(t *testing.T) {
	t.Run("edition not known", func(t *testing.T) {
		s := newScene(t).licensed("generic.device", 100).install("d", "1", "")
		s.own("E", 1, func(e *compliance.Entitlement) { e.Edition = "Standard" })
		p := s.position()
		assert.Equal(t, compliance.StatusUnknown, p.Status)
		assert.Equal(t, "0..1", p.Short.String())
		assert.Equal(t, []string{"install.edition"}, p.Missing)
	})
	t.Run("cores not known", func(t *testing.T) {
		s := newScene(t).licensed("generic.core", 100).device(compliance.Device{ID: "d", Kind: compliance.Physical, Sockets: 2}).install("d", "1", "")
		p := s.own("E", 64, nil).position()
		assert.Equal(t, compliance.StatusUnknown, p.Status)
		assert.False(t, p.Required.High.Valid)
		assert.NotEmpty(t, p.Missing)
	})
	t.Run("cores not known, and short all the same", func(t *testing.T) {
		s := newScene(t).licensed("generic.core", 100).device(compliance.Device{ID: "d", Kind: compliance.Physical, Sockets: 2}).install("d", "1", "")
		assert.Equal(t, compliance.Short, s.position().Status)
	})
	t.Run("user not known", func(t *testing.T) {
		s := newScene(t).licensed("generic.user", 100).install("d1", "1", "").install("d2", "1", "")
		p := s.own("E", 1, nil).position()
		assert.Equal(t, compliance.StatusUnknown, p.Status)
		assert.Equal(t, "1..2", p.Required.String(), "two installs of one person, or of two")
		assert.Equal(t, "0..1", p.Short.String())
	})
}

func TestMetricsTakeTheContractsNumbers(t *testing.T) {
	s := newScene(t).licensed("generic.core.vm", 100)
	s.in.Licensing[0].Parameters = map[string]decimal.Decimal{"minimum_per_machine": decimal.NewFromInt(4)}
	s.device(compliance.Device{ID: "d", Kind: compliance.VirtualMachine, VCPUs: 2}).install("d", "1", "")
	assert.Equal(t, "4", s.position().Required.String())
	s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: product, Edition: "Standard", Metric: "generic.core.vm"})
	_, err := compliance.Reconcile(t.Context(), s.in)
	assert.ErrorContains(t, err, "count by different parameters")
}

// A virtual machine under a metric of hosts makes its host consume, once.
func TestHostsConsumeForTheirMachines(t *testing.T) {
	s := newScene(t).licensed("generic.core", 100).device(compliance.Device{ID: "host", Kind: compliance.Physical, Sockets: 2, Cores: 32})
	for _, vm := range []string{"vm1", "vm2"} {
		s.device(compliance.Device{ID: compliance.DeviceID(vm), Kind: compliance.VirtualMachine, VCPUs: 4, Host: "host"}).install(vm, "1", "")
	}
	p := s.position()
	require.Len(t, p.Consumers, 1)
	assert.Equal(t, "host", p.Consumers[0].Consumer)
	assert.Equal(t, "32", p.Required.String())
}

func TestPeaksOfConcurrentUse(t *testing.T) {
	s := newScene(t).licensed("generic.concurrent.peak", 100)
	acme := catalog.Title{Publisher: "Acme", Name: "server"}
	for i, peak := range []int{3, 7, 5} {
		from := snapshot.AddDate(0, -i-1, 0)
		require.NoError(t, s.b.AddUsage(compliance.Usage{Title: acme, From: from, To: from.AddDate(0, 1, 0), Peak: peak, At: from}))
	}
	long := snapshot.AddDate(-2, 0, 0)
	require.NoError(t, s.b.AddUsage(compliance.Usage{Title: acme, From: long, To: long.AddDate(0, 1, 0), Peak: 99}))
	p := s.own("E", 5, nil).position()
	assert.Equal(t, "7", p.Required.String(), "the peak of two years ago is outside the window")
	assert.Equal(t, "2", p.Short.String())

	unmeasured := newScene(t).licensed("generic.concurrent.peak", 100).install("d", "1", "").position()
	assert.Equal(t, compliance.StatusUnknown, unmeasured.Status, "no measurement is not a measurement of zero")
}

func TestDoubtfulSources(t *testing.T) {
	collected := snapshot.Add(-time.Hour)
	tests := []struct {
		name    string
		source  compliance.Source
		doubt   string
		status  compliance.Status
		bounded bool
	}{
		{"fresh", compliance.Source{ID: "inv", Collected: collected, Devices: -1, Installs: -1}, "", compliance.Compliant, true},
		{"stale", compliance.Source{ID: "inv", Collected: snapshot.AddDate(0, -2, 0), Installs: -1}, compliance.DoubtStale, compliance.Compliant, true},
		{"failed", compliance.Source{ID: "inv", Collected: collected, Failure: "hung", Installs: -1}, compliance.DoubtFailed, compliance.StatusUnknown, false},
		{"fewer than it stated", compliance.Source{ID: "inv", Collected: collected, Installs: 2}, compliance.DoubtIncoming, compliance.StatusUnknown, false},
		{"another that gave nothing", compliance.Source{ID: "other", Failure: "refused"}, compliance.DoubtFailed, compliance.StatusUnknown, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t).licensed("generic.device", 100).install("d", "1", "").own("E", 1, nil)
			require.NoError(t, s.b.AddSource(tt.source))
			res := s.reconcile()
			p := res.Positions[0]
			assert.Equal(t, tt.doubt, res.Sources[0].Doubt)
			assert.Equal(t, tt.status, p.Status)
			assert.Equal(t, tt.bounded, p.Required.High.Valid)
			if tt.doubt != "" {
				assert.Equal(t, []compliance.SourceID{tt.source.ID}, p.Doubtful)
			}
		})
	}
}

func TestNothingIsDropped(t *testing.T) {
	s := newScene(t).licensed("generic.device", 1).install("d", "1", "")
	for range 3 {
		require.NoError(t, s.b.AddInstall(compliance.Install{Device: "d", Title: catalog.Title{Publisher: "Acme", Name: "other"}}))
	}
	for i := range 2 {
		require.NoError(t, s.b.AddInstall(compliance.Install{Device: compliance.DeviceID(fmt.Sprint("x", i)), Title: catalog.Title{Name: "???"}}))
	}
	require.NoError(t, s.b.AddInstall(compliance.Install{Device: "d", Title: catalog.Title{Name: "!!!"}}))
	res := s.reconcile()
	assert.Equal(t, []compliance.Unmanaged{{Product: "acme/other", Installs: 3}}, res.Unmanaged)
	require.Len(t, res.Unrecognised, 2)
	assert.Equal(t, 2, res.Unrecognised[0].Installs)
	assert.Equal(t, "???", res.Unrecognised[0].Title.Name)
	assert.Equal(t, 7, res.Installs)
	assert.Equal(t, 4, res.Recognised)
}

func TestInputErrors(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100).own("E", 1, nil)
	s.own("E", 1, nil).own("F", -1, func(e *compliance.Entitlement) { e.Metric = "no.such" })
	s.own("G", 1, func(e *compliance.Entitlement) {
		e.UnitPrice = compliance.Money{Amount: decimal.NewFromInt(1), Currency: "USD"}
	})
	s.in.Estate = s.b.Build()
	_, err := compliance.Reconcile(t.Context(), s.in)
	require.ErrorIs(t, err, compliance.ErrInput)
	for _, want := range []string{"E is given twice", "F has the negative quantity -1", `metric "no.such"`, `in both "EUR" and "USD"`} {
		assert.ErrorContains(t, err, want)
	}
	_, err = compliance.Reconcile(t.Context(), compliance.Input{})
	assert.ErrorIs(t, err, compliance.ErrInput)
}

func TestEqualInputsGiveEqualBytes(t *testing.T) {
	build := func(seed uint64) []byte {
		s := newScene(t).licensed("generic.core", 100)
		order := rand.New(rand.NewPCG(seed, 1)).Perm(200)
		for _, i := range order {
			id := fmt.Sprintf("d%03d", i)
			s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Sockets: 1 + i%2, Cores: 4 * (1 + i%5)})
			s.install(id, fmt.Sprint(2016+3*(i%3)), []string{"Standard", "Enterprise"}[i%2])
		}
		for _, i := range rand.New(rand.NewPCG(seed, 2)).Perm(8) {
			s.own(fmt.Sprintf("E%d", i), int64(100*i), func(e *compliance.Entitlement) {
				e.Version, e.Downgrade = fmt.Sprint(2016+3*(i%3)), i%2 == 0
			})
		}
		out, err := json.Marshal(s.reconcile())
		require.NoError(t, err)
		return out
	}
	assert.Equal(t, string(build(1)), string(build(2)))
}
