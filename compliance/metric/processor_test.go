package metric

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/compliance/topology"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// dumped are the hosts of every machine of the collection of real dumps.
func dumped(t *testing.T) []Host {
	f, err := os.Open(shareddata.Path(t, "cpu", "samples.ndjson"))
	require.NoError(t, err)
	defer f.Close()
	var out []Host
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 16<<20)
	for scan.Scan() {
		var s struct {
			ID, Format                         string
			Text, Dmidecode, Registry, Sysinfo *string
			PsrinfoV                           *string `json:"psrinfo_v"`
			PsrinfoVP                          *string `json:"psrinfo_vp"`
		}
		require.NoError(t, json.Unmarshal(scan.Bytes(), &s))
		var dumps []topology.Dump
		kinds := []topology.Kind{topology.KindOf(s.Format), topology.SolarisPsrinfo, topology.SolarisPsrinfo, topology.WindowsRegistry, topology.LinuxSysinfo, topology.Dmidecode}
		for i, text := range []*string{s.Text, s.PsrinfoV, s.PsrinfoVP, s.Registry, s.Sysinfo, s.Dmidecode} {
			if text != nil {
				dumps = append(dumps, topology.Dump{Kind: kinds[i], Data: []byte(*text)})
			}
		}
		p, err := topology.Read(dumps...)
		require.NoError(t, err, s.ID)
		out = append(out, HostsOf(p)...)
	}
	require.NoError(t, scan.Err())
	return out
}

// lookedUp is what a table says of a host, in a few words.
func lookedUp(t *testing.T, l *Library, key Key, name string, h Host) string {
	m, _ := l.Metric(key)
	i := slices.IndexFunc(m.tables, func(t *table) bool { return t.name == name })
	v, err := m.tables[i].on(time.Time{})(t.Context(), []reckon.Value{{Kind: reckon.ObjectKind, Object: &h}})
	require.NoError(t, err)
	if n, ok := v.Number.Exact(); ok && v.Known() {
		return reckon.Format(n)
	}
	require.NotEmpty(t, v.Missing, "%v", h)
	require.Contains(t, v.Missing[0], h.Processor, "an unknown names the model")
	return fmt.Sprintf("%s to %s", reckon.Format(v.Number.Low), reckon.Format(v.Number.High))
}

// TestProcessorsOfRealDumps looks every processor of the collection up in Oracle's
// and IBM's tables, and keeps the answers where a person can read them.
func TestProcessorsOfRealDumps(t *testing.T) {
	l := standardLibrary(t)
	seen := map[string]bool{}
	var lines []string
	var known [2]int
	hosts := dumped(t)
	for _, h := range hosts {
		factor, pvu := lookedUp(t, l, "oracle.processor", "core_factor", h), lookedUp(t, l, "ibm.pvu.full", "pvu", h)
		for i, s := range []string{factor, pvu} {
			if !strings.Contains(s, " to ") {
				known[i]++
			}
		}
		line := fmt.Sprintf("%-14s%-14s%s", factor, pvu, strings.Join(strings.Fields(h.Processor), " "))
		for _, more := range []string{h.Vendor, h.System} {
			if h.Processor == "" || more == h.System && strings.Contains(h.Processor, "POWER") {
				line += " [" + more + "]"
			}
		}
		if n, ok := h.CoresPerSocket.whole(); ok {
			line += fmt.Sprintf(" x%d", n)
		}
		if !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	got := fmt.Sprintf("%d hosts: %d with one core factor, %d with one rating\n\ncore factor   PVU           processor [vendor] [system] xcores on a socket\n%s\n",
		len(hosts), known[0], known[1], strings.Join(lines, "\n"))
	path := filepath.Join("testdata", "processors.txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}
