package topology

import (
	"strconv"
	"strings"
)

// keyed is a dump of "Key: value" lines, the first of each key.
type keyed struct {
	fields map[string]field
}

// readKeyed indexes the lines by key in lower case.
func readKeyed(text []line, sep string) keyed {
	k := keyed{map[string]field{}}
	for _, l := range text {
		key, value, ok := l.pair(sep)
		lower := strings.ToLower(key)
		if _, seen := k.fields[lower]; ok && !seen {
			k.fields[lower] = field{key, value, l}
		}
	}
	return k
}

func (k keyed) get(key string) string { return k.fields[strings.ToLower(key)].value }

// count reads a field as a number of processors; absent, empty and "-" are
// unknown.
func (k keyed) count(key string) (Count, error) {
	f, ok := k.fields[strings.ToLower(key)]
	if !ok || f.value == "" || f.value == "-" {
		return Count{}, nil
	}
	n, err := f.at.count(f.key, f.value)
	return Exactly(n), err
}

// counts reads several fields, stopping at the first that is no number.
func (k keyed) counts(want map[string]*Count) error {
	for _, key := range sortedKeys(want) {
		c, err := k.count(key)
		if err != nil {
			return err
		}
		*want[key] = c
	}
	return nil
}

// parseSysinfo reads /proc/sysinfo of IBM Z: the machine, the logical
// partition, and the guests stacked in it, innermost VM00.
func parseSysinfo(text []line) (Processors, error) {
	k := readKeyed(text, ":")
	if k.get("CPUs Total") == "" && k.get("LPAR Number") == "" {
		return Processors{}, formatError(`"CPUs Total" or "LPAR Number" line of /proc/sysinfo`)
	}
	p := Processors{Architecture: "s390x", Virtual: Yes, Hypervisor: "PR/SM", Partition: &Partition{}}
	p.Vendor = k.get("Manufacturer")
	p.System = squeeze(k.get("Manufacturer") + " " + k.get("Type") + " " + k.get("Model"))
	part := p.Partition
	var configured, dedicated, shared, virtual, virtualMax Count
	err := k.counts(map[string]*Count{
		"CPUs Total": &part.SystemInstalled, "CPUs Configured": &part.SystemActive,
		"LPAR CPUs Total": &part.MaxVirtualCPUs, "LPAR CPUs Configured": &configured,
		"LPAR CPUs Dedicated": &dedicated, "LPAR CPUs Shared": &shared,
		"VM00 CPUs Configured": &virtual, "VM00 CPUs Total": &virtualMax,
	})
	if err != nil {
		return Processors{}, err
	}
	part.Number, part.Name = k.get("LPAR Number"), k.get("LPAR Name")
	part.VirtualCPUs = configured
	part.Sharing = zSharing(k.get("LPAR Characteristics"), dedicated, shared)
	k.zThreads(&p)
	if program := k.get("VM00 Control Program"); program != "" {
		p.Hypervisor = program
		part.VirtualCPUs, part.MaxVirtualCPUs = virtual, virtualMax
		part.ThreadsPerCore = 1 // neither z/VM nor KVM shows its guests threads of a core
	}
	p.Cores = Count{Max: part.VirtualCPUs.Max}
	if per := part.ThreadsPerCore; per > 0 {
		p.Threads = Count{Max: part.VirtualCPUs.Max * per}
	}
	if part.ThreadsPerCore == 1 && k.get("VM00 Control Program") == "" {
		p.Installed.Threads = part.MaxVirtualCPUs
	}
	return p, k.zCapacity(&p)
}

func zSharing(characteristics string, dedicated, shared Count) Sharing {
	switch {
	case dedicated.N() > 0 && shared.N() == 0:
		return Dedicated
	case shared.N() > 0, strings.Contains(characteristics, "Shared"):
		return Shared
	case strings.Contains(characteristics, "Dedicated"):
		return Dedicated
	}
	return SharingUnknown
}

// zThreads reads PS-MTID, the highest thread number that the partition has set:
// 0 is one thread a core. Machines without the line cannot run more.
func (k keyed) zThreads(p *Processors) {
	mtid := k.get("LPAR CPUs PS-MTID")
	machine := " " + k.get("Type") + " "
	switch n, err := strconv.Atoi(mtid); {
	case err == nil && n >= 0 && n < 8:
		p.Partition.ThreadsPerCore = n + 1
	case mtid == "" && strings.Contains(zWithoutSMT, machine):
		p.Partition.ThreadsPerCore = 1
	}
}

// zCapacity reads "CPU Topology SW: 0 0 4 2 3 8": how many drawers, books,
// sockets a book and cores a socket the machine's frame can hold.
func (k keyed) zCapacity(p *Processors) error {
	f, ok := k.fields["cpu topology sw"]
	if !ok {
		return nil
	}
	levels := strings.Fields(f.value)
	sockets := 1
	for _, level := range levels[:max(len(levels)-1, 0)] {
		n, err := f.at.count(f.key, level)
		if err != nil {
			return err
		}
		if sockets *= max(n, 1); sockets > maxCount {
			return f.at.errorf("%s holds more sockets than any machine", f.key)
		}
	}
	if len(levels) == 6 {
		p.SocketCapacity = Exactly(sockets)
	}
	return nil
}
