package ocs

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

var shop trial.Shop

func TestMain(m *testing.M) {
	// The connector is built where it is.
	if err := os.Chdir(filepath.Join("..", "cmd", "trueup-connector-sql")); err != nil {
		panic(err)
	}
	shop.Main(m)
}

const here = "../../ocs"

// inventory is what is compared of an agent's document.
type inventory struct {
	DeviceID string `xml:"DEVICEID"`
	Software []struct {
		Name    string `xml:"NAME"`
		Version string `xml:"VERSION"`
	} `xml:"CONTENT>SOFTWARES"`
	CPUs []struct {
		Cores int `xml:"CORES"`
	} `xml:"CONTENT>CPUS"`
}

// titles are the different names and versions that a document lists.
func (i inventory) titles() map[[2]string]bool {
	out := map[[2]string]bool{}
	for _, s := range i.Software {
		out[[2]string{strings.TrimSpace(s.Name), strings.TrimSpace(s.Version)}] = true
	}
	return out
}

// A real server, fed by the real agent of this machine and by documents: what is read
// from its database is what the agents sent.
func TestServer(t *testing.T) {
	s := start(t)
	var sent []inventory
	push := func(data []byte) {
		var i inventory
		require.NoError(t, xml.Unmarshal(data, &i))
		s.push(t, data)
		sent = append(sent, i)
	}
	agent := exec.Command("ocsinventory-agent", "--stdout", "--basevardir="+t.TempDir())
	agent.Dir = t.TempDir()
	data, err := agent.Output()
	require.NoError(t, err)
	push(data)
	require.NotEmpty(t, sent[0].Software)
	for _, file := range []string{shareddata.Path(t, "inventories", "ocs_xml", "inventory_format_4.xml"), here + "/testdata/host.xml", here + "/testdata/guest.xml"} {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		push(data)
	}
	s.db.Run(t, "USE ocsweb; INSERT INTO hardware (DEVICEID, NAME) VALUES ('_SYSTEMGROUP_', 'servers'); INSERT INTO hardware (DEVICEID, NAME, ARCHIVE) VALUES ('old', 'old', 1)")

	settings := map[string]string{"driver": "mysql", "mapping": Mapping()}
	secrets := map[string]string{"dsn": "reader:canary-password@unix(" + s.db.Socket + ")/ocsweb"}
	r, sink := shop.Connector(t).Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	assert.Zero(t, r.ProblemCount, "%v", r.Problems)

	installed := map[string]map[[2]string]bool{}
	for _, i := range sink.Installs {
		if installed[string(i.Device)] == nil {
			installed[string(i.Device)] = map[[2]string]bool{}
		}
		installed[string(i.Device)][[2]string{i.Title.Name, i.Title.Version}] = true
	}
	devices := map[compliance.DeviceID]compliance.Device{}
	for _, d := range sink.Devices {
		devices[d.ID] = d
	}
	for _, i := range sent[:2] {
		assert.Equal(t, i.titles(), installed[i.DeviceID], i.DeviceID)
		assert.WithinDuration(t, time.Now(), devices[compliance.DeviceID(i.DeviceID)].LastSeen, 15*time.Hour, "a local time")
	}
	mine := devices[compliance.DeviceID(sent[0].DeviceID)]
	cores := 0
	for _, c := range sent[0].CPUs {
		cores += c.Cores
	}
	if mine.Kind != compliance.VirtualMachine {
		assert.Equal(t, cores, mine.Cores)
	}
	mac := devices["iMac-de-Marie.local-2017-06-12-09-24-14"]
	assert.Equal(t, compliance.Physical, mac.Kind)
	assert.Zero(t, mac.Cores, "its agent did not say")
	assert.Equal(t, 1, mac.Sockets)

	const hostID, guestID, applianceID = "host1-2026-11-20-10-00-00", "guest1-2026-11-20-10-05-00", "6e1daf2f-3c4b-4d6e-9f70-8b9cad1e2f30"
	const xeon = "Intel(R) Xeon(R) Gold 6326 CPU @ 2.90GHz"
	for _, want := range []compliance.Device{
		{ID: hostID, Name: "host1", Kind: compliance.Physical, Sockets: 2, Cores: 32, Threads: 64, Model: xeon, OperatingSystem: "Debian GNU/Linux 12 12"},
		{ID: guestID, Name: "guest1", Kind: compliance.VirtualMachine, VCPUs: 4, Model: xeon, Host: hostID, User: "anna", OperatingSystem: "Microsoft Windows Server 2022 Standard 10.0.20348"},
		{ID: applianceID, Name: "appliance", Kind: compliance.VirtualMachine, VCPUs: 2, Host: hostID},
	} {
		got := devices[want.ID]
		got.LastSeen, got.Source = time.Time{}, ""
		assert.Equal(t, want, got)
	}
	assert.Len(t, devices, 5, "groups and archived machines are none")
	assert.Contains(t, sink.Users, compliance.User{ID: "anna", Source: trial.SourceID})
	for _, i := range sink.Installs {
		if i.Device == guestID && i.Title.Publisher != "" {
			assert.Equal(t, catalog.Title{Publisher: "Microsoft Corporation", Name: "Microsoft SQL Server 2022 (64-bit)", Version: "16.0.1000.6"}, i.Title)
			assert.Equal(t, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), i.FirstSeen)
		}
	}
	assert.Equal(t, map[[2]string]bool{{"Microsoft SQL Server 2022 (64-bit)", "16.0.1000.6"}: true, {"Büro Ωmega", "2"}: true}, installed[guestID])

	// The agent comes again with less: what is gone is gone.
	data, err = os.ReadFile(here + "/testdata/guest.xml")
	require.NoError(t, err)
	before, after, _ := strings.Cut(string(data), "    <SOFTWARES><NAME>Büro")
	_, after, _ = strings.Cut(after, "</SOFTWARES>\n")
	s.push(t, []byte(before+after))
	_, sink = shop.Connector(t).Collect(t, settings, secrets)
	count := 0
	for _, i := range sink.Installs {
		if i.Device == guestID {
			count++
		}
	}
	assert.Equal(t, 1, count)
}
