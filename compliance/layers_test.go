package compliance_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

func euros(n int64) compliance.Money {
	return compliance.Money{Amount: decimal.NewFromInt(n), Currency: "EUR"}
}

// sqlServer is a scene of SQL Server by core: machines by themselves, or a host
// under Enterprise with maintenance for any number of them.
func sqlServer(t *testing.T) *scene {
	s := newScene(t)
	line := compliance.Licensing{Product: product, Edition: "Enterprise", Metric: "ms.sql.core.vm", Price: euros(5000), Layers: []compliance.Layer{
		{Name: "host", Metric: "ms.sql.core.physical", Edition: "Enterprise", Maintenance: true},
	}}
	standard := line
	standard.Edition, standard.Price, standard.Layers = "Standard", euros(1300), nil
	s.in.Licensing = []compliance.Licensing{line, standard}
	return s
}

func (s *scene) host(id, cluster string, sockets, cores int) *scene {
	return s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.Physical, Cluster: cluster, Sockets: sockets, Cores: cores})
}

func (s *scene) vm(id, host string, vcpus int, edition string) *scene {
	s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.VirtualMachine, Host: compliance.DeviceID(host), VCPUs: vcpus})
	return s.install(id, "2022", edition)
}

func enterprise(price int64) func(*compliance.Entitlement) {
	return func(e *compliance.Entitlement) {
		e.Edition, e.UnitPrice, e.CrossEdition = "Enterprise", euros(price), []string{"Standard"}
		e.MaintenanceEnd = snapshot.AddDate(1, 0, 0)
	}
}

func standardEdition(price int64) func(*compliance.Entitlement) {
	return func(e *compliance.Entitlement) { e.Edition, e.UnitPrice = "Standard", euros(price) }
}

// The cluster of
// https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/microsoft-cost-based-licensing-optimization-example.html:
// 24 Enterprise and 28 Standard cores by machine cost 156,400, all of Enterprise
// 260,000.
func TestClusterMix(t *testing.T) {
	machines := map[string][]int{"Enterprise": {4, 4, 8, 8}, "Standard": {4, 4, 4, 4, 4, 4, 4}}
	build := func(cores int) *scene {
		s := sqlServer(t).host("h1", "c", 2, cores).host("h2", "c", 2, cores)
		for _, edition := range []string{"Enterprise", "Standard"} {
			for i, vcpus := range machines[edition] {
				s.vm(fmt.Sprintf("%s-%d", edition, i), fmt.Sprintf("h%d", i%2+1), vcpus, edition)
			}
		}
		return s.own("EE", 1800, enterprise(5000)).own("SE", 600, standardEdition(1300))
	}
	value := func(p compliance.Position) int64 {
		return supply(t, p, "EE").Used.IntPart()*5000 + supply(t, p, "SE").Used.IntPart()*1300
	}
	t.Run("machines by themselves are cheaper", func(t *testing.T) {
		p := build(32).position()
		assert.Equal(t, compliance.Compliant, p.Status)
		assert.Equal(t, "24", supply(t, p, "EE").Used.String())
		assert.Equal(t, "28", supply(t, p, "SE").Used.String())
		assert.EqualValues(t, 156_400, value(p))
		require.Len(t, p.Choices, 2)
		assert.Equal(t, "each by itself", p.Choices[0].Ways[0].Name)
		assert.Equal(t, "host", p.Choices[0].Ways[1].Name)
		assert.Equal(t, "160000.00 EUR", p.Choices[0].Ways[1].Listed.String(), "32 cores of Enterprise")
		assert.Empty(t, p.Unproven)
	})
	t.Run("small hosts are cheaper", func(t *testing.T) {
		p := build(8).position()
		assert.EqualValues(t, 80_000, value(p), "8 cores of each host")
		assert.Equal(t, "16", p.Required.String())
		for _, o := range p.Consumers {
			if o.Layer == "" {
				require.NotNil(t, o.Through)
				assert.Equal(t, compliance.Virtualisation, o.Reason)
				assert.Equal(t, compliance.Virtualisation, o.Through.Right)
			}
		}
	})
	t.Run("all of Enterprise", func(t *testing.T) {
		s := build(64)
		s.in.Entitlements = s.in.Entitlements[:1]
		assert.EqualValues(t, 260_000, func() int64 { return supply(t, s.position(), "EE").Used.IntPart() * 5000 }())
	})
	t.Run("the layer asks for maintenance", func(t *testing.T) {
		s := build(8)
		s.in.Entitlements[0].MaintenanceEnd = time.Time{}
		p := s.position()
		assert.EqualValues(t, 156_400, value(p))
	})
}

// A machine whose vCPUs nobody knows is carried all the same by a licensed host.
func TestALayerCarriesWhatIsNotMeasured(t *testing.T) {
	s := sqlServer(t).host("h", "", 2, 16).vm("a", "h", 0, "Enterprise").vm("b", "h", 4, "Enterprise")
	p := s.own("EE", 16, enterprise(5000)).position()
	assert.Equal(t, "0", p.Short.Low.String())
	assert.Equal(t, "0", p.Short.High.Decimal.String(), "under the host there is nothing to measure")
	alone := sqlServer(t).host("h", "", 0, 0).vm("a", "h", 0, "Enterprise").own("EE", 16, enterprise(5000)).position()
	assert.Equal(t, compliance.StatusUnknown, alone.Status)
}

// windows is Windows Server by core: Standard carries two machines each time that
// all cores of the host are licensed, Datacenter any number. There is no way beside
// the layers.
func windows(t *testing.T) *scene {
	s := newScene(t)
	line := compliance.Licensing{Product: product, Edition: "Datacenter", Metric: "ms.ws.core.physical", Price: euros(600), Layers: []compliance.Layer{
		{Name: "datacenter", Metric: "ms.ws.core.physical", Edition: "Datacenter"},
		{Name: "standard", Metric: "ms.ws.std.stack", Edition: "Standard", Carries: []string{"Standard"}},
	}}
	standard := line
	standard.Edition, standard.Price, standard.Layers = "Standard", euros(100), nil
	s.in.Licensing = []compliance.Licensing{line, standard}
	return s
}

func TestStandardStackedOrDatacenter(t *testing.T) {
	tests := []struct {
		machines int
		edition  string
		layer    string
		needs    string
	}{
		{2, "Standard", "standard", "16"},
		{10, "Standard", "standard", "80"},
		{13, "Standard", "datacenter", "16"},
		{2, "Datacenter", "datacenter", "16"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d of %s", tt.machines, tt.edition), func(t *testing.T) {
			s := windows(t).host("h", "", 2, 16)
			for i := range tt.machines {
				s.vm(fmt.Sprintf("vm%02d", i), "h", 2, tt.edition)
			}
			p := s.position()
			var layers []string
			for _, o := range p.Consumers {
				if o.Layer != "" {
					layers = append(layers, o.Layer+" "+o.Required.String())
				}
			}
			assert.Equal(t, []string{tt.layer + " " + tt.needs}, layers)
			assert.Equal(t, tt.needs, p.Short.Low.String())
		})
	}
}
