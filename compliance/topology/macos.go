package topology

import (
	"regexp"
	"strconv"
	"strings"
)

var totalCores = regexp.MustCompile(`^([0-9]{1,4})(?: \(|$)`)

// parseSystemProfiler reads the hardware overview of macOS as text.
func parseSystemProfiler(text []line) (Processors, error) {
	k := readKeyed(hardwareOverview(text), ":")
	p := Processors{System: k.get("Model Identifier"), Vendor: "Intel"}
	for _, key := range []string{"Processor Name", "Chip", "CPU Type"} {
		fill(&p.Model, cleanModel(k.get(key)))
	}
	if p.Model == "" && k.get("Total Number of Cores") == "" {
		return Processors{}, formatError(`"Processor Name", "Chip" or "CPU Type" line; add SPHardwareDataType`)
	}
	fill(&p.System, k.get("Machine Model"))
	for _, key := range []string{"Number Of Processors", "Number Of CPUs"} {
		if !p.Sockets.Known() {
			n, err := k.count(key)
			if err != nil {
				return Processors{}, err
			}
			p.Sockets = n
		}
	}
	if m := totalCores.FindStringSubmatch(k.get("Total Number Of Cores")); m != nil {
		n, _ := strconv.Atoi(m[1])
		p.Cores = Exactly(n)
	}
	for _, key := range []string{"Processor Speed", "CPU Speed"} {
		fill(&p.SpeedMHz, speedMHz(k.get(key)))
	}
	p.macThreads(k)
	return p, nil
}

// hardwareOverview cuts the section out of a whole report, where other sections
// have keys of the same names.
func hardwareOverview(text []line) []line {
	for i, l := range text {
		if squeeze(l.text) != "Hardware Overview:" {
			continue
		}
		end := i + 1
		for end < len(text) && (text[end].text == "" || text[end].text[0] == ' ' || text[end].text[0] == '\t') {
			end++
		}
		return text[i:end]
	}
	return text
}

// macThreads counts threads: Apple's own cores run one, Intel's two where
// hyper-threading is said to be on.
func (p *Processors) macThreads(k keyed) {
	p.Architecture = "x86_64"
	switch {
	case k.get("Chip") != "" && strings.HasPrefix(p.Model, "Apple"):
		// Chip names the one package that such a Mac has.
		p.Vendor, p.Architecture, p.Sockets = "Apple", "aarch64", Exactly(1)
		p.Threads = p.Cores
	case strings.HasPrefix(p.Model, "PowerPC"):
		p.Vendor, p.Architecture = "", "ppc"
		// These count CPUs, which are cores: two of them may share a G5 chip.
		p.Cores, p.Threads, p.Sockets = p.Sockets, p.Sockets, Count{}
		p.applyFamily()
	case k.get("Hyper-Threading Technology") == "Enabled" && p.Cores.Known():
		p.Threads = Exactly(2 * p.Cores.N())
	case k.get("Hyper-Threading Technology") == "Disabled":
		p.Threads = p.Cores
	default:
		if f, ok := familyOf(p.Model); ok && f.threads == 1 {
			p.Threads = p.Cores
		}
	}
	if virtualModel(p.Model) || hypervisorOf(p.System) != "" {
		p.Virtual, p.Hypervisor = Yes, hypervisorOf(p.System)
	}
}

// parseSysctl reads sysctl -a of macOS ("key: value" or "key = value") and of
// FreeBSD.
func parseSysctl(text []line) (Processors, error) {
	k := readKeyed(text, ":")
	for key, f := range readKeyed(text, " = ").fields {
		if _, ok := k.fields[key]; !ok {
			k.fields[key] = f
		}
	}
	var p Processors
	var cpus, logical, smpCores Count
	err := k.counts(map[string]*Count{
		"hw.packages": &p.Sockets, "hw.physicalcpu": &p.Cores, "hw.physicalcpu_max": &p.Installed.Cores,
		"hw.logicalcpu": &logical, "hw.ncpu": &cpus, "hw.logicalcpu_max": &p.Installed.Threads,
		"kern.smp.cores": &smpCores,
	})
	if err != nil {
		return Processors{}, err
	}
	fill(&p.Cores, smpCores)
	p.Threads = logical
	fill(&p.Threads, cpus)
	for _, key := range []string{"machdep.cpu.brand_string", "hw.model"} {
		if !strings.HasPrefix(k.get(key), "Mac") {
			fill(&p.Model, cleanModel(k.get(key)))
		}
	}
	p.Vendor, p.Architecture = k.get("machdep.cpu.vendor"), k.get("hw.machine")
	p.SpeedMHz = speedMHz(p.Model)
	switch k.get("kern.hv_vmm_present") {
	case "1":
		p.Virtual = Yes
	case "0":
		p.Virtual = No
	}
	perPackage(k, &p)
	if !p.Threads.Known() && !p.Cores.Known() && p.Model == "" {
		return Processors{}, formatError(`"hw.ncpu", "hw.physicalcpu" or "machdep.cpu.brand_string" value`)
	}
	return p, nil
}

// perPackage uses the counts of one package that macOS keeps beside those of
// the machine.
func perPackage(k keyed, p *Processors) {
	cores, errC := k.count("machdep.cpu.core_count")
	threads, errT := k.count("machdep.cpu.thread_count")
	if errC != nil || errT != nil || !p.Sockets.Known() {
		return
	}
	if !p.Cores.Known() && cores.Known() {
		p.Cores = Exactly(cores.N() * p.Sockets.N())
	}
	if !p.Threads.Known() && threads.Known() {
		p.Threads = Exactly(threads.N() * p.Sockets.N())
	}
}
