package topology

import "strconv"

// armMakers are the implementer codes of the Arm architecture's MIDR register.
var armMakers = map[uint64]string{
	0x41: "ARM", 0x42: "Broadcom", 0x43: "Cavium", 0x44: "DEC", 0x46: "Fujitsu",
	0x48: "HiSilicon", 0x49: "Infineon", 0x4d: "Motorola", 0x4e: "NVIDIA",
	0x50: "APM", 0x51: "Qualcomm", 0x53: "Samsung", 0x56: "Marvell",
	0x61: "Apple", 0x66: "Faraday", 0x69: "Intel", 0x70: "Phytium", 0xc0: "Ampere",
}

// armPart names a core and says whether it runs one thread at a time.
type armPart struct {
	name   string
	single bool
}

// armParts are (implementer << 12 | part) codes from the makers' technical
// reference manuals. Of Arm's own cores only Cortex-A65, A65AE and Neoverse E1
// run two threads; ThunderX2 runs up to four.
var armParts = map[uint64]armPart{
	0x41926: {"ARM926", true}, 0x41b36: {"ARM1136", true}, 0x41b56: {"ARM1156", true},
	0x41b76: {"ARM1176", true}, 0x41b02: {"ARM11-MPCore", true},
	0x41c05: {"Cortex-A5", true}, 0x41c07: {"Cortex-A7", true}, 0x41c08: {"Cortex-A8", true},
	0x41c09: {"Cortex-A9", true}, 0x41c0d: {"Cortex-A17", true}, 0x41c0e: {"Cortex-A17", true},
	0x41c0f: {"Cortex-A15", true}, 0x41d01: {"Cortex-A32", true}, 0x41d02: {"Cortex-A34", true},
	0x41d03: {"Cortex-A53", true}, 0x41d04: {"Cortex-A35", true}, 0x41d05: {"Cortex-A55", true},
	0x41d06: {"Cortex-A65", false}, 0x41d07: {"Cortex-A57", true}, 0x41d08: {"Cortex-A72", true},
	0x41d09: {"Cortex-A73", true}, 0x41d0a: {"Cortex-A75", true}, 0x41d0b: {"Cortex-A76", true},
	0x41d0c: {"Neoverse-N1", true}, 0x41d0d: {"Cortex-A77", true}, 0x41d0e: {"Cortex-A76AE", true},
	0x41d40: {"Neoverse-V1", true}, 0x41d41: {"Cortex-A78", true}, 0x41d42: {"Cortex-A78AE", true},
	0x41d43: {"Cortex-A65AE", false}, 0x41d44: {"Cortex-X1", true}, 0x41d46: {"Cortex-A510", true},
	0x41d47: {"Cortex-A710", true}, 0x41d48: {"Cortex-X2", true}, 0x41d49: {"Neoverse-N2", true},
	0x41d4a: {"Neoverse-E1", false}, 0x41d4b: {"Cortex-A78C", true}, 0x41d4d: {"Cortex-A715", true},
	0x41d4e: {"Cortex-X3", true}, 0x41d4f: {"Neoverse-V2", true}, 0x41d80: {"Cortex-A520", true},
	0x41d81: {"Cortex-A720", true}, 0x41d82: {"Cortex-X4", true}, 0x41d84: {"Neoverse-V3", true},
	0x41d8e: {"Neoverse-N3", true},
	0x42516: {"ThunderX2", false}, 0x430a1: {"ThunderX-88XX", true}, 0x430af: {"ThunderX2", false},
	0x46001: {"A64FX", true}, 0x48d01: {"Kunpeng-920", true}, 0x56131: {"Feroceon-88FR131", true},
	0x56581: {"PJ4", true}, 0x56584: {"PJ4B-MP", true}, 0x69200: {"i80200", true},
	0x692e3: {"XScale-80219", true}, 0x50000: {"X-Gene", true}, 0x51c00: {"Falkor", true},
	0x61022: {"Icestorm-M1", true}, 0x61023: {"Firestorm-M1", true},
	0xc0ac3: {"Ampere-1", true}, 0xc0ac4: {"Ampere-1a", true},
}

// armPartOf looks a core up by its implementer and part as cpuinfo prints them.
func armPartOf(implementer, part string) (maker string, core armPart, ok bool) {
	i, err := strconv.ParseUint(implementer, 0, 8)
	if err != nil {
		return "", armPart{}, false
	}
	maker = armMakers[i]
	n, err := strconv.ParseUint(part, 0, 12)
	if err != nil {
		return maker, armPart{}, false
	}
	core, ok = armParts[i<<12|n]
	return maker, core, ok
}
