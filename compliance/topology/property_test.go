package topology_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// shape draws a machine: sockets, cores a socket, threads a core.
func shape(t *rapid.T) (sockets, cores, threads int) {
	return rapid.IntRange(1, 6).Draw(t, "sockets"), rapid.IntRange(1, 12).Draw(t, "cores"), rapid.IntRange(1, 3).Draw(t, "threads")
}

// TestShapeFromCPUInfo prints a machine as the kernel would, in any order and
// with any identities, and reads its shape back.
func TestShapeFromCPUInfo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sockets, cores, threads := shape(t)
		stride := rapid.IntRange(1, 512).Draw(t, "stride of physical ids")
		kernelCounts := rapid.Bool().Draw(t, "kernel prints cpu cores")
		var records []string
		for i := range sockets * cores * threads {
			r := fmt.Sprintf("vendor_id\t: GenuineIntel\nphysical id\t: %d\ncore id\t\t: %d\nflags\t: fpu\n", i/(cores*threads)*stride, i%cores)
			if kernelCounts {
				r += fmt.Sprintf("siblings\t: %d\ncpu cores\t: %d\n", cores*threads, cores)
			}
			records = append(records, r)
		}
		records = rapid.Permutation(records).Draw(t, "order")
		var b strings.Builder
		for i, r := range records {
			fmt.Fprintf(&b, "processor\t: %d\n%s\n", i, r)
		}
		p, err := topology.Parse(topology.LinuxCPUInfo, []byte(b.String()))
		require.NoError(t, err)
		requireShape(t, p, sockets, cores, threads)
	})
}

func requireShape(t require.TestingT, p topology.Processors, sockets, cores, threads int) {
	require.Equal(t, sockets, p.Sockets.N())
	require.Equal(t, sockets*cores, p.Cores.N())
	require.Equal(t, sockets*cores*threads, p.Threads.N())
	require.Equal(t, cores, p.CoresPerSocket().N())
	require.Equal(t, threads, p.ThreadsPerCore().N())
}

// TestShapeFromSysfs does the same with a machine's own files.
func TestShapeFromSysfs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sockets, cores, threads := shape(r)
		p, err := topology.Local(t.Context(), machine(sockets, cores, threads))
		require.NoError(r, err)
		requireShape(r, p, sockets, cores, threads)
	})
}

// TestShapeFromDmidecode checks enabled against fitted cores: firmware counts
// the threads of all cores, or only of the enabled.
func TestShapeFromDmidecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sockets, cores, threads := shape(t)
		enabled := rapid.IntRange(1, cores).Draw(t, "enabled cores")
		empty := rapid.IntRange(0, 4).Draw(t, "empty sockets")
		var b strings.Builder
		for range sockets {
			fmt.Fprintf(&b, "Handle 0x0004, DMI type 4, 42 bytes\nProcessor Information\n\tType: Central Processor\n"+
				"\tVersion: Some CPU\n\tStatus: Populated, Enabled\n\tCore Count: %d\n\tCore Enabled: %d\n\tThread Count: %d\n\n",
				cores, enabled, cores*threads)
		}
		for range empty {
			b.WriteString("Handle 0x0009, DMI type 4, 42 bytes\nProcessor Information\n\tStatus: Unpopulated\n\n")
		}
		p, err := topology.Parse(topology.Dmidecode, []byte(b.String()))
		require.NoError(t, err)
		requireShape(t, p, sockets, enabled, threads)
		require.Equal(t, sockets*cores, p.Installed.Cores.N())
		require.Equal(t, sockets+empty, p.SocketCapacity.N())
	})
}

// TestReadIsRepeatable reads a dump twice and with itself: nothing changes.
func TestReadIsRepeatable(t *testing.T) {
	for _, s := range readSamples(t) {
		once, err := topology.Read(s.dumps()...)
		require.NoError(t, err)
		again, err := topology.Read(s.dumps()...)
		require.NoError(t, err)
		require.Equal(t, once, again, s.ID)
	}
}
