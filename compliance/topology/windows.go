package topology

import (
	"regexp"
	"strings"
)

// win32Architectures are Win32_Processor.Architecture codes.
var win32Architectures = map[string]string{
	"0": "i686", "1": "mips", "2": "alpha", "3": "ppc", "5": "arm", "6": "ia64", "9": "x86_64", "12": "aarch64",
}

// parseWin32Processor reads instances of Win32_Processor as property lists,
// "Name=value" of wmic or "Name : value" of PowerShell.
//
// An instance is a socket where it has NumberOfCores. Windows XP and 2003
// without update KB932370 lack the property and make an instance of every
// logical processor instead.
func parseWin32Processor(text []line) (Processors, error) {
	instances := readInstances(text)
	if len(instances) == 0 {
		return Processors{}, formatError(`"DeviceID" or "Name" property of Win32_Processor`)
	}
	p := Processors{}
	old := false
	for i, k := range instances {
		g := p.group(cleanModel(k.get("Name")))
		var cores, enabled, threads Count
		if err := k.counts(map[string]*Count{
			"NumberOfCores": &cores, "NumberOfEnabledCore": &enabled, "NumberOfLogicalProcessors": &threads,
		}); err != nil {
			return Processors{}, err
		}
		addTo(&p.Installed.Cores, orAtLeastOne(cores), i > 0)
		if enabled.N() > 0 && enabled.N() < cores.N() {
			cores = enabled
		}
		old = old || !cores.Known()
		for _, c := range []struct {
			sum *Count
			add Count
			set bool
		}{
			{&p.Sockets, Exactly(1), i > 0}, {&p.Cores, orAtLeastOne(cores), i > 0}, {&p.Threads, orAtLeastOne(threads), i > 0},
			{&g.Sockets, Exactly(1), g.Sockets != Count{}}, {&g.Cores, orAtLeastOne(cores), g.Cores != Count{}},
			{&g.Threads, orAtLeastOne(threads), g.Threads != Count{}},
		} {
			addTo(c.sum, c.add, c.set)
		}
	}
	if old {
		p.oldInstances(instances)
	}
	p.describe(instances[0])
	return p, nil
}

// oldInstances counts where instances may be logical processors: as many
// threads as instances, and as many sockets as they name with a processor of
// its own in each.
func (p *Processors) oldInstances(instances []keyed) {
	sockets := map[string]bool{}
	sound := true
	for _, k := range instances {
		sockets[k.get("SocketDesignation")] = true
		sound = sound && strings.Trim(k.get("ProcessorId"), "0") != "" && k.get("CpuStatus") == "1"
	}
	n := len(instances)
	p.Threads, p.Cores, p.Installed.Cores = Exactly(n), Between(1, n), Count{}
	p.Sockets = Between(1, n)
	if sound && len(sockets) == n {
		p.Sockets = Exactly(n)
	}
	for i := range p.Groups {
		p.Groups[i] = Group{Model: p.Groups[i].Model}
	}
	p.notef("no NumberOfCores: this Windows may show each logical processor as a processor")
}

func (p *Processors) describe(k keyed) {
	p.Architecture = win32Architectures[k.get("Architecture")]
	p.Vendor = k.get("Manufacturer")
	if p.Model = p.Groups[0].Model; p.Model == "" && len(p.Groups) == 1 {
		p.Groups = nil
	}
	if virtualModel(p.Model) {
		p.Virtual = Yes
	}
	p.SpeedMHz = speedMHz(p.Model)
	fill(&p.SpeedMHz, speedMHz(k.get("MaxClockSpeed")+" MHz"))
}

// readInstances cuts a list where a property comes again.
func readInstances(text []line) []keyed {
	var out []keyed
	current := keyed{map[string]field{}}
	flush := func() {
		_, named := current.fields["name"]
		_, device := current.fields["deviceid"]
		if named || device {
			out = append(out, current)
		}
		current = keyed{map[string]field{}}
	}
	for _, l := range text {
		at := strings.IndexAny(l.text, "=:")
		if at < 0 {
			continue
		}
		key := squeeze(l.text[:at])
		lower := strings.ToLower(key)
		if _, again := current.fields[lower]; again {
			flush()
		}
		current.fields[lower] = field{key, squeeze(l.text[at+1:]), l}
	}
	flush()
	return out
}

var (
	registryKey   = regexp.MustCompile(`(?i)^\[.*\\CentralProcessor\\([0-9]+)\]$`)
	registryValue = regexp.MustCompile(`^"([^"]*)"=(.*)$`)
)

// parseRegistry reads an export of HARDWARE\DESCRIPTION\System\CentralProcessor,
// which holds one key a logical processor with the brand that the processor
// itself gives.
func parseRegistry(text []line) (Processors, error) {
	var p Processors
	threads, inside := 0, false
	for _, l := range text {
		if m := registryKey.FindStringSubmatch(l.text); m != nil {
			threads, inside = threads+1, true
			continue
		}
		if strings.HasPrefix(l.text, "[") {
			inside = false
		}
		m := registryValue.FindStringSubmatch(l.text)
		if m == nil || !inside {
			continue
		}
		value := squeeze(strings.Trim(m[2], `"`))
		switch m[1] {
		case "ProcessorNameString":
			if name := cleanModel(value); name != "" {
				addTo(&p.group(name).Threads, Exactly(1), p.group(name).Threads != Count{})
			}
		case "VendorIdentifier":
			fill(&p.Vendor, value)
		}
	}
	if threads == 0 {
		return Processors{}, formatError(`key CentralProcessor\N`)
	}
	p.Threads = Exactly(threads)
	if len(p.Groups) > 0 {
		p.Model = p.Groups[0].Model
		p.SpeedMHz = speedMHz(p.Model)
	}
	if virtualModel(p.Model) {
		p.Virtual = Yes
	}
	return p, nil
}
