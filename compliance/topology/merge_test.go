package topology_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
)

func dump(kind topology.Kind, text string) topology.Dump {
	return topology.Dump{Kind: kind, Data: []byte(text)}
}

const threeOfFour = `Status of virtual processor 0 as of: 03/02/2016 09:00:00
  on-line since 01/10/2016 08:00:00.
Status of virtual processor 1 as of: 03/02/2016 09:00:00
  off-line since 02/11/2016 10:00:00.
Status of virtual processor 2 as of: 03/02/2016 09:00:00
  on-line since 02/11/2016 10:00:00.
Status of virtual processor 3 as of: 03/02/2016 09:00:00
  on-line since 02/11/2016 10:00:00.
`

func TestReadJoins(t *testing.T) {
	for _, tc := range []struct {
		name    string
		dumps   []topology.Dump
		want    string
		notes   []string
		assumed int
	}{
		{"psrinfo -v knows the states, -vp the chips", []topology.Dump{
			dump(topology.SolarisPsrinfo, threeOfFour),
			dump(topology.SolarisPsrinfo, "The physical processor has 4 virtual processors (0-3)\n  UltraSPARC-T1 (cpuid 0 clock 1000 MHz)\n"),
		}, `1 sockets, 1 cores, 3 threads, model "UltraSPARC-T1", installed threads 4, 1000 MHz`, nil, 1},
		{"kstat knows what psrinfo would assume", []topology.Dump{
			dump(topology.SolarisKstat, "cpu_info:0:cpu_info0:chip_id 0\ncpu_info:0:cpu_info0:core_id 1\ncpu_info:1:cpu_info1:chip_id 0\n"+
				"cpu_info:1:cpu_info1:core_id 2\ncpu_info:2:cpu_info2:chip_id 0\ncpu_info:2:cpu_info2:core_id 2\ncpu_info:3:cpu_info3:chip_id 0\ncpu_info:3:cpu_info3:core_id 2\n"),
			dump(topology.SolarisPsrinfo, "The physical processor has 4 virtual processors (0-3)\n  UltraSPARC-T1 (cpuid 0 clock 1000 MHz)\n"),
		}, `1 sockets, 2 cores, 4 threads, model "UltraSPARC-T1", installed threads 4, 1000 MHz`,
			[]string{"solaris_psrinfo says cores 1; the operating system shows 2"}, 0},
		{"Windows before Vista names a processor it does not know after an older one", []topology.Dump{
			dump(topology.WindowsProcessor, "Name=Intel Pentium III Xeon processor\nNumberOfCores=2\nNumberOfLogicalProcessors=2\n"),
			dump(topology.WindowsRegistry, `[HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\0]
"ProcessorNameString"="Intel(R) Core(TM)2 Duo CPU     T9400  @ 2.53GHz"
[HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\1]
"ProcessorNameString"="Intel(R) Core(TM)2 Duo CPU     T9400  @ 2.53GHz"
`),
		}, `1 sockets, 2 cores, 2 threads, model "Intel(R) Core(TM)2 Duo CPU T9400 @ 2.53GHz", installed cores 2, 2530 MHz`,
			[]string{`Win32_Processor names the model "Intel Pentium III Xeon processor"`}, 0},
		{"firmware that miscounts is overruled, with a note", []topology.Dump{
			dump(topology.WindowsProcessor, "Name=Intel(R) Core(TM) i5-2300 CPU @ 2.80GHz\nNumberOfCores=4\nNumberOfLogicalProcessors=4\n"),
			dump(topology.Dmidecode, "Handle 0x0004, DMI type 4, 42 bytes\nProcessor Information\n\tStatus: Populated, Enabled\n\tCore Count: 4\n\tCore Enabled: 1\n"),
		}, `1 sockets, 4 cores, 4 threads, model "Intel(R) Core(TM) i5-2300 CPU @ 2.80GHz", installed sockets 1, installed cores 4, capacity 1, 2800 MHz`,
			[]string{"dmidecode says cores 1; the operating system shows 4"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := topology.Read(tc.dumps...)
			require.NoError(t, err)
			assert.Equal(t, tc.want, brief(p))
			assert.Equal(t, tc.notes, p.Notes)
			assert.Len(t, p.Assumed, tc.assumed)
			requireSound(t, p)
		})
	}
}

// TestReadKeepsItsInput: joining dumps must not write into the caller's slices.
func TestReadKeepsItsInput(t *testing.T) {
	first := append(make([]byte, 0, 4096), threeOfFour...)
	spare := first[len(first):cap(first)]
	_, err := topology.Read(topology.Dump{Kind: topology.SolarisPsrinfo, Data: first}, dump(topology.SolarisPsrinfo, "4\n"))
	require.NoError(t, err)
	assert.Equal(t, make([]byte, len(spare)), spare)
}

func TestReadFailsOnAnyDump(t *testing.T) {
	good, err := os.ReadFile("testdata/dumps/solaris_psrinfo-x86.txt")
	require.NoError(t, err)
	_, err = topology.Read(topology.Dump{Kind: topology.SolarisPsrinfo, Data: good}, dump(topology.Dmidecode, "no structure"))
	require.ErrorIs(t, err, topology.ErrFormat)
	none, err := topology.Read()
	require.NoError(t, err)
	assert.Equal(t, []string{"sockets", "cores", "threads", "model"}, none.Missing)
}
