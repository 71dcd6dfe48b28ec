package compliance_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

func ExampleExplain() {
	price := compliance.Money{Amount: units(100), Currency: "EUR"}
	position := compliance.Position{
		Consumers: []compliance.Outcome{{
			Consumer: "laptop-1", Entity: "DE01", Required: compliance.Interval{Low: units(1)}, Short: units(1),
			Reason: compliance.NoEntitlement, Refusals: []compliance.Refusal{{Entitlement: "E-1", Reason: compliance.OutsideEntity}},
		}},
		Entitlements: []compliance.Supply{{Entitlement: "E-1", Owned: units(5)}},
	}
	bought := []compliance.Entitlement{{ID: "E-1", Entities: []string{"AT01"}, Quantity: units(5), UnitPrice: price}}
	x, _ := compliance.Explain(position, "laptop-1", bought, snapshot)
	for _, a := range x.Tried {
		fmt.Println(a.Order, a.Entitlement, a.Outcome, a.Reason, "requested", a.Requested, "available", a.Available)
	}
	for _, c := range x.Changes {
		fmt.Println(c.Kind, c.Entitlement, c.Lift, c.Quantity)
	}
	// Output:
	// 1 E-1 refused outside-entity requested 1 available 5
	// change-right E-1 outside-entity 1
	// buy-units   1
}

// explained is a scene in which every outcome of an attempt occurs.
func explained(t *testing.T) *scene {
	s := newScene(t).licensed("generic.core.vm", 100)
	for _, id := range []string{"a", "b", "c"} {
		s.device(compliance.Device{ID: compliance.DeviceID(id), Kind: compliance.VirtualMachine, VCPUs: 8, Entity: "DE01"})
	}
	s.install("a", "2019", "").install("b", "2022", "").install("c", "2019", "")
	s.own("E1-own", 6, func(e *compliance.Entitlement) { e.Version, e.Entities = "2019", []string{"DE01"} })
	s.own("E2-newer", 10, func(e *compliance.Entitlement) { e.Version, e.Downgrade = "2022", true })
	s.own("E3-rigid", 7, func(e *compliance.Entitlement) {
		e.Version = "2022"
		e.UnitPrice.Amount = units(1)
		e.UnitPrice.Currency = "EUR"
	})
	s.own("E4-foreign", 40, func(e *compliance.Entitlement) { e.Entities = []string{"AT01"} })
	s.own("E5-over", 40, func(e *compliance.Entitlement) { e.End = snapshot.AddDate(0, 0, -1) })
	return s
}

func TestExplain(t *testing.T) {
	s := explained(t)
	p := s.position()
	x, ok := compliance.Explain(p, "c", s.in.Entitlements, snapshot)
	require.True(t, ok)
	got := map[compliance.EntitlementID]string{}
	for i, a := range x.Tried {
		assert.Equal(t, i+1, a.Order)
		got[a.Entitlement] = fmt.Sprintf("%s %s", a.Outcome, a.Reason)
	}
	assert.Equal(t, "refused newer-version", fmt.Sprintf("%.21s", got["E3-rigid"]))
	assert.Equal(t, "refused outside-entity", got["E4-foreign"])
	assert.Equal(t, "refused term-expired", got["E5-over"])

	_, ok = compliance.Explain(p, "nobody", s.in.Entitlements, snapshot)
	assert.False(t, ok)
	out, err := json.Marshal(x.Tried[0])
	require.NoError(t, err)
	assert.Contains(t, string(out), `"outcome":"`)
}

// What an explanation says must add up to what the position says, and what it
// says would help must help.
func TestExplanationsHold(t *testing.T) {
	s := explained(t)
	p := s.position()
	require.Equal(t, compliance.Short, p.Status)
	changed := 0
	for _, o := range p.Consumers {
		x, _ := compliance.Explain(p, o.Consumer, s.in.Entitlements, snapshot)
		require.Len(t, x.Tried, len(p.Entitlements))
		assert.True(t, x.Used.Add(x.Short).Equal(x.Calculated.Low))
		assert.True(t, x.Consumed.Equal(x.Used))
		left := x.Calculated.Low
		for _, a := range x.Tried {
			if a.Outcome == compliance.TriedCovered {
				assert.True(t, a.Requested.Equal(left), "%s of %s", a.Entitlement, o.Consumer)
				for _, c := range o.Covered {
					if c.Entitlement == a.Entitlement {
						left = left.Sub(c.Quantity)
					}
				}
			}
		}
		assert.True(t, left.Equal(x.Short))
		for _, c := range x.Changes {
			if c.Kind == compliance.ChangeRight {
				changed++
				assert.True(t, s.shortAfter(c, o.Consumer).IsZero(), "%+v", c)
			}
		}
		assert.Equal(t, o.Short.IsPositive(), len(x.Changes) > 0)
	}
	assert.NotZero(t, changed)
}

// shortAfter is what a consumer is short of once a change has been made.
func (s *scene) shortAfter(c compliance.Change, consumer string) decimal.Decimal {
	changed := *s
	changed.in.Entitlements = append([]compliance.Entitlement(nil), s.in.Entitlements...)
	for i := range changed.in.Entitlements {
		e := &changed.in.Entitlements[i]
		if e.ID != c.Entitlement {
			continue
		}
		switch c.Lift {
		case compliance.OutsideEntity:
			e.Entities = nil
		case compliance.Expired:
			e.End = snapshot.AddDate(1, 0, 0)
		case compliance.NoDowngrade:
			e.Downgrade = true
		case compliance.OlderVersion:
			e.MaintenanceEnd = snapshot.AddDate(1, 0, 0)
		default:
			s.t.Fatal(c.Lift)
		}
	}
	for _, o := range changed.position().Consumers {
		if o.Consumer == consumer {
			return o.Short
		}
	}
	s.t.Fatal("no consumer ", consumer)
	return decimal.Decimal{}
}
