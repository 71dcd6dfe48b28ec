package topology_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// sample is one machine of the collection of real dumps.
type sample struct {
	ID, Format                         string
	Text, Dmidecode, Registry, Sysinfo *string
	PsrinfoV                           *string `json:"psrinfo_v"`
	PsrinfoVP                          *string `json:"psrinfo_vp"`
	Expected                           expected
}

// expected is what another inventory program, or the machine's sysfs, says.
type expected struct {
	CPUs  []glpiCPU      `json:"glpi_cpus"`
	Mac   []glpiCPU      `json:"glpi"`
	CPU   *glpiCPU       `json:"glpi_cpu"`
	Sysfs map[string]any `json:"sysfs"`
	Lscpu map[string]string
	LPAR  map[string]string `json:"fields"`
}

type glpiCPU struct {
	Name     *string     `json:"NAME"`
	Core     json.Number `json:"CORE"`
	Thread   json.Number `json:"THREAD"`
	CPUCount json.Number `json:"CPUcount"`
}

func readSamples(t testing.TB) []sample {
	t.Helper()
	f, err := os.Open(shareddata.Path(t, "cpu", "samples.ndjson"))
	require.NoError(t, err)
	defer f.Close()
	var out []sample
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 16<<20)
	for scan.Scan() {
		var s sample
		require.NoError(t, json.Unmarshal(scan.Bytes(), &s))
		out = append(out, s)
	}
	require.NoError(t, scan.Err())
	return out
}

// dumps are a sample's texts, the operating system's view first.
func (s sample) dumps() []topology.Dump {
	var out []topology.Dump
	for _, d := range []struct {
		kind topology.Kind
		text *string
	}{
		{topology.KindOf(s.Format), s.Text},
		{topology.SolarisPsrinfo, s.PsrinfoV}, {topology.SolarisPsrinfo, s.PsrinfoVP},
		{topology.WindowsRegistry, s.Registry}, {topology.LinuxSysinfo, s.Sysinfo},
		{topology.Dmidecode, s.Dmidecode},
	} {
		if d.text != nil {
			out = append(out, topology.Dump{Kind: d.kind, Data: []byte(*d.text)})
		}
	}
	return out
}

// facts are the counts and the model that a sample expects; absent ones are not
// expected.
func (e expected) facts() map[string]string {
	out := map[string]string{}
	switch {
	case e.CPU != nil:
		out["sockets"] = string(e.CPU.CPUCount)
		out["cores"] = product(e.CPU.CPUCount, e.CPU.Core)
		out["model"] = deref(e.CPU.Name)
	case len(e.CPUs)+len(e.Mac) > 0:
		cpus := append(e.CPUs, e.Mac...)
		out["sockets"] = strconv.Itoa(len(cpus))
		out["cores"], out["threads"] = "0", "0"
		for _, c := range cpus {
			out["cores"] = sum(out["cores"], string(c.Core))
			out["threads"] = sum(out["threads"], product(c.Core, c.Thread))
		}
		out["model"] = deref(cpus[0].Name)
	case e.Sysfs != nil:
		for fact, key := range map[string]string{"sockets": "packages", "cores": "cores", "threads": "logical_cpus"} {
			out[fact] = strconv.FormatFloat(e.Sysfs[key].(float64), 'f', -1, 64)
		}
	case e.Lscpu != nil:
		out["sockets"] = e.Lscpu["Socket(s)"]
		out["cores"] = product(json.Number(e.Lscpu["Socket(s)"]), json.Number(e.Lscpu["Core(s) per socket"]))
		out["threads"] = e.Lscpu["CPU(s)"]
		if out["model"] = e.Lscpu["Model name"]; out["model"] == "-" {
			delete(out, "model")
		}
	}
	for fact, v := range out {
		if v == "" {
			delete(out, fact)
		}
	}
	return out
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func product(a, b json.Number) string {
	x, errX := a.Float64()
	y, errY := b.Float64()
	if errX != nil || errY != nil {
		return ""
	}
	return strconv.FormatFloat(x*y, 'f', -1, 64)
}

// sum adds two numbers; what is not known stays so.
func sum(a, b string) string {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil {
		return ""
	}
	return strconv.FormatFloat(x+y, 'f', -1, 64)
}

// TestPartitionsOfSamples checks every field that the AIX samples expect, which
// another program reads from the same text.
func TestPartitionsOfSamples(t *testing.T) {
	seen := 0
	for _, s := range readSamples(t) {
		if s.Expected.LPAR == nil {
			continue
		}
		seen++
		t.Run(s.ID, func(t *testing.T) {
			p, err := topology.Read(s.dumps()...)
			require.NoError(t, err)
			require.NotNil(t, p.Partition)
			part, want := p.Partition, s.Expected.LPAR
			for field, got := range map[string]topology.Count{
				"Online Virtual CPUs": part.VirtualCPUs, "Maximum Virtual CPUs": part.MaxVirtualCPUs,
				"Maximum Physical CPUs in system": part.SystemInstalled,
				"Active Physical CPUs in system":  part.SystemActive, "Active CPUs in Pool": part.PoolCPUs,
			} {
				require.Equal(t, dashAsZero(want[field]), strconv.Itoa(got.N()), field)
			}
			require.Equal(t, comma(want["Entitled Capacity"]), part.Entitled.Decimal.StringFixed(2))
			require.Equal(t, comma(want["Maximum Capacity"]), part.Maximum.Decimal.StringFixed(2))
			require.Equal(t, comma(want["Minimum Capacity"]), part.Minimum.Decimal.StringFixed(2))
			require.Equal(t, want["Mode"] == "Capped", part.Capped == topology.Yes)
			require.Equal(t, want["Type"] == "Shared-SMT", part.Sharing == topology.Shared)
			require.Equal(t, 2, part.ThreadsPerCore)
		})
	}
	require.Positive(t, seen)
}

func dashAsZero(s string) string {
	if s == "-" {
		return "0"
	}
	return s
}

func comma(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c == ',' {
			out[i] = '.'
		}
	}
	return string(out)
}

// TestTruncatedSamples cuts every dump at 200 places, half of them line ends: a
// dump that was cut short must never panic, and what it still says must be in
// order.
func TestTruncatedSamples(t *testing.T) {
	done := map[string]bool{} // some samples share a dump
	for _, s := range readSamples(t) {
		for _, d := range s.dumps() {
			if done[string(d.Data)] {
				continue
			}
			done[string(d.Data)] = true
			for _, at := range cuts(d.Data) {
				p, err := topology.Parse(d.Kind, d.Data[:at])
				if err != nil {
					requireLocated(t, err)
					continue
				}
				requireSound(t, p, s.ID, at)
			}
		}
	}
}

// cuts are 200 positions over the length of a dump, every other one moved on to
// the end of its line.
func cuts(data []byte) []int {
	out := make([]int, 200)
	for i := range out {
		at := len(data) * i / len(out)
		if end := bytes.IndexByte(data[at:], '\n'); i%2 == 1 && end >= 0 {
			at += end
		}
		out[i] = at
	}
	return out
}
