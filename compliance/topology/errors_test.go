package topology_test

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
)

func TestErrorsSayWhere(t *testing.T) {
	for _, tc := range []struct {
		kind topology.Kind
		text string
		is   error
		want string
	}{
		{topology.LinuxCPUInfo, "processor : 0\nflags : fpu\n\nprocessor : one\n", topology.ErrMalformed,
			`topology: linux_cpuinfo: line 4, column 13: malformed: processor is "one", want a whole number up to 1048576`},
		{topology.LinuxCPUInfo, "processor : 0\n\nprocessor : 0\n", topology.ErrMalformed,
			`topology: linux_cpuinfo: line 3: malformed: processor 0 is listed twice, first on line 1: are two dumps joined?`},
		{topology.LinuxCPUInfo, "processor : 0\nphysical id : 0\ncpu cores : -4\n", topology.ErrMalformed,
			`topology: linux_cpuinfo: line 3, column 13: malformed: cpu cores is "-4", want a whole number up to 1048576`},
		{topology.AIXLparstat, "Type : Shared-SMT\nEntitled Capacity : 1e9\n", topology.ErrMalformed,
			`topology: aix_lparstat: line 2: malformed: Entitled Capacity is "1e9", want a decimal number`},
		{topology.AIXLparstat, "Type : Shared-SMT\r\nOnline Virtual CPUs : many\r\n", topology.ErrMalformed,
			`topology: aix_lparstat: line 2, column 23: malformed: Online Virtual CPUs is "many", want a whole number up to 1048576`},
		{topology.LinuxLscpu, "Architecture: x86_64\nCPU(s): 4\nOn-line CPU(s) list: 3-0\n", topology.ErrMalformed,
			`topology: linux_lscpu: line 3: malformed: On-line CPU(s) list: "3-0" is not a list of processors like 0-3,8`},
		{topology.LinuxLscpu, "Architektur: x86_64\n", topology.ErrFormat,
			`topology: linux_lscpu: not a dump of this kind: found no "Architecture:" and "CPU(s):" lines; run lscpu with LC_ALL=C`},
		{topology.Dmidecode, "/dev/mem: Permission denied\n", topology.ErrFormat,
			`topology: dmidecode: not a dump of this kind: found no "Handle 0x..." line: dmidecode needs root`},
		{topology.SolarisPsrinfo, "zsh: command not found\n", topology.ErrFormat,
			`topology: solaris_psrinfo: not a dump of this kind: found no "Status of virtual processor" or "physical processor has" line`},
		{topology.Invalid, "", topology.ErrFormat, `topology: invalid: not a dump of this kind: no such kind`},
	} {
		_, err := topology.Parse(tc.kind, []byte(tc.text))
		require.ErrorIs(t, err, tc.is)
		assert.EqualError(t, err, tc.want)
	}
}

// TestEmptyDumps: every kind refuses an empty text; none makes a machine of it.
func TestEmptyDumps(t *testing.T) {
	for _, kind := range topology.Kinds() {
		require.Equal(t, kind, topology.KindOf(kind.String()))
		for _, text := range []string{"", "\n\n", "hello\n", "\xff\xfe"} {
			_, err := topology.Parse(kind, []byte(text))
			require.ErrorIs(t, err, topology.ErrFormat, "%v of %q", kind, text)
		}
	}
}

// TestUTF16 reads what wmic writes to a file: UTF-16 with a byte order mark.
func TestUTF16(t *testing.T) {
	text := "\r\r\n\r\r\nDeviceID=CPU0\r\r\nName=Intel(R) Xeon(R) E-2136 CPU @ 3.30GHz\r\r\nNumberOfCores=6\r\r\nNumberOfLogicalProcessors=12\r\r\n"
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		data := order.AppendUint16(nil, 0xFEFF)
		for _, unit := range utf16.Encode([]rune(text)) {
			data = order.AppendUint16(data, unit)
		}
		p, err := topology.Parse(topology.WindowsProcessor, data)
		require.NoError(t, err)
		assert.Equal(t, `1 sockets, 6 cores, 12 threads, model "Intel(R) Xeon(R) E-2136 CPU @ 3.30GHz", installed cores 6, 3300 MHz`, brief(p))
	}
}

func TestCount(t *testing.T) {
	for _, tc := range []struct {
		c    topology.Count
		text string
		json string
	}{
		{topology.Count{}, "unknown", "null"},
		{topology.Exactly(4), "4", "4"},
		{topology.Exactly(0), "unknown", "null"},
		{topology.Between(4, 8), "4 to 8", "null"},
		{topology.Between(0, 8), "1 to 8", "null"},
		{topology.AtLeast(2), "at least 2", "null"},
		{topology.AtLeast(1), "unknown", "null"},
	} {
		assert.Equal(t, tc.text, tc.c.String())
		got, err := tc.c.MarshalJSON()
		require.NoError(t, err)
		assert.Equal(t, tc.json, string(got))
	}
}
