package topology_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// BenchmarkParseCPUInfo reads a machine of 256 logical processors.
func BenchmarkParseCPUInfo(b *testing.B) {
	var text strings.Builder
	for i := range 256 {
		fmt.Fprintf(&text, "processor\t: %d\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Platinum 8280 CPU @ 2.70GHz\n"+
			"physical id\t: %d\nsiblings\t: 64\ncore id\t\t: %d\ncpu cores\t: 32\nflags\t\t: fpu vme de pse tsc msr pae lm\n\n", i, i/64, i%32)
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		p, err := topology.Parse(topology.LinuxCPUInfo, data)
		if err != nil || p.Cores.N() != 128 {
			b.Fatal(p.Cores, err)
		}
	}
}

// BenchmarkMatch finds one processor in a table of 107 rows.
func BenchmarkMatch(b *testing.B) {
	m, err := topology.NewMatcher(optisamRows(b))
	require.NoError(b, err)
	q := topology.Query{Model: "Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz", CoresPerSocket: 14}
	b.ReportAllocs()
	for b.Loop() {
		if got := m.Match(q); got.Index < 0 {
			b.Fatal(got.Reason)
		}
	}
}
