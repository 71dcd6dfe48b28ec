package topology

import (
	"errors"
	"fmt"
)

// Kind is a kind of dump. Its number is not part of the API's promise; its
// String is.
type Kind uint8

// The kinds of dump that Parse reads.
const (
	Invalid           Kind = iota
	LinuxCPUInfo           // /proc/cpuinfo of any architecture
	LinuxSysinfo           // /proc/sysinfo of IBM Z
	LinuxLparcfg           // /proc/ppc64/lparcfg of IBM Power
	LinuxLscpu             // lscpu, in English
	Dmidecode              // dmidecode, whole or -t 4
	WindowsProcessor       // Win32_Processor: wmic /format:list, Get-CimInstance | fl
	WindowsRegistry        // HARDWARE\DESCRIPTION\System\CentralProcessor exported
	SolarisPsrinfo         // psrinfo -v, -vp or both
	SolarisKstat           // kstat -p -m cpu_info, or kstat -m cpu_info
	HPUXMachinfo           // machinfo
	AIXLparstat            // lparstat -i
	AIXPrtconf             // prtconf
	AIXLscfg               // lscfg, lsdev -Cc processor
	MacSystemProfiler      // system_profiler SPHardwareDataType
	BSDSysctl              // sysctl -a of macOS and FreeBSD
)

// parsers holds one reader a kind, with its name.
var parsers = [...]struct {
	name string
	read func([]line) (Processors, error)
}{
	Invalid:           {"invalid", nil},
	LinuxCPUInfo:      {"linux_cpuinfo", parseCPUInfo},
	LinuxSysinfo:      {"linux_sysinfo", parseSysinfo},
	LinuxLparcfg:      {"linux_lparcfg", parseLparcfg},
	LinuxLscpu:        {"linux_lscpu", parseLscpu},
	Dmidecode:         {"dmidecode", parseDmidecode},
	WindowsProcessor:  {"win32_processor", parseWin32Processor},
	WindowsRegistry:   {"windows_registry", parseRegistry},
	SolarisPsrinfo:    {"solaris_psrinfo", parsePsrinfo},
	SolarisKstat:      {"solaris_kstat", parseKstat},
	HPUXMachinfo:      {"hpux_machinfo", parseMachinfo},
	AIXLparstat:       {"aix_lparstat", parseLparstat},
	AIXPrtconf:        {"aix_prtconf", parsePrtconf},
	AIXLscfg:          {"aix_lscfg", parseLscfg},
	MacSystemProfiler: {"macos_system_profiler", parseSystemProfiler},
	BSDSysctl:         {"bsd_sysctl", parseSysctl},
}

// Kinds lists every kind that Parse reads.
func Kinds() []Kind {
	out := make([]Kind, 0, len(parsers)-1)
	for k := range parsers {
		if Kind(k) != Invalid {
			out = append(out, Kind(k))
		}
	}
	return out
}

// KindOf finds the kind of a name such as "linux_cpuinfo"; Invalid if there is
// none.
func KindOf(name string) Kind {
	for k, p := range parsers {
		if p.name == name {
			return Kind(k)
		}
	}
	return Invalid
}

// String is the kind's name.
func (k Kind) String() string {
	if int(k) >= len(parsers) {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return parsers[k].name
}

// Parse reads one dump. A fact that the dump does not hold is unknown and named
// in Missing; an error, an *Error that wraps ErrFormat or ErrMalformed, means
// that nothing of the result may be used.
func Parse(kind Kind, data []byte) (Processors, error) {
	p, err := parse(kind, data)
	if err != nil {
		return Processors{}, err
	}
	p.finish()
	return p, nil
}

func parse(kind Kind, data []byte) (Processors, error) {
	if kind == Invalid || int(kind) >= len(parsers) {
		return Processors{}, &Error{Kind: kind, Err: fmt.Errorf("%w: no such kind", ErrFormat)}
	}
	p, err := parsers[kind].read(lines(data))
	if err == nil {
		return p, nil
	}
	var at *Error
	if !errors.As(err, &at) {
		at = &Error{Err: err}
	}
	at.Kind = kind
	return Processors{}, at
}

// formatError says what a dump of the kind would have held.
func formatError(want string) error {
	return fmt.Errorf("%w: found no %s", ErrFormat, want)
}
