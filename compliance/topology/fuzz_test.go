package topology_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// fuzz feeds one parser from the dumps of its kind in testdata.
func fuzz(f *testing.F, kind topology.Kind) {
	paths, err := filepath.Glob("testdata/dumps/" + kind.String() + "-*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := topology.Parse(kind, data)
		if err != nil {
			requireLocated(t, err)
			return
		}
		requireSound(t, p)
	})
}

func FuzzCPUInfo(f *testing.F)        { fuzz(f, topology.LinuxCPUInfo) }
func FuzzSysinfo(f *testing.F)        { fuzz(f, topology.LinuxSysinfo) }
func FuzzLparcfg(f *testing.F)        { fuzz(f, topology.LinuxLparcfg) }
func FuzzLscpu(f *testing.F)          { fuzz(f, topology.LinuxLscpu) }
func FuzzDmidecode(f *testing.F)      { fuzz(f, topology.Dmidecode) }
func FuzzWin32Processor(f *testing.F) { fuzz(f, topology.WindowsProcessor) }
func FuzzRegistry(f *testing.F)       { fuzz(f, topology.WindowsRegistry) }
func FuzzPsrinfo(f *testing.F)        { fuzz(f, topology.SolarisPsrinfo) }
func FuzzKstat(f *testing.F)          { fuzz(f, topology.SolarisKstat) }
func FuzzMachinfo(f *testing.F)       { fuzz(f, topology.HPUXMachinfo) }
func FuzzLparstat(f *testing.F)       { fuzz(f, topology.AIXLparstat) }
func FuzzPrtconf(f *testing.F)        { fuzz(f, topology.AIXPrtconf) }
func FuzzLscfg(f *testing.F)          { fuzz(f, topology.AIXLscfg) }
func FuzzSystemProfiler(f *testing.F) { fuzz(f, topology.MacSystemProfiler) }
func FuzzSysctl(f *testing.F)         { fuzz(f, topology.BSDSysctl) }
