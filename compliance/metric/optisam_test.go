package metric

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/internal/shareddata"
)

// records reads a CSV file of the estate as maps by column.
func records(t *testing.T, comma rune, parts ...string) []map[string]string {
	t.Helper()
	f, err := os.Open(shareddata.Path(t, append([]string{"worked_examples", "optisam"}, parts...)...))
	require.NoError(t, err)
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = comma
	rows, err := r.ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

// optisam is the estate as its files have it.
type optisam struct {
	servers, links, rights []map[string]string
	vcenter, host          map[string]string
}

func loadOptisam(t *testing.T) optisam {
	o := optisam{
		servers: records(t, ';', "estateA", "equipment_server.csv"),
		links:   records(t, ';', "estateA", "products_equipments.csv"),
		rights:  records(t, ';', "estateA", "products_acquiredRights.csv"),
		vcenter: map[string]string{}, host: map[string]string{},
	}
	for _, c := range records(t, ';', "estateA", "equipment_cluster.csv") {
		o.vcenter[c["cluster_code"]] = c["parent_id"]
	}
	for _, p := range records(t, ';', "estateA", "equipment_partition.csv") {
		o.host[strings.ToUpper(p["partition_code"])] = p["parent_id"]
	}
	return o
}

// on lists the servers on which products are installed, also through partitions,
// and their users.
func (o optisam) on(products ...string) (servers []string, users int) {
	for _, l := range o.links {
		if !slices.Contains(products, l["SWIDTag"]) {
			continue
		}
		id := strings.ToUpper(l["Equipment_id"])
		if h, ok := o.host[id]; ok {
			id = h
		}
		servers = append(servers, id)
		n, _ := strconv.Atoi(l["NbUsers"])
		users += n
	}
	return servers, users
}

func numberOfText(t *testing.T, s string) Number {
	t.Helper()
	d, err := decimal.NewFromString(s)
	require.NoError(t, err)
	n, err := Decimal(d)
	require.NoError(t, err)
	return n
}

// hosts are all servers, with those marked where one of the products runs.
func (o optisam) hosts(t *testing.T, running []string) []Host {
	var out []Host
	for _, s := range o.servers {
		h := Host{
			ID: s["server_code"], Cluster: s["parent_id"], VCenter: o.vcenter[s["parent_id"]],
			Sockets:        numberOfText(t, s["server_processorsNumber"]),
			CoresPerSocket: numberOfText(t, s["server_coresNumber"]),
			CoreFactor:     numberOfText(t, s["corefactor_oracle"]),
			Runs:           flagOf(slices.Contains(running, s["server_code"])),
		}
		out = append(out, h)
	}
	return out
}

// reached are the hosts that the processor metric counts.
func (o optisam) reached(t *testing.T, products ...string) ([]Host, Count) {
	running, _ := o.on(products...)
	hosts := o.hosts(t, running)
	got := measure(t, "oracle.processor.virtual", Facts{Hosts: hosts, Choices: map[string]string{"reach": "vcenter"}})
	var in []Host
	for _, it := range got.Items {
		if it.Quantity.Sign() > 0 {
			in = append(in, hosts[it.Index])
		}
	}
	return in, got.Total
}

func measure(t testing.TB, k Key, f Facts) Measurement {
	t.Helper()
	m, ok := standardLibrary(t).Metric(k)
	require.True(t, ok, k)
	got, err := m.Measure(t.Context(), f)
	require.NoError(t, err)
	return got
}

// TestOptisamEstate reproduces, from the estate's files, the positions that
// another product asserts of them.
func TestOptisamEstate(t *testing.T) {
	o := loadOptisam(t)
	attribute := func(id, name string) Number {
		for _, s := range o.servers {
			if s["server_code"] == id {
				return numberOfText(t, s[name])
			}
		}
		return Number{}
	}
	computed := map[string]func() Count{
		"oracle.processor.standard": func() Count {
			_, c := o.reached(t, "oracle_wl_1", "oracle_wl_2")
			return c
		},
		"oracle.nup.standard": func() Count {
			hosts, _ := o.reached(t, "oracle_wl_1")
			_, users := o.on("oracle_wl_1")
			return measure(t, "oracle.nup", Facts{Hosts: hosts, Values: map[string]Value{"users": Int(users)}}).Total
		},
		"ibm_pvu": func() Count {
			var hosts []Host
			on, _ := o.on("ibm_websphere_1")
			for _, id := range on {
				hosts = append(hosts, Host{ID: id, Cores: attribute(id, "server_coresNumber"), PVUPerCore: attribute(id, "pvu")})
			}
			return measure(t, "ibm.pvu.full", Facts{Hosts: hosts}).Total
		},
		"sag": func() Count {
			var machines []Record
			on, _ := o.on("sag_aris_1")
			for _, id := range on {
				machines = append(machines, Record{ID: id, Fields: map[string]Value{"cores": attribute(id, "server_coresNumber"), "core_class": attribute(id, "sag")}})
			}
			return measure(t, "sag.max", Facts{Records: map[string][]Record{"production": machines}}).Total
		},
		"os_instance (coefficient 2)": func() Count {
			on, _ := o.on("redhat_rhel_1")
			return measure(t, "redhat.rhel.vmpair", Facts{Values: map[string]Value{"vms": Int(len(on))}}).Total
		},
	}
	expected := records(t, ',', "elp_expected.csv")
	require.Len(t, expected, len(computed))
	for _, e := range expected {
		t.Run(e["metric"], func(t *testing.T) {
			c := computed[e["metric"]]()
			assert.Equal(t, e["computed"], c.Quantity.String(), c.Explanation)
			acquired := o.acquired(t, e)
			assert.Equal(t, e["acquired"], acquired.String())
			delta := acquired.Sub(c.Quantity)
			assert.Equal(t, e["delta"], delta.String())
			assert.Equal(t, e["delta_cost"], delta.Mul(decimal.RequireFromString(e["unit_price"])).String())
		})
	}
}

// acquired adds the rights of the products of a position in its metric.
func (o optisam) acquired(t *testing.T, position map[string]string) decimal.Decimal {
	t.Helper()
	products := strings.Split(strings.TrimSuffix(position["scope"], " (aggregation)"), "+")
	name, _, _ := strings.Cut(position["metric"], " ")
	sum := decimal.Zero
	for _, r := range o.rights {
		metric := strings.ToLower(strings.ReplaceAll(r["Metric"], ".", "_"))
		if slices.Contains(products, r["SWIDTag"]) && strings.HasPrefix(metric, strings.ReplaceAll(name, ".", "_")) {
			sum = sum.Add(decimal.RequireFromString(r["Acquired_licenses"]))
		}
	}
	return sum
}
