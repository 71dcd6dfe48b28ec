package compliance_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// records reads one sheet of an export of RVTools by its header.
func records(t *testing.T, name string) []map[string]string {
	data, err := os.ReadFile(shareddata.Path(t, "inventories", "rvtools", name))
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, row := range rows[1:] {
		r := map[string]string{}
		for i, name := range rows[0] {
			r[name] = row[i]
		}
		out = append(out, r)
	}
	return out
}

func number(t *testing.T, s string) int {
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

// vsphere is a real estate of 8 hosts in two clusters and 131 machines.
func vsphere(t *testing.T) *scene {
	s := newScene(t)
	known, err := catalog.Default()
	require.NoError(t, err)
	s.in.Catalog = known
	for _, r := range records(t, "estate2_vHost.csv") {
		s.device(compliance.Device{ID: compliance.DeviceID(r["Host"]), Kind: compliance.Physical, Cluster: r["Cluster"], Model: r["CPU Model"],
			Sockets: number(t, r["# CPU"]), Cores: number(t, r["# Cores"])})
	}
	for _, r := range records(t, "estate2_vInfo.csv") {
		s.device(compliance.Device{ID: compliance.DeviceID(r["VM"]), Kind: compliance.VirtualMachine, Host: compliance.DeviceID(r["Host"]),
			VCPUs: number(t, r["CPUs"]), OperatingSystem: system(r)})
	}
	return s
}

func system(r map[string]string) string {
	if s := r["OS according to the VMware Tools"]; s != "" {
		return s
	}
	return r["OS according to the configuration file"]
}

// Windows Server on the real estate: on each host the cheaper of Standard, stacked for
// its machines, and Datacenter; the machines counted here a second time, by hand.
func TestWindowsServerOnARealEstate(t *testing.T) {
	const standard, datacenter = 67, 385 // EUR a core
	s := vsphere(t)
	s.in.Licensing = windows(t).in.Licensing
	for i := range s.in.Licensing {
		s.in.Licensing[i].Product = "microsoft/windows-server"
	}
	s.in.Licensing[0].Price, s.in.Licensing[1].Price = euros(datacenter), euros(standard)
	p := s.position()

	machines := map[string]int{}
	for _, r := range records(t, "estate2_vInfo.csv") {
		if strings.Contains(system(r), "Windows Server") {
			machines[r["Host"]]++
		}
	}
	want, sum := map[string]string{}, 0
	for _, r := range records(t, "estate2_vHost.csv") {
		n, cores := machines[r["Host"]], max(16, number(t, r["# Cores"]))
		stacked := (n + 1) / 2 * cores
		switch {
		case n == 0:
		case stacked*standard < cores*datacenter:
			want[r["Host"]] = fmt.Sprint("standard ", stacked)
			sum += stacked * standard
		default:
			want[r["Host"]] = fmt.Sprint("datacenter ", cores)
			sum += cores * datacenter
		}
	}
	got := map[string]string{}
	for _, o := range p.Consumers {
		if o.Layer != "" {
			got[string(o.Device)] = o.Layer + " " + o.Required.Low.String()
		}
	}
	assert.Equal(t, want, got)
	assert.Equal(t, strconv.Itoa(sum), p.Exposure.Amount.String())
	assert.Len(t, p.Choices, len(want), "each host is explained")
	for _, c := range p.Choices {
		require.Len(t, c.Ways, 2)
		assert.LessOrEqual(t, c.Ways[0].Listed.Amount.Cmp(c.Ways[1].Listed.Amount), 0)
	}
	assert.True(t, p.Required.High.Valid)
	assert.GreaterOrEqual(t, p.ExposureHigh.Decimal.Cmp(p.Exposure.Amount), 0, "at worst all of it is Datacenter")
	assert.Contains(t, p.Missing, "install.edition", "VMware does not say which edition runs")
}

// Oracle on the real estate: two machines of one cluster make every host of it
// count, if the contract reads VMware so; else those that they run on.
func TestOracleOnARealEstate(t *testing.T) {
	cores := map[string]int{}
	byCluster := map[string]int{}
	for _, r := range records(t, "estate2_vHost.csv") {
		cores[r["Host"]] = number(t, r["# Cores"])
		byCluster[r["Cluster"]] += number(t, r["# Cores"])
	}
	for reach, want := range map[string]int{"host": cores["esxhost10.next.local"] / 2, "cluster": byCluster["Production Cluster"] / 2} {
		s := vsphere(t)
		s.in.Licensing = []compliance.Licensing{{Product: "oracle/database", Metric: "oracle.processor.virtual", Price: euros(47500), Choices: map[string]string{"reach": reach}}}
		require.NoError(t, s.b.AddInstall(compliance.Install{Device: "ADCSCA01", Source: "inv",
			Title: catalog.Title{Publisher: "Oracle", Name: "Oracle Database 19c Enterprise Edition", Version: "19.3"}}))
		p := s.position()
		assert.Equal(t, strconv.Itoa(want), p.Required.String(), "%s: %v %s", reach, p.Missing, p.Explanation)
	}
}
