package topology_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// bareCPUInfo lists processors without a word of where they sit.
func bareCPUInfo(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "processor\t: %d\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz\n"+
			"flags\t\t: fpu lm hypervisor\n\n", i)
	}
	return b.String()
}

// machine builds the files of a machine with so many sockets, cores a socket
// and threads a core, threads numbered as Linux does: first threads first.
func machine(sockets, cores, threads int) fstest.MapFS {
	root := fstest.MapFS{"proc/cpuinfo": file(bareCPUInfo(sockets * cores * threads))}
	all := sockets * cores
	set := func(cpu int, name, value string) {
		root[fmt.Sprintf("sys/devices/system/cpu/cpu%d/topology/%s", cpu, name)] = &fstest.MapFile{Data: []byte(value + "\n")}
	}
	for c := range all {
		siblings := ""
		for th := range threads {
			if th > 0 {
				siblings += ","
			}
			siblings += fmt.Sprint(c + th*all)
		}
		for th := range threads {
			set(c+th*all, "physical_package_id", fmt.Sprint(c/cores))
			set(c+th*all, "core_id", fmt.Sprint(c%cores)) // starts over in each socket
			set(c+th*all, "thread_siblings_list", siblings)
		}
	}
	list := &fstest.MapFile{Data: fmt.Appendf(nil, "0-%d\n", all*threads-1)}
	root["sys/devices/system/cpu/present"], root["sys/devices/system/cpu/online"] = list, list
	return root
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestLocal(t *testing.T) {
	for _, tc := range []struct {
		name string
		root func() fstest.MapFS
		want string
	}{
		{"two sockets", func() fstest.MapFS { return machine(2, 4, 2) },
			`2 sockets, 8 cores, 16 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", installed threads 16, 2600 MHz, virtual yes`},
		{"half offline", func() fstest.MapFS {
			m := machine(2, 4, 2)
			m["sys/devices/system/cpu/online"] = file("0-3,8-9")
			m["proc/cpuinfo"] = file(bareCPUInfo(6))
			return m
		}, `1 sockets, 4 cores, 6 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", installed threads 16, 2600 MHz, virtual yes`},
		{"firmware does not say the package", func() fstest.MapFS {
			m := machine(1, 4, 1)
			for c := range 4 {
				m[fmt.Sprintf("sys/devices/system/cpu/cpu%d/topology/physical_package_id", c)] = file("-1")
			}
			return m
		}, `1 to 4 sockets, 4 cores, 4 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", installed threads 4, 2600 MHz, virtual yes`},
		{"the files disagree", func() fstest.MapFS {
			m := machine(1, 4, 1)
			m["proc/cpuinfo"] = file(bareCPUInfo(1))
			return m
		}, `1 sockets, 4 cores, 4 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", installed threads 4, 2600 MHz, virtual yes`},
		{"no sysfs", func() fstest.MapFS { return fstest.MapFS{"proc/cpuinfo": file(bareCPUInfo(1))} },
			`1 sockets, 1 cores, 1 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", 2600 MHz, virtual yes`},
		{"VMware", func() fstest.MapFS {
			m := machine(1, 1, 1)
			m["sys/class/dmi/id/sys_vendor"] = file("VMware, Inc.")
			m["sys/class/dmi/id/product_name"] = file("VMware7,1")
			return m
		}, `1 sockets, 1 cores, 1 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", installed threads 1, 2600 MHz, virtual yes VMware`},
		{"Power partition", func() fstest.MapFS {
			m := machine(1, 4, 1)
			m["proc/cpuinfo"] = file("processor\t: 0\n\nprocessor\t: 1\n\nprocessor\t: 2\n\nprocessor\t: 3\ncpu\t\t: POWER8 (architected), altivec supported\nrevision\t: 2.1 (pvr 004b 0201)\n\nplatform\t: pSeries\nmodel\t\t: IBM,8286-42A\n")
			lparcfg, err := os.ReadFile("testdata/dumps/linux_lparcfg-power8.txt")
			if err != nil {
				panic(err)
			}
			m["proc/ppc64/lparcfg"] = file(string(lparcfg))
			return m
		}, `1 sockets, 4 cores, 4 threads, model "POWER8 (architected), altivec supported", installed threads 4, virtual yes PowerVM; ` +
			`partition 7 shared, capped no, entitled 1.25, 4 virtual of 8, pool "0" of 12, system 12 of 24, SMT 0`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := topology.Local(t.Context(), tc.root())
			require.NoError(t, err)
			assert.Equal(t, tc.want, brief(p))
		})
	}
}

func TestLocalErrors(t *testing.T) {
	_, err := topology.Local(t.Context(), fstest.MapFS{})
	require.ErrorIs(t, err, fs.ErrNotExist)

	broken := machine(1, 2, 1)
	broken["sys/devices/system/cpu/online"] = file("0-x")
	_, err = topology.Local(t.Context(), broken)
	require.ErrorIs(t, err, topology.ErrMalformed)
	require.ErrorContains(t, err, `/sys/devices/system/cpu/online: malformed: "0-x" is not a list`)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = topology.Local(ctx, machine(1, 2, 1))
	require.ErrorIs(t, err, context.Canceled)
}
