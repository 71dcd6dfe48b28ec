package compliance_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// reservedPool is the documented case of rights of which a group keeps a part.
type reservedPool struct {
	ID     string
	Inputs struct {
		Available int64
		HRPool    int64 `json:"hr_pool"`
	}
	Expected struct {
		Reserved int64 `json:"hr_reserved"`
		Open     int64 `json:"open_to_all"`
	}
}

func readReservedPool(t *testing.T) reservedPool {
	f, err := os.Open(shareddata.Path(t, "worked_examples", "servicenow_docs_cases.ndjson"))
	require.NoError(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var head struct{ ID string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &head))
		if head.ID == "consumption-pool" {
			var c reservedPool
			require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
			return c
		}
	}
	t.Fatal("the collection has no case consumption-pool")
	return reservedPool{}
}

// A pool that is kept for one group: the others reach what is open to all, however
// many they are, and the group has its own however late it comes.
func TestServiceNowConsumptionPool(t *testing.T) {
	c := readReservedPool(t)
	covered := func(hr, others int64) map[string]decimal.Decimal {
		s := newScene(t).licensed("generic.device", 100)
		for group, n := range map[string]int64{"HR": hr, "Sales": others} {
			for i := range n {
				id := fmt.Sprintf("%s-%03d", group, i)
				s.device(compliance.Device{ID: compliance.DeviceID(id), Entity: group}).install(id, "1", "")
			}
		}
		s.own("E", c.Inputs.Available, func(e *compliance.Entitlement) {
			e.Pools = []compliance.Pool{{Entities: []string{"HR"}, Quantity: units(c.Inputs.HRPool)}}
		})
		out := map[string]decimal.Decimal{}
		for _, o := range s.position().Consumers {
			for _, part := range o.Covered {
				out[o.Entity] = out[o.Entity].Add(part.Quantity)
			}
		}
		return out
	}
	alone := covered(0, c.Inputs.Available)
	assert.Equal(t, units(c.Expected.Open).String(), alone["Sales"].String(), "open to all")
	both := covered(c.Inputs.HRPool, c.Inputs.Available)
	assert.Equal(t, units(c.Expected.Reserved).String(), both["HR"].String(), "kept for the group")
	assert.Equal(t, units(c.Expected.Open).String(), both["Sales"].String())
	full := covered(c.Inputs.Available, 0)
	assert.Equal(t, units(c.Inputs.Available).String(), full["HR"].String(), "the group may use what is open as well")
}
