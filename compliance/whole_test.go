package compliance_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/compliance"
)

// One unit short licenses nothing:
// https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/ibm-pvu-rvu-licensing.html.
func TestShortByOneLicensesNothing(t *testing.T) {
	tests := []struct {
		owned       int64
		short, used string
		reason      compliance.Reason
	}{
		{3, "0", "3", compliance.OwnVersion},
		{2, "3", "0", compliance.NotWhole},
	}
	for _, tt := range tests {
		s := newScene(t).licensed("generic.device", 100)
		s.in.Licensing[0].Whole = compliance.WholeProduct
		p := s.install("a", "1", "").install("b", "1", "").install("c", "1", "").own("E", tt.owned, nil).position()
		assert.Equal(t, tt.short, p.Short.String())
		assert.Equal(t, tt.used, supply(t, p, "E").Used.String())
		assert.Equal(t, tt.reason, p.Consumers[0].Reason)
	}
}

// A server is licensed in full or not at all: ten units go to the two that they
// cover in full, and not to the one that comes first.
func TestWholeConsumers(t *testing.T) {
	s := newScene(t).licensed("ms.sql.core.vm", 100)
	s.in.Licensing[0].Whole = compliance.WholeConsumer
	for id, vcpus := range map[string]int{"a": 8, "b": 6, "c": 4} {
		s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.VirtualMachine, VCPUs: vcpus}).install(id, "1", "")
	}
	p := s.own("E", 10, nil).position()
	assert.Equal(t, map[string]compliance.Reason{"a": compliance.NotWhole, "b": compliance.OwnVersion, "c": compliance.OwnVersion}, reasons(p))
	assert.Equal(t, "8", p.Short.String())
	assert.Equal(t, "10", supply(t, p, "E").Used.String())
}

// Packs of sixteen serve one server each: what is left of one goes nowhere.
func TestPacks(t *testing.T) {
	pack := func(n int64) func(*compliance.Entitlement) {
		return func(e *compliance.Entitlement) { e.Pack, e.UnitPrice = decimal.NewFromInt(n), euros(10) }
	}
	scene := func() *scene {
		s := newScene(t).licensed("ms.sql.core.vm", 100)
		for id, vcpus := range map[string]int{"a": 20, "b": 12} {
			s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.VirtualMachine, VCPUs: vcpus}).install(id, "1", "")
		}
		return s
	}
	t.Run("what is left of a pack cannot move", func(t *testing.T) {
		p := scene().own("E", 32, pack(16)).position()
		assert.Equal(t, "4", p.Short.String(), "two packs of 16 cover 20 and 12 in part")
		e := supply(t, p, "E")
		assert.Equal(t, []string{"28", "4", "0"}, []string{e.Used.String(), e.Nontransferable.String(), p.Surplus.String()})
	})
	t.Run("a broken pack is none", func(t *testing.T) {
		p := scene().own("E", 31, pack(16)).position()
		assert.Equal(t, "16", p.Short.String())
		assert.Equal(t, "15", p.Surplus.String())
	})
	t.Run("two sizes together", func(t *testing.T) {
		p := scene().own("big", 16, pack(16)).own("small", 16, pack(2)).position()
		assert.Equal(t, compliance.Compliant, p.Status)
		assert.Equal(t, "16", supply(t, p, "small").Used.String(), "4 for the rest of one, 12 for the other")
	})
	t.Run("packs and single units", func(t *testing.T) {
		p := scene().own("big", 32, pack(16)).own("single", 4, func(e *compliance.Entitlement) { e.UnitPrice = euros(10) }).position()
		assert.Equal(t, compliance.Compliant, p.Status)
		assert.Equal(t, "4", supply(t, p, "big").Nontransferable.String())
	})
}

// Of a consumer that is licensed whole, what is allocated to it counts.
func TestWholeWithAnAllocation(t *testing.T) {
	s := newScene(t).licensed("ms.sql.core.vm", 100)
	s.in.Licensing[0].Whole = compliance.WholeConsumer
	s.device(compliance.Device{ID: "a", Kind: compliance.VirtualMachine, VCPUs: 8}).install("a", "1", "")
	p := s.own("E", 8, func(e *compliance.Entitlement) {
		e.Allocations = []compliance.Allocation{{Consumer: "a", Quantity: decimal.NewFromInt(8)}}
	}).position()
	assert.Equal(t, compliance.Compliant, p.Status)
	assert.Equal(t, "8", supply(t, p, "E").Used.String())
}

// Two members of a suite that each count only as a whole are both short where
// nothing is owned, and cost what is cheapest to buy.
func TestTwoWholesInOneSuite(t *testing.T) {
	s := office(t)
	for i := range s.in.Licensing {
		if p := s.in.Licensing[i].Product; p == "acme/word" || p == "acme/excel" {
			s.in.Licensing[i].Whole = compliance.WholeProduct
		}
	}
	s.installs("a", "access", "word", "excel", "outlook").installs("c", "word", "excel")
	res := s.reconcile()
	assert.Equal(t, "120", positionOf(t, res, "acme/office").Exposure.Amount.String())
	assert.Equal(t, "40", positionOf(t, res, "acme/word").Exposure.Amount.String())
	assert.Equal(t, "40", positionOf(t, res, "acme/excel").Exposure.Amount.String())
}

// A consumer of a million units in packs of three sizes has more ways than can be
// weighed: it is covered, and the position says that better may be left.
func TestTooManyWaysAreSaid(t *testing.T) {
	s := newScene(t).licensed("ms.sql.core.vm", 100)
	s.device(compliance.Device{ID: "a", Kind: compliance.VirtualMachine, VCPUs: 1_000_000}).install("a", "1", "")
	for id, size := range map[string]int64{"P-64": 64, "Q-16": 16, "R-2": 2} {
		s.own(id, 1_000_000, func(e *compliance.Entitlement) { e.Pack, e.UnitPrice = decimal.NewFromInt(size), euros(10) })
	}
	p := s.position()
	assert.Equal(t, compliance.Compliant, p.Status)
	assert.Contains(t, p.Unproven, "more than 4096 ways")
}
