package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/estate"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

// record is a line of a tab, read without the connector.
type record map[string]string

func recordsOf(t *testing.T, path string) []record {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var out []record
	for _, line := range lines[1:] {
		r := record{}
		for i, name := range lines[0] {
			r[name] = line[i]
		}
		out = append(out, r)
	}
	return out
}

func (r record) number(name string) int {
	n, _ := strconv.Atoi(r[name])
	return n
}

func tab(t *testing.T, name string) string {
	t.Helper()
	return shareddata.Path(t, "inventories", "rvtools", "estate2_"+name+".csv")
}

// workbook writes the tabs into one workbook, numbers as numbers, as RVTools does.
func workbook(t *testing.T) string {
	t.Helper()
	f := excelize.NewFile()
	for _, name := range []string{"vInfo", "vHost", "vCluster"} {
		_, err := f.NewSheet(name)
		require.NoError(t, err)
		in, err := os.Open(tab(t, name))
		require.NoError(t, err)
		lines, err := csv.NewReader(in).ReadAll()
		require.NoError(t, err)
		for y, line := range lines {
			cells := make([]any, len(line))
			for x, text := range line {
				cells[x] = text
				if n, err := strconv.Atoi(text); err == nil {
					cells[x] = n
				}
			}
			at, err := excelize.CoordinatesToCellName(1, y+1)
			require.NoError(t, err)
			require.NoError(t, f.SetSheetRow(name, at, &cells))
		}
	}
	path := filepath.Join(t.TempDir(), "RVTools_export_all.xlsx")
	require.NoError(t, f.SaveAs(path))
	return path
}

func TestRealExport(t *testing.T) {
	c := shop.Connector(t)
	folder := filepath.Dir(tab(t, "vInfo"))
	r, sink := c.Collect(t, map[string]string{"path": folder}, nil)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	byID := map[compliance.DeviceID]compliance.Device{}
	for _, d := range sink.Devices {
		byID[d.ID] = d
	}
	hosts, machines, templates := recordsOf(t, tab(t, "vHost")), recordsOf(t, tab(t, "vInfo")), 0
	for _, h := range hosts {
		assert.Equal(t, compliance.Device{
			ID: compliance.DeviceID(h["Host"]), Name: h["Host"], Kind: compliance.Physical, Source: trial.SourceID, Sockets: h.number("# CPU"),
			Cores: h.number("# Cores"), Model: h["CPU Model"], Cluster: h["Cluster"], OperatingSystem: h["ESX Version"],
		}, byID[compliance.DeviceID(h["Host"])])
	}
	for _, m := range machines {
		if m["Template"] == "True" {
			templates++
			assert.NotContains(t, byID, compliance.DeviceID(m["VM"]))
			continue
		}
		d := byID[compliance.DeviceID(m["VM"])]
		assert.Equal(t, compliance.DeviceID(m["Host"]), d.Host)
		assert.Equal(t, m.number("CPUs"), d.VCPUs)
		assert.Equal(t, m["Cluster"], d.Cluster)
		system := m["OS according to the VMware Tools"]
		if system == "" {
			system = m["OS according to the configuration file"]
		}
		assert.Equal(t, system, d.OperatingSystem)
	}
	assert.Len(t, byID, len(hosts)+len(machines)-templates)

	all, _ := c.Collect(t, map[string]string{"path": folder, "templates": "include"}, nil)
	assert.EqualValues(t, len(hosts)+len(machines), all.Put[connectors.Device])

	book, same := c.Collect(t, map[string]string{"path": workbook(t)}, nil)
	require.NoError(t, book.Err)
	assert.Equal(t, sink.Devices, same.Devices, "a workbook says what the files say")
	c.Conforms(t, map[string]string{"path": folder}, nil)
}

// What the export says of hosts and guests is what positions need: an estate
// folder made of it measures Windows Server by host and Oracle by cluster.
func TestPositionsFromAnEstateFolder(t *testing.T) {
	c := shop.Connector(t)
	at := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	r, collected := c.Estate(t, map[string]string{"path": filepath.Dir(tab(t, "vInfo"))}, nil, at)
	require.NoError(t, r.Err)
	dir := t.TempDir()
	require.NoError(t, estate.Write(dir, collected))
	// Another source, such as an agent, says what is installed within a machine.
	guest := oracleGuest(t)
	install := `{"device": "` + guest["VM"] + `", "name": "Oracle Database 19c Enterprise Edition", "publisher": "Oracle", "version": "19.0.0.0.0", "edition": "Enterprise"}` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "installs.jsonl"), []byte(install), 0o600))
	licensing := `{"licensing": [
		{"product": "microsoft/windows-server", "metric": "ms.ws.core.physical", "price": "100", "currency": "EUR"},
		{"product": "oracle/database", "metric": "oracle.processor.virtual", "price": "47500", "currency": "EUR", "choices": {"reach": "cluster"}}]}`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "licensing.json"), []byte(licensing), 0o600))

	folder, err := estate.Read(os.DirFS(dir))
	require.NoError(t, err)
	titles, err := catalog.Default()
	require.NoError(t, err)
	metrics, err := metric.Standard()
	require.NoError(t, err)
	res, err := compliance.Reconcile(t.Context(), compliance.Input{Estate: folder.Estate, Catalog: titles, Metrics: metrics, Licensing: folder.Licensing})
	require.NoError(t, err)
	required := map[string]string{}
	for _, p := range res.Positions {
		required[string(p.Product)] = p.Required.String()
	}
	windows, oracle := expected(t, guest["Cluster"])
	assert.Equal(t, strconv.Itoa(windows), required["microsoft/windows-server"], "every core of every host with a Windows Server")
	assert.Equal(t, strconv.Itoa(oracle/2), required["oracle/database"], "every core of the cluster, by a factor of 0.5 for Xeon")
}

// oracleGuest is a machine of the larger cluster that does not run Windows.
func oracleGuest(t *testing.T) record {
	t.Helper()
	for _, m := range recordsOf(t, tab(t, "vInfo")) {
		if m["Cluster"] == "Production Cluster" && m["Template"] == "False" && !strings.HasPrefix(m["OS according to the configuration file"], "Microsoft") {
			return m
		}
	}
	t.Fatal("the export has no such machine")
	return nil
}

// expected counts with the export alone: the cores of hosts with a Windows Server,
// at least 8 a socket and 16 a host, and those of a cluster.
func expected(t *testing.T, cluster string) (windows, oracle int) {
	t.Helper()
	with := map[string]bool{}
	for _, m := range recordsOf(t, tab(t, "vInfo")) {
		system := m["OS according to the VMware Tools"]
		if system == "" {
			system = m["OS according to the configuration file"]
		}
		if m["Template"] == "False" && strings.HasPrefix(system, "Microsoft Windows Server") {
			with[m["Host"]] = true
		}
	}
	for _, h := range recordsOf(t, tab(t, "vHost")) {
		if with[h["Host"]] {
			windows += max(16, h.number("# Cores"), 8*h.number("# CPU"))
		}
		if h["Cluster"] == cluster {
			oracle += h.number("# Cores")
		}
	}
	return windows, oracle
}

func TestFaultsAreNamed(t *testing.T) {
	c := shop.Connector(t)
	hosts := "Host,Datacenter,Cluster,CPU Model,# CPU,Cores per CPU,# Cores\n"
	machines := "VM,Template,CPUs,Datacenter,Cluster,Host,OS according to the configuration file,VM ID\n"
	for _, tt := range []struct {
		name                      string
		hosts, machines, clusters string
		want                      string
		devices                   int
	}{
		{"cell", hosts + "a,D,C,Xeon,two,8,16\n", machines + "v,False,2,D,C,a,x,1\n", "", `RVTools_tabvHost.csv: line 2, column 5 (# CPU): "two" is not a number`, 2},
		{"cut off", hosts + "a,D,C,Xeon,2,8,16\n", machines + "v,False,2,D,C,a,\"x", "", `RVTools_tabvInfo.csv: line 2, column`, 1},
		{"host that is missing", hosts + "a,D,C,Xeon,2,8,16\n", machines + "v,False,2,D,C,b,x,1\n", "", `line 2, column 6 (Host): host "b" is not in the vHost tab`, 2},
		{"cluster that is not whole", hosts + "a,D,C,Xeon,2,8,16\n", machines + "v,False,2,D,C,a,x,1\n", "Name,NumHosts,NumCpuCores\nC,3,48\n", `(NumHosts): cluster "C" states 3 hosts, vHost has 1`, 2},
		{"no hosts", "", machines + "v,False,2,D,C,a,x,1\n", "", "the export has no vHost tab", 1},
		{"no name", hosts + ",D,C,Xeon,2,8,16\na,D,C,Xeon,2,8,16\n", machines, "", "the host has no name", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"vHost": tt.hosts, "vInfo": tt.machines, "vCluster": tt.clusters} {
				if text != "" {
					require.NoError(t, os.WriteFile(filepath.Join(dir, "RVTools_tab"+name+".csv"), []byte(text), 0o600))
				}
			}
			r, sink := c.Collect(t, map[string]string{"path": dir}, nil)
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
			assert.Contains(t, r.Err.Error(), tt.want)
			assert.Len(t, sink.Devices, tt.devices, "the rest counts")
			assert.False(t, r.Complete)
		})
	}
	r, _ := c.Collect(t, map[string]string{"path": t.TempDir()}, nil)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadConfig})
}

// Two places may use a name twice; everything still counts, and nothing is put
// together that is apart.
func TestNamesInTwoPlaces(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a_vHost.csv"), []byte("Host,Datacenter,Cluster,# CPU,# Cores,VI SDK Server\nh1,North,C1,2,16,vc1\nh2,South,C1,2,32,vc1\nh3,South,C2,1,8,vc1\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a_vInfo.csv"), []byte("VM;Template;CPUs;Datacenter;Cluster;Host;VM ID;VI SDK Server\ndb;False;2;North;C1;h1;vm-1;vc1\ndb;False;;South;C1;h2;vm-9;vc1\n"), 0o600))
	r, sink := shop.Connector(t).Collect(t, map[string]string{"path": dir}, nil)
	require.NoError(t, r.Err)
	got := map[compliance.DeviceID]string{}
	for _, d := range sink.Devices {
		got[d.ID] = d.Cluster
		if d.ID == "db (vm-9 vc1)" {
			assert.Zero(t, d.VCPUs, "an empty cell is not known")
		}
	}
	assert.Equal(t, map[compliance.DeviceID]string{"h1": "vc1/North/C1", "h2": "vc1/South/C1", "h3": "C2", "db": "vc1/North/C1", "db (vm-9 vc1)": "vc1/South/C1"}, got)
	require.Len(t, r.Problems, 1)
	assert.True(t, r.Problems[0].Harmless)
}
