package compliance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

func units(n int64) decimal.Decimal { return decimal.NewFromInt(n) }

// supply finds what became of an entitlement.
func supply(t *testing.T, p compliance.Position, id compliance.EntitlementID) compliance.Supply {
	for _, s := range p.Entitlements {
		if s.Entitlement == id {
			return s
		}
	}
	require.Fail(t, "no such entitlement", id)
	return compliance.Supply{}
}

func TestRightsAcrossEditions(t *testing.T) {
	list := func(e *compliance.Entitlement) {
		e.Edition, e.Version, e.Downgrade = "Enterprise", "2022", true
		e.DowngradeTo = []compliance.Release{{Version: "2019"}, {Edition: "Standard", Version: "2022"}}
	}
	cross := func(e *compliance.Entitlement) {
		e.Edition, e.Version, e.CrossEdition = "Enterprise", "2022", []string{"Standard"}
	}
	tests := []struct {
		name             string
		entitlement      func(*compliance.Entitlement)
		version, edition string
		reason, refusal  compliance.Reason
	}{
		{"listed version", list, "2019.1", "Enterprise", compliance.Downgrade, ""},
		{"listed edition", list, "2022", "Standard", compliance.Downgrade, ""},
		{"version that is not on the list", list, "2017", "Enterprise", compliance.NoEntitlement, compliance.NoDowngrade},
		{"listed version of another edition", list, "2019", "Standard", compliance.NoEntitlement, compliance.OtherEdition},
		{"the release bought", list, "2022", "Enterprise", compliance.OwnVersion, ""},
		{"cross-edition", cross, "2022", "Standard", compliance.CrossEdition, ""},
		{"cross-edition does not reach older versions", cross, "2019", "Standard", compliance.NoEntitlement, compliance.NoDowngrade},
		{"another edition", cross, "2022", "Web", compliance.NoEntitlement, compliance.OtherEdition},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newScene(t).licensed("generic.device", 100).install("d", tt.version, tt.edition).own("E", 1, tt.entitlement).position()
			assert.Equal(t, tt.reason, p.Consumers[0].Reason)
			if tt.refusal != "" {
				assert.Equal(t, []compliance.Refusal{{Entitlement: "E", Reason: tt.refusal}}, p.Consumers[0].Refusals)
			}
		})
	}
}

// Asked by users of list-driven tools, which drain Enterprise first and then lack
// it where nothing else will do:
// https://www.servicenow.com/community/sam-forum/managing-license-consumption-priority-in-sam-pro/td-p/3208277.
func TestTheScarceEditionIsKept(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100)
	for i := range 700 {
		edition := "Professional"
		if i >= 600 {
			edition = "Enterprise"
		}
		s.install(fmt.Sprintf("d%03d", i), "2024", edition)
	}
	s.own("A-enterprise", 370, func(e *compliance.Entitlement) {
		e.Edition, e.CrossEdition = "Enterprise", []string{"Professional"}
	})
	s.own("B-professional", 350, func(e *compliance.Entitlement) { e.Edition = "Professional" })
	p := s.position()
	assert.Equal(t, compliance.Compliant, p.Status)
	assert.Equal(t, "350", supply(t, p, "B-professional").Used.String())
	assert.Equal(t, "350", supply(t, p, "A-enterprise").Used.String())
	assert.Equal(t, "20", p.Surplus.String())
}

func TestEnvironments(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100)
	for id, env := range map[string]string{"a": "test", "b": "production", "c": ""} {
		s.device(compliance.Device{ID: compliance.DeviceID(id), Environment: env}).install(id, "1", "")
	}
	p := s.own("E", 3, func(e *compliance.Entitlement) { e.Environments = []string{"test", "development"} }).position()
	assert.Equal(t, map[string]compliance.Reason{"a": compliance.OwnVersion, "b": compliance.NoEntitlement, "c": compliance.OwnVersion}, reasons(p))
	assert.Equal(t, "1..2", p.Short.String(), "where c stands is not known")
	assert.Equal(t, []string{"environment"}, p.Missing)
	assert.Equal(t, compliance.OutsideEnvironment, p.Consumers[1].Refusals[0].Reason)
}

// A pool of 50 of 100 for one entity: the others reach the rest only.
func TestPools(t *testing.T) {
	tests := []struct {
		name            string
		inside, outside int
		short           map[string]string
	}{
		{"others stop at the rest", 40, 60, map[string]string{"in": "0", "out": "10"}},
		{"its entity may use the rest too", 80, 20, map[string]string{"in": "0", "out": "0"}},
		{"full", 50, 50, map[string]string{"in": "0", "out": "0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t).licensed("generic.device", 100)
			add := func(n int, name, entity string) {
				for i := range n {
					id := fmt.Sprintf("%s-%03d", name, i)
					s.device(compliance.Device{ID: compliance.DeviceID(id), Entity: entity}).install(id, "1", "")
				}
			}
			add(tt.inside, "in", "DE01")
			add(tt.outside, "out", "AT01")
			s.own("E", 100, func(e *compliance.Entitlement) {
				e.Pools = []compliance.Pool{{Entities: []string{"DE01"}, Quantity: units(50)}}
			})
			p := s.position()
			short := map[string]decimal.Decimal{"in": {}, "out": {}}
			for _, o := range p.Consumers {
				name := map[string]string{"DE01": "in", "AT01": "out"}[o.Entity]
				short[name] = short[name].Add(o.Short)
			}
			for name, want := range tt.short {
				assert.Equal(t, want, short[name].String(), name)
			}
		})
	}
}

func TestRestrictionExcludesAndPriorityAttracts(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100).device(compliance.Device{ID: "d", Entity: "DE01"}).install("d", "1", "")
	s.own("A", 1, nil).own("B-restricted", 1, func(e *compliance.Entitlement) { e.Entities = []string{"DE01"} })
	p := s.position()
	assert.Equal(t, compliance.EntitlementID("A"), p.Consumers[0].Covered[0].Entitlement, "a restriction gives no precedence")

	s.in.Entitlements[1].Priority = -1
	p = s.position()
	assert.Equal(t, compliance.EntitlementID("B-restricted"), p.Consumers[0].Covered[0].Entitlement)

	s.in.Entitlements[1].UnitPrice = compliance.Money{Amount: decimal.RequireFromString("0.01"), Currency: "EUR"}
	p = s.position()
	assert.Equal(t, compliance.EntitlementID("A"), p.Consumers[0].Covered[0].Entitlement, "money comes before preference")
}

func TestDowngradesGoDownTheList(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100).install("a", "2016", "").install("b", "2019", "").install("c", "2022", "")
	s.own("E", 2, func(e *compliance.Entitlement) {
		e.Version, e.DowngradeTo = "2022", []compliance.Release{{Version: "2019"}, {Version: "2016"}}
	})
	assert.Equal(t, map[string]compliance.Reason{"a": compliance.Exhausted, "b": compliance.Downgrade, "c": compliance.OwnVersion}, reasons(s.position()))
}

func TestAllocations(t *testing.T) {
	allocate := func(consumer string, n int64, kind compliance.AllocationKind) func(*compliance.Entitlement) {
		return func(e *compliance.Entitlement) {
			e.Allocations = []compliance.Allocation{{Consumer: consumer, Quantity: units(n), Kind: kind}}
		}
	}
	tests := []struct {
		name     string
		consumer string
		n        int64
		kind     compliance.AllocationKind
		reasons  map[string]compliance.Reason
		inUse    string
		held     string
		surplus  string
	}{
		{"served first", "b", 1, compliance.Normal, map[string]compliance.Reason{"a": compliance.Exhausted, "b": compliance.OwnVersion}, "1", "0", "0"},
		{"nobody there", "z", 1, compliance.Normal, map[string]compliance.Reason{"a": compliance.OwnVersion, "b": compliance.Exhausted}, "0", "0", "0"},
		{"held until it comes", "z", 1, compliance.Awaiting, map[string]compliance.Reason{"a": compliance.Exhausted, "b": compliance.Exhausted}, "0", "1", "0"},
		{"held for good", "z", 1, compliance.Permanent, map[string]compliance.Reason{"a": compliance.Exhausted, "b": compliance.Exhausted}, "0", "1", "0"},
		{"more than there is", "b", 9, compliance.Permanent, map[string]compliance.Reason{"a": compliance.Exhausted, "b": compliance.OwnVersion}, "1", "0", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t).licensed("generic.device", 100).install("a", "1", "").install("b", "1", "")
			p := s.own("E", 1, allocate(tt.consumer, tt.n, tt.kind)).position()
			assert.Equal(t, tt.reasons, reasons(p))
			e := supply(t, p, "E")
			assert.Equal(t, []string{fmt.Sprint(tt.n), tt.inUse, tt.held, tt.surplus},
				[]string{e.Allocated.String(), e.InUse.String(), e.Held.String(), p.Surplus.String()})
		})
	}
	t.Run("binds its consumer", func(t *testing.T) {
		s := newScene(t).licensed("generic.device", 100).install("a", "1", "").own("A", 0, allocate("a", 1, compliance.Normal)).own("B", 1, nil)
		p := s.position()
		assert.Equal(t, compliance.Exhausted, p.Consumers[0].Reason)
		assert.Equal(t, []compliance.Refusal{{Entitlement: "B", Reason: compliance.AllocatedElsewhere}}, p.Consumers[0].Refusals)
	})
	t.Run("does not make lawful what is not", func(t *testing.T) {
		s := newScene(t).licensed("generic.device", 100).device(compliance.Device{ID: "a", Entity: "DE01"}).install("a", "1", "")
		s.own("A", 1, func(e *compliance.Entitlement) {
			allocate("a", 1, compliance.Normal)(e)
			e.Entities = []string{"AT01"}
		}).own("B", 1, nil)
		assert.Equal(t, compliance.EntitlementID("B"), s.position().Consumers[0].Covered[0].Entitlement)
	})
}

func TestRightsDoNotDependOnOrder(t *testing.T) {
	build := func(seed uint64) string {
		s := newScene(t).licensed("generic.device", 100)
		for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(120) {
			id := fmt.Sprintf("d%03d", i)
			s.device(compliance.Device{ID: compliance.DeviceID(id), Entity: []string{"DE01", "AT01", ""}[i%3], Environment: []string{"test", "production"}[i%2]})
			s.install(id, fmt.Sprint(2016+3*(i%3)), []string{"Standard", "Enterprise"}[i%2])
		}
		for _, i := range rand.New(rand.NewPCG(seed, 2)).Perm(6) {
			s.own(fmt.Sprintf("E%d", i), int64(10+i), func(e *compliance.Entitlement) {
				e.Edition, e.Version, e.CrossEdition, e.Priority = "Enterprise", "2022", []string{"Standard"}, i%2
				e.DowngradeTo = []compliance.Release{{Version: "2019"}, {Edition: "Standard"}}
				e.Pools = []compliance.Pool{{Entities: []string{"DE01"}, Quantity: units(int64(i))}}
				for _, n := range rand.New(rand.NewPCG(seed, 3)).Perm(3) {
					e.Allocations = append(e.Allocations, compliance.Allocation{Consumer: fmt.Sprintf("d%03d", 7*i+n), Quantity: units(1)})
				}
			})
		}
		out, err := json.Marshal(s.reconcile())
		require.NoError(t, err)
		return string(out)
	}
	assert.Equal(t, build(1), build(2))
}

func TestRightsThatCannotBe(t *testing.T) {
	s := newScene(t).licensed("generic.device", 100).own("E", 10, func(e *compliance.Entitlement) {
		e.Pools = []compliance.Pool{{Entities: []string{"DE01"}, Quantity: units(11)}, {Quantity: units(0)}}
		e.Allocations = []compliance.Allocation{{Consumer: "a"}}
	})
	s.in.Estate = s.b.Build()
	_, err := compliance.Reconcile(t.Context(), s.in)
	require.ErrorIs(t, err, compliance.ErrInput)
	for _, want := range []string{"hold 11 units, of the 10", "a pool of entitlement E lacks its entities", `to "a" lacks its consumer, its quantity`} {
		assert.ErrorContains(t, err, want)
	}
}
