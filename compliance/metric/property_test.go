package metric

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var someFactors = []string{"0.25", "0.5", "0.75", "1.0"}

func anyNumber(t *rapid.T, name string, low, high int) Number {
	return Int(rapid.IntRange(low, high).Draw(t, name))
}

func anyHost(t *rapid.T) Host {
	factor, err := Decimal(decimal.RequireFromString(rapid.SampledFrom(someFactors).Draw(t, "factor")))
	require.NoError(t, err)
	return Host{
		ID:      rapid.StringMatching(`h[0-9]{1,3}`).Draw(t, "id"),
		Count:   rapid.IntRange(0, 3).Draw(t, "count"),
		Sockets: anyNumber(t, "sockets", 1, 8), CoresPerSocket: anyNumber(t, "cores", 1, 40),
		CoreFactor: factor, PVUPerCore: Int(rapid.SampledFrom([]int{50, 70, 100, 120}).Draw(t, "pvu")),
		SocketCapacity: anyNumber(t, "capacity", 1, 8),
		VMs:            anyMachines(t),
	}
}

func anyMachines(t *rapid.T) []Machine {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Machine {
		return Machine{
			VCPUs: anyNumber(t, "vcpus", 1, 64), Count: rapid.IntRange(0, 3).Draw(t, "count"),
			Hyperthreading: rapid.SampledFrom([]Flag{No, Yes}).Draw(t, "hyperthreading"),
			Role:           rapid.SampledFrom([]string{"active", "passive-ha", "passive-dr", "readable-secondary"}).Draw(t, "role"),
			State:          rapid.SampledFrom([]string{"enabled", "disabled"}).Draw(t, "state"),
		}
	}), 1, 6).Draw(t, "machines")
}

func anyFacts(t *rapid.T) Facts {
	return Facts{
		Hosts: rapid.SliceOfN(rapid.Custom(anyHost), 1, 6).Draw(t, "hosts"), Machines: anyMachines(t),
		Uses: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Use {
			return Use{
				User:   rapid.SampledFrom([]string{"ann", "bob", "eve", "kim"}).Draw(t, "user"),
				Device: rapid.SampledFrom([]string{"d1", "d2", "d3"}).Draw(t, "device"),
				Kind:   rapid.SampledFrom([]string{"pc", "phone"}).Draw(t, "kind"),
			}
		}), 1, 9).Draw(t, "uses"),
		Values: map[string]Value{
			"users": anyNumber(t, "users", 0, 500), "vms": anyNumber(t, "guests", 0, 30), "software_assurance": Yes,
			"sql_vms": anyNumber(t, "sql vms", 0, 60), "employees": anyNumber(t, "employees", 1, 49000), "activated_cores": anyNumber(t, "activated", 0, 400000),
			"mode": Text("virtual"),
		},
	}
}

// factsOf are facts without the values that the metric reads as lists.
func factsOf(t *rapid.T, m *Metric) Facts {
	f := anyFacts(t)
	for name := range f.Values {
		if fact := m.fact(name); fact == nil || fact.elem != nil {
			delete(f.Values, name)
		}
	}
	return f
}

// countable are the metrics that the facts of anyFacts suffice for.
func countable(t testing.TB) []*Metric {
	l := standardLibrary(t)
	var out []*Metric
	for _, k := range l.Keys() {
		m, _ := l.Metric(k)
		enough := true
		for _, f := range m.facts {
			switch {
			case f.fallback != nil:
			case f.elem != nil && (f.elem.name == "host" || f.elem.name == "vm" || f.elem.name == "use"):
			case f.name == "users" && f.elem == nil, f.name == "vms" && f.elem == nil, f.name == "software_assurance",
				f.name == "sql_vms", f.name == "employees", f.name == "activated_cores", f.name == "mode":
			default:
				enough = false
			}
		}
		if enough {
			out = append(out, m)
		}
	}
	return out
}

// TestExplanationsReckonToTheCount reads the arithmetic of explanations back.
func TestExplanationsReckonToTheCount(t *testing.T) {
	metrics := countable(t)
	require.Greater(t, len(metrics), 40)
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		m := metrics[rapid.IntRange(0, len(metrics)-1).Draw(t, "metric")]
		got, err := m.Measure(t.Context(), factsOf(t, m))
		require.NoError(t, err)
		counts := []Count{got.Total}
		for _, it := range got.Items {
			counts = append(counts, *it.Count)
		}
		for _, c := range counts {
			if !c.Known {
				continue
			}
			left, right, err := equations(c.Explanation)
			require.NoError(t, err, "%s: %s", m.Key(), c.Explanation)
			if left == nil {
				continue
			}
			read++
			require.Zero(t, left.Cmp(right), "%s: %s", m.Key(), c.Explanation)
			require.Zero(t, right.Cmp(c.Quantity.Rat()), "%s: %s is not %s", m.Key(), c.Explanation, c.Quantity)
		}
	})
	assert.Positive(t, read)
}

// falling are the contracts under which more may cost less: rights that cover
// passive replicas grow with the active ones, and a limit on size is a refusal.
var falling = []Key{"ms.sql.failover", "oracle.java.price"}

// TestCountsGrow adds a machine, a core, a person: no count falls.
func TestCountsGrow(t *testing.T) {
	metrics := slices.DeleteFunc(countable(t), func(m *Metric) bool { return slices.Contains(falling, m.Key()) })
	rapid.Check(t, func(t *rapid.T) {
		m := metrics[rapid.IntRange(0, len(metrics)-1).Draw(t, "metric")]
		f := factsOf(t, m)
		before, err := m.Measure(t.Context(), f)
		require.NoError(t, err)
		more := f
		switch rapid.IntRange(0, 3).Draw(t, "grow") {
		case 0:
			more.Hosts = append(append([]Host{}, f.Hosts...), anyHost(t))
			more.Machines = append(append([]Machine{}, f.Machines...), anyMachines(t)...)
			more.Uses = append(append([]Use{}, f.Uses...), Use{User: "zoe", Device: "d9", Kind: "pc"})
		case 1:
			more.Hosts = append([]Host{}, f.Hosts...)
			more.Hosts[0].CoresPerSocket = Int(more.Hosts[0].CoresPerSocket.mantissa + 1)
		case 2:
			more.Machines = append([]Machine{}, f.Machines...)
			more.Machines[0].VCPUs = Int(more.Machines[0].VCPUs.mantissa + 1)
		case 3:
			more.Values = map[string]Value{}
			for k, v := range f.Values {
				if n, ok := v.(Number); ok {
					v = Int(n.mantissa + 1)
				}
				more.Values[k] = v
			}
		}
		after, err := m.Measure(t.Context(), more)
		require.NoError(t, err)
		if before.Total.Known && after.Total.Known && !shrinks(m.Key(), f, more) {
			require.False(t, after.Total.Quantity.LessThan(before.Total.Quantity), "%s: %s, then %s", m.Key(), before.Total.Explanation, after.Total.Explanation)
		}
	})
}

// shrinks says whether a rule divides by what grew: a dual-core processor counts
// double under the SQL Server 2012 table, and machines are divided by the threads
// of their host's processor.
func shrinks(k Key, before, after Facts) bool {
	cores := before.Hosts[0].CoresPerSocket != after.Hosts[0].CoresPerSocket
	return cores && (k == "ms.sql2012.core.physical" || k == "ms.sql2008r2.processor.vm" || k == "ms.sql2008r2.dc")
}

// TestPoolsRoundLess compares rounding for each host with rounding of the pool.
func TestPoolsRoundLess(t *testing.T) {
	oracle, _ := standardLibrary(t).Metric("oracle.processor")
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		pooled, err := oracle.Measure(t.Context(), f)
		require.NoError(t, err)
		single := decimal.Zero
		for _, h := range f.Hosts {
			n := h.Count
			h.Count = 1
			one, err := oracle.Measure(t.Context(), Facts{Hosts: []Host{h}})
			require.NoError(t, err)
			single = single.Add(one.Total.Quantity.Mul(decimal.NewFromInt(int64(max(n, 1)))))
		}
		require.False(t, pooled.Total.Quantity.GreaterThan(single), "%s against %s", pooled.Total.Explanation, single)
		f.Choices = map[string]string{"rounding": "per_processor"}
		chips, err := oracle.Measure(t.Context(), f)
		require.NoError(t, err)
		require.False(t, single.GreaterThan(chips.Total.Quantity))
	})
}

// TestBoundsHold forgets facts: what the whole facts came to lies within the
// bounds of the count that is left, and the missing fact is named.
func TestBoundsHold(t *testing.T) {
	metrics := countable(t)
	rapid.Check(t, func(t *rapid.T) {
		m := metrics[rapid.IntRange(0, len(metrics)-1).Draw(t, "metric")]
		f := factsOf(t, m)
		whole, err := m.Measure(t.Context(), f)
		require.NoError(t, err)
		part := f
		part.Hosts = append([]Host{}, f.Hosts...)
		part.Machines = append([]Machine{}, f.Machines...)
		part.Uses = append([]Use{}, f.Uses...)
		h := &part.Hosts[0]
		for i, n := range []*Number{&h.Sockets, &h.CoresPerSocket, &h.CoreFactor, &h.PVUPerCore, &h.SocketCapacity, &part.Machines[0].VCPUs} {
			if rapid.Bool().Draw(t, fmt.Sprint("forget ", i)) {
				*n = Number{}
			}
		}
		if m.Key() == "ms.sql2012.core.physical" {
			h.CoreFactor = f.Hosts[0].CoreFactor // drawn from another table than its own
		}
		if rapid.Bool().Draw(t, "forget vms") {
			h.VMs = nil
		}
		if rapid.Bool().Draw(t, "forget user") {
			part.Uses[0].User = ""
		}
		got, err := m.Measure(t.Context(), part)
		require.NoError(t, err)
		if !whole.Total.Known || got.Total.Refused != "" {
			return
		}
		if got.Total.Known {
			return // the rule takes the fact as met, or does not need it
		}
		require.NotEmpty(t, got.Total.Missing, m.Key())
		said := fmt.Sprintf("%s: %s, whole: %s", m.Key(), got.Total.Explanation, whole.Total.Explanation)
		require.False(t, got.Total.Low.Valid && got.Total.Low.Decimal.GreaterThan(whole.Total.Quantity), said)
		require.False(t, got.Total.High.Valid && got.Total.High.Decimal.LessThan(whole.Total.Quantity), said)
	})
}
