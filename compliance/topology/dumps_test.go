package topology_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// brief renders what a reader wants to see of a result in one line.
func brief(p topology.Processors) string {
	s := fmt.Sprintf("%v sockets, %v cores, %v threads, model %q", p.Sockets, p.Cores, p.Threads, p.Model)
	for _, more := range []struct {
		name string
		c    topology.Count
	}{
		{"installed sockets", p.Installed.Sockets}, {"installed cores", p.Installed.Cores},
		{"installed threads", p.Installed.Threads}, {"capacity", p.SocketCapacity},
	} {
		if more.c.Known() {
			s += fmt.Sprintf(", %s %v", more.name, more.c)
		}
	}
	if p.SpeedMHz > 0 {
		s += fmt.Sprintf(", %d MHz", p.SpeedMHz)
	}
	if p.Virtual != topology.Unknown {
		s += fmt.Sprintf(", virtual %v %s", p.Virtual, p.Hypervisor)
	}
	s = strings.TrimSpace(s)
	if part := p.Partition; part != nil {
		s += fmt.Sprintf("; partition %s %v, capped %v, entitled %v, %v virtual of %v, pool %q of %v, system %v of %v, SMT %d",
			part.Number, part.Sharing, part.Capped, part.Entitled.Decimal, part.VirtualCPUs, part.MaxVirtualCPUs, part.Pool,
			part.PoolCPUs, part.SystemActive, part.SystemInstalled, part.ThreadsPerCore)
	}
	return s
}

// dumpKind takes the kind from a file name such as linux_lscpu-xeon.txt.
func dumpKind(path string) topology.Kind {
	name, _, _ := strings.Cut(filepath.Base(path), "-")
	return topology.KindOf(name)
}

func TestParseDumps(t *testing.T) {
	wants := map[string]string{
		"aix_lparstat-smt4":            `1 to 3 sockets, 3 cores, 12 threads, model "", virtual yes PowerVM; partition 3 shared, capped yes, entitled 1.5, 3 virtual of 6, pool "2" of 4, system 12 of 16, SMT 4`,
		"aix_lscfg-lsdev":              `1 to 2 sockets, 2 cores, at least 2 threads, model ""`,
		"aix_lscfg-vp":                 `1 to 3 sockets, 3 cores, at least 3 threads, model "", installed cores 4`,
		"aix_prtconf-power7":           `1 to 4 sockets, 4 cores, at least 4 threads, model "POWER7", 3300 MHz, virtual yes PowerVM; partition 5 unknown, capped unknown, entitled 0, 4 virtual of unknown, pool "" of unknown, system unknown of unknown, SMT 0`,
		"bsd_sysctl-freebsd":           `1 to 6 sockets, 6 cores, 12 threads, model "Intel(R) Xeon(R) E-2136 CPU @ 3.30GHz", 3300 MHz`,
		"bsd_sysctl-macos":             `1 sockets, 4 cores, 8 threads, model "Intel(R) Core(TM) i7-4850HQ CPU @ 2.30GHz", installed cores 4, installed threads 8, 2300 MHz, virtual no`,
		"dmidecode-halfdisabled":       `1 sockets, 9 cores, 9 threads, model "Intel(R) Xeon(R) Gold 6140 CPU @ 2.30GHz", installed sockets 2, installed cores 36, capacity 3, 2300 MHz`,
		"hpux_machinfo-1123":           `1 to 4 sockets, 2 to 4 cores, 4 threads, model "Intel(R) Itanium 2 9000 series", 1595 MHz`,
		"hpux_machinfo-lcpu":           `2 sockets, 8 cores, 16 threads, model "Intel(R) Itanium(R) Processor 9340", 1600 MHz`,
		"hpux_machinfo-madison":        `4 sockets, 4 cores, 4 threads, model "Intel(R) Itanium 2 Family Processors", 1300 MHz`,
		"linux_cpuinfo-biglittle":      `1 to 2 sockets, 2 cores, 2 threads, model "Cortex-A510"`,
		"linux_cpuinfo-guest":          `1 sockets, 2 cores, 2 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", 2600 MHz, virtual yes`,
		"linux_cpuinfo-niagara":        `1 sockets, 2 cores, 8 threads, model "UltraSparc T1 (Niagara)", installed threads 8`,
		"macos_system_profiler-g5quad": `2 to 4 sockets, 4 cores, 4 threads, model "PowerPC G5 (1.1)", 2500 MHz`,
		"hpux_machinfo-parisc":         `4 sockets, 8 cores, 8 threads, model "PA-RISC 8900", 1100 MHz`,
		"hpux_machinfo-sockets":        `4 sockets, 8 cores, 8 threads, model "Intel(R) Itanium 2 9000 series", 1595 MHz`,
		"linux_cpuinfo-cutshort":       `1 to 2 sockets, 1 to 2 cores, 2 threads, model "Intel(R) Xeon(R) CPU E5-2640 v3 @ 2.60GHz", 2600 MHz`,
		"linux_cpuinfo-power9kvm":      `1 sockets, 1 cores, 1 threads, model "POWER9 (architected), altivec supported", 2900 MHz, virtual yes KVM`,
		"linux_cpuinfo-xeon-mixed":     `2 sockets, 3 cores, 3 threads, model "Intel(R) Xeon(R) CPU E5504 @ 2.00GHz", 2000 MHz`,
		"linux_cpuinfo-z16":            `1 sockets, 2 cores, 4 threads, model "", 5200 MHz, virtual yes PR/SM`,
		"linux_lparcfg-power8":         `1 to 4 sockets, 4 cores, at least 4 threads, model "", virtual yes PowerVM; partition 7 shared, capped no, entitled 1.25, 4 virtual of 8, pool "0" of 12, system 12 of 24, SMT 0`,
		"linux_lscpu-biglittle":        `1 sockets, 8 cores, 8 threads, model "Cortex-A55", installed threads 8`,
		"linux_lscpu-json":             `1 sockets, 32 cores, 64 threads, model "AMD EPYC 7502 32-Core Processor", installed threads 64`,
		"linux_lscpu-xeon":             `2 sockets, 8 cores, 12 threads, model "Intel(R) Xeon(R) Gold 5217 CPU @ 3.00GHz", installed threads 16, 3000 MHz, virtual yes VMware`,
		"linux_lscpu-z15":              `1 to 3 sockets, 3 cores, 6 threads, model "", installed threads 6, virtual yes PR/SM`,
		"linux_sysinfo-z14lpar":        `1 to 16 sockets, 1 to 16 cores, 1 to 32 threads, model "", capacity 24, virtual yes PR/SM; partition 12 dedicated, capped unknown, entitled 0, 16 virtual of 20, pool "" of unknown, system 93 of 193, SMT 2`,
		"linux_sysinfo-z14zvm":         `1 to 2 sockets, 1 to 2 cores, 1 to 2 threads, model "", virtual yes z/VM 7.1.0; partition 12 dedicated, capped unknown, entitled 0, 2 virtual of 2, pool "" of unknown, system 93 of 193, SMT 1`,
		"macos_system_profiler-g4":     `1 sockets, 1 cores, 1 threads, model "PowerPC G4 (1.2)", 1500 MHz`,
		"macos_system_profiler-m1":     `1 sockets, 8 cores, 8 threads, model "Apple M1"`,
		"macos_system_profiler-macpro": `2 sockets, 12 cores, 24 threads, model "6-Core Intel Xeon", 2660 MHz`,
		"solaris_kstat-modules":        `1 sockets, 1 cores, 2 threads, model "Intel(r) Xeon(r) CPU E5-2640 v3 @ 2.60GHz", installed threads 2, 2600 MHz`,
		"solaris_kstat-parsable":       `2 sockets, 3 cores, 3 threads, model "SPARC-T5", installed threads 4, 3600 MHz`,
		"solaris_psrinfo-offline":      `1 to 2 sockets, 1 to 2 cores, 2 threads, model "", installed threads 3, 1415 MHz`,
		"solaris_psrinfo-p":            `4 sockets, at least 4 cores, at least 4 threads, model ""`,
		"solaris_psrinfo-sparc64":      `2 sockets, 8 cores, 16 threads, model "SPARC64-VII", installed threads 16, 2400 MHz`,
		"solaris_psrinfo-x86":          `1 sockets, 4 cores, 8 threads, model "Intel(r) Core(tm) i7-3770 CPU @ 3.40GHz", installed threads 8, 3392 MHz`,
		"win32_processor-powershell":   `2 sockets, 16 cores, 32 threads, model "Intel(R) Xeon(R) Silver 4210R CPU @ 2.40GHz", installed cores 20, 2400 MHz`,
		"windows_registry-two":         `1 to 2 sockets, 1 to 2 cores, 2 threads, model "Intel(R) Xeon(R) Platinum 8272CL CPU @ 2.60GHz", 2600 MHz`,
	}
	paths, err := filepath.Glob("testdata/dumps/*.txt")
	require.NoError(t, err)
	require.Len(t, paths, len(wants))
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			p, err := topology.Parse(dumpKind(path), data)
			require.NoError(t, err)
			assert.Equal(t, wants[name], brief(p))
		})
	}
}
