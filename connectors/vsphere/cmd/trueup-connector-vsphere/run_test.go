package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
)

const book = `
name: vsphere
version: "1"
sources:
  - {id: vcenter, connector: vsphere, settings: {url: %q, user: %q, insecure: "true"}}
  - {id: agents, connector: template, settings: {file: installs.csv}}
licensing:
  - {product: microsoft/windows-server, metric: ms.ws.core.physical, price: 100, currency: EUR}
  - {product: oracle/database, metric: oracle.processor.virtual, price: 47500, currency: EUR, choices: {reach: cluster}}
rules:
  - {id: short, over: position, when: 'position.short_high > 0', message: "{position.product}"}
escalation:
  calendars: [{name: c, zone: UTC, week: {monday: ["08:00-17:00"]}}]
  chains:
    - name: c
      calendar: c
      clocks: [{severity: info or more, acknowledge: 1 day, contain: 1 day, remedy: 1 day}]
      stages: [{name: s, tell: [owner], wait: 1 day}]
      fallback: [cfo]
  routes: {name: root, owner: o, chain: c}
`

// The inventory of a vCenter and one list of installs give positions through the
// program: Windows Server by the hosts it runs on, Oracle by the cluster of its
// machine, as the reading of Oracle's policy that the playbook chooses has it.
func TestPositionsThroughTheProgram(t *testing.T) {
	settings, secrets := vcenter(t)
	c := shop.Connector(t)
	_, sink := c.Collect(t, settings, secrets)
	hosts, machines := split(sink)
	dir := t.TempDir()
	for name, pkg := range map[string]string{"trueup": "cmd/trueup", "trueup-connector-template": "examples/connector-template"} {
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), "github.com/trueup-dev/trueup/"+pkg).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	require.NoError(t, os.Symlink(filepath.Join(c.Dir(), "trueup-connector-vsphere"), filepath.Join(dir, "trueup-connector-vsphere")))
	text := fmt.Sprintf(book, settings["url"], settings["user"])
	require.NoError(t, os.WriteFile(filepath.Join(dir, "book.yaml"), []byte(text), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "installs.csv"), []byte("host,publisher,name,version\nDC0_C0_RP0_VM0,Oracle,Oracle Database 19c Enterprise Edition,19.0\n"), 0o600))

	hidden, err := json.Marshal(map[string]map[string]string{"vcenter": secrets})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secrets.json"), hidden, 0o600))

	run := exec.Command(filepath.Join(dir, "trueup"), "run", "-json", "-unpinned", "-secrets", filepath.Join(dir, "secrets.json"), "-now", "2026-11-16T09:00:00Z", "-log", filepath.Join(dir, "log"), filepath.Join(dir, "book.yaml"))
	var stdout, stderr bytes.Buffer
	run.Stdout, run.Stderr = &stdout, &stderr
	require.NoError(t, run.Run(), "%s", &stderr)
	var got struct {
		Result struct {
			Positions []struct {
				Product  string
				Required struct{ Low, High string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &got), "%s", &stdout)
	required := map[string]string{}
	for _, p := range got.Result.Positions {
		assert.Equal(t, p.Required.Low, p.Required.High, p.Product)
		required[p.Product] = p.Required.Low
	}
	windows, oracle := expected(hosts, machines)
	assert.Equal(t, fmt.Sprint(windows), required["microsoft/windows-server"])
	assert.Equal(t, fmt.Sprint(oracle/2), required["oracle/database"])
}

// expected counts the cores of hosts with a Windows Server, and of a cluster.
func expected(hosts, machines map[compliance.DeviceID]compliance.Device) (windows, oracle int) {
	for id, h := range hosts {
		for _, m := range machines {
			if m.Host == id && m.OperatingSystem == windowsServer {
				windows += h.Cores
				break
			}
		}
		if h.Cluster == machines["DC0_C0_RP0_VM0"].Cluster {
			oracle += h.Cores
		}
	}
	return windows, oracle
}
