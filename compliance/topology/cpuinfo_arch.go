package topology

import (
	"strings"
)

// architecture is how /proc/cpuinfo looks on one family of processors: which
// line gives it away, which lines name the model, and what else there is to
// read.
type architecture struct {
	name  string
	is    func(*cpuinfo) bool
	model []string
	read  func(*cpuinfo, *Processors) error
}

// architecture recognises the layout. The order matters: later tests are
// broader.
func (info *cpuinfo) architecture() (architecture, bool) {
	for _, a := range architectures {
		if a.is(info) {
			return a, true
		}
	}
	return architecture{model: []string{"model name", "cpu model", "cpu", "model"}}, false
}

var architectures = []architecture{
	{"s390x", func(i *cpuinfo) bool { return strings.HasPrefix(i.get("vendor_id"), "IBM/S390") },
		nil, readZ},
	{"ia64", func(i *cpuinfo) bool { return i.get("arch") == "IA-64" }, []string{"model name"}, readItanium},
	{"alpha", func(i *cpuinfo) bool { return i.get("cpu") == "Alpha" }, nil, readAlpha},
	{"arm", func(i *cpuinfo) bool {
		return i.has("CPU implementer") || strings.Contains(i.general.get("Processor"), "rev ")
	},
		[]string{"model name"}, readARM},
	{"riscv", func(i *cpuinfo) bool { return i.has("hart") || strings.HasPrefix(i.get("isa"), "rv") },
		[]string{"uarch"}, readRISCV},
	{"loongarch64", func(i *cpuinfo) bool { return strings.Contains(i.get("isa"), "loongarch") },
		[]string{"model name"}, readSystemType},
	{"mips", func(i *cpuinfo) bool { return i.has("system type") && i.has("cpu model") },
		[]string{"cpu model"}, readSystemType},
	{"ppc", func(i *cpuinfo) bool {
		return strings.Contains(i.get("revision"), "pvr") || i.has("timebase")
	}, []string{"cpu"}, readPower},
	{"sparc", func(i *cpuinfo) bool { return i.has("ncpus probed") }, []string{"cpu"}, readSPARC},
	{"x86", func(i *cpuinfo) bool { return i.has("flags") || i.has("cpuid level") || i.has("stepping") },
		[]string{"model name"}, readX86},
}

func readX86(info *cpuinfo, p *Processors) error {
	flags := " " + info.get("flags") + " "
	p.Architecture = "i686"
	if strings.Contains(flags, " lm ") {
		p.Architecture = "x86_64"
	}
	switch {
	case strings.Contains(flags, " hypervisor "), virtualModel(info.get("model name")):
		p.Virtual = Yes
	case info.has("bugs"):
		// Kernels that print this line also print the hypervisor flag.
		p.Virtual = No
	}
	if p.Vendor == "AuthenticAMD" && info.get("cpu family") == "21" && p.Threads.N() == 2*p.Cores.N() && p.Cores.N() > 0 {
		p.notef("AMD family 15h: each of the %d cores that the kernel counts is a module of two integer cores; "+
			"a table that counts integer cores counts %d", p.Cores.N(), p.Threads.N())
	}
	return nil
}

func readItanium(info *cpuinfo, p *Processors) error {
	if !info.has("core id") {
		// The kernel leaves the line out when a socket has one core of one thread.
		p.Cores = p.Threads
		if p.Sockets == (Count{}) {
			p.Sockets = p.Cores
		}
	}
	if p.Sockets.N() > 0 && info.get("siblings") == "1" && p.Threads.N() > p.Sockets.N() {
		p.notef("processors share a physical id although siblings says 1: the id is that of a bus, so each " +
			"processor may sit in a socket of its own")
	}
	if info.get("model name") == "" {
		p.Model = squeeze("Itanium family " + info.get("family") + " model " + info.get("model"))
	}
	return nil
}

func readAlpha(info *cpuinfo, p *Processors) error {
	p.Model = squeeze("Alpha " + info.get("cpu model"))
	p.System = info.get("platform string")
	if hz, ok := info.general.find("cycle frequency [Hz]"); ok {
		var n int
		for _, c := range hz.value {
			if c < '0' || c > '9' || n > maxCount*1000 {
				break
			}
			n = n*10 + int(c-'0')
		}
		p.SpeedMHz = n / 1_000_000
	}
	return info.detected(p, "cpus detected", "cpus active")
}

// detected reads the counts that Alpha and SPARC print instead of records.
func (info *cpuinfo) detected(p *Processors, all, active string) error {
	for _, c := range []struct {
		key string
		to  *Count
	}{{all, &p.Installed.Threads}, {active, &p.Threads}} {
		f, ok := info.general.find(c.key)
		if !ok || f.value == "" {
			continue
		}
		n, err := f.at.count(c.key, f.value)
		if err != nil {
			return err
		}
		*c.to = Exactly(n)
	}
	if !p.Threads.Known() {
		p.Threads = Count{Max: p.Installed.Threads.Max}
	}
	return nil
}

func readSPARC(info *cpuinfo, p *Processors) error {
	if strings.HasPrefix(info.get("type"), "sun4v") {
		p.Hypervisor = "sun4v"
		p.notef("sun4v: the machine runs under its firmware's hypervisor and may be one of several logical domains")
	}
	p.Architecture = "sparc64"
	if err := info.detected(p, "ncpus probed", "ncpus active"); err != nil {
		return err
	}
	if f, ok := familyOf(info.get("cpu")); ok && f.alone {
		p.Sockets = Exactly(1)
		p.Cores = p.chipCores(info.strands(p.Threads.N()))
	}
	return nil
}

// strands lists the processors that the State section shows, "CPU12: online".
func (info *cpuinfo) strands(n int) *chip {
	c := &chip{threads: n, model: info.get("cpu")}
	var ids []string
	for _, f := range info.general.fields {
		if id, ok := strings.CutPrefix(f.key, "CPU"); ok && isNumber(id) && f.value == "online" {
			ids = append(ids, id)
		}
	}
	c.ids = strings.Join(ids, ",")
	return c
}

func readARM(info *cpuinfo, p *Processors) error {
	if len(info.cpus) == 0 {
		p.Threads = Exactly(1) // a kernel for one processor lists none
	}
	if v := info.get("CPU architecture"); v == "8" || v == "AArch64" {
		p.Architecture = "aarch64"
	}
	p.System = info.general.get("Hardware")
	if p.System != "" && p.Architecture == "arm" {
		// The line names the one system-on-chip that a 32-bit kernel runs on.
		p.Sockets = Exactly(1)
	}
	name, single := info.armCores(p)
	if single {
		p.Cores = p.Threads
	}
	if info.get("model name") == "" {
		if p.Model = squeeze(info.general.get("Processor")); p.Model == "" {
			p.Model = name
		}
	}
	return nil
}

// armCores looks the cores up; single says that every one of them runs one
// thread.
func (info *cpuinfo) armCores(p *Processors) (name string, single bool) {
	records := info.cpus
	if info.general.get("CPU part") != "" {
		records = []*record{&info.general}
	}
	single = len(records) > 0
	for _, r := range records {
		maker, core, ok := armPartOf(r.get("CPU implementer"), r.get("CPU part"))
		fill(&p.Vendor, maker)
		fill(&name, core.name)
		single = single && ok && core.single
		if ok && r.id >= 0 && r.get("model name") == "" {
			r.fields = append(r.fields, field{"model name", core.name, line{n: r.line}})
		}
	}
	return name, single
}

func readRISCV(info *cpuinfo, p *Processors) error {
	fill(&p.Vendor, info.get("mvendorid"))
	p.Architecture = "riscv" + map[bool]string{true: "32", false: "64"}[strings.HasPrefix(info.get("isa"), "rv32")]
	uarch, vendor := info.get("uarch"), info.get("mvendorid")
	if strings.HasPrefix(uarch, "sifive,") || strings.HasPrefix(uarch, "thead,") || vendor == "0x489" || vendor == "0x5b7" {
		// Every core that SiFive and T-Head make has one hart.
		p.Cores = p.Threads
	}
	return nil
}

func readSystemType(info *cpuinfo, p *Processors) error {
	p.System = info.get("system type")
	return nil
}

func readPower(info *cpuinfo, p *Processors) error {
	p.System = squeeze(info.get("machine"))
	fill(&p.System, info.get("model"))
	if cpu := info.get("cpu"); strings.Contains(cpu, "POWER") || strings.Contains(cpu, "970") || strings.Contains(cpu, "Cell") {
		p.Architecture = "ppc64"
	}
	switch platform := info.get("platform"); {
	case platform == "PowerNV":
		p.Virtual = No
	case strings.Contains(p.System, "emulated by qemu"):
		p.Virtual, p.Hypervisor = Yes, "KVM"
	case platform == "pSeries" && strings.Contains(info.get("model"), "IBM,") && !strings.Contains(info.get("cpu"), "POWER4"):
		// Since POWER5 the firmware's hypervisor is always there: even a machine
		// used whole is one partition.
		p.Virtual, p.Hypervisor = Yes, "PowerVM"
	case platform == "PS3":
		p.Virtual, p.Hypervisor = Yes, "lv1"
	}
	return nil
}

// zWithoutSMT are the machine types of IBM Z before z13, whose cores run one
// thread.
const zWithoutSMT = " 2064 2066 2084 2086 2094 2096 2097 2098 2817 2818 2827 2828 "

func readZ(info *cpuinfo, p *Processors) error {
	machine := info.get("machine")
	p.System = squeeze("IBM " + machine)
	p.Virtual = Yes // Linux always runs in a partition of PR/SM, or deeper
	p.Hypervisor = "PR/SM"
	if strings.EqualFold(info.get("version"), "FF") {
		p.Hypervisor = "" // z/VM or KVM within the partition: /proc/sysinfo names it
	}
	switch {
	case p.Cores.Known():
	case machine != "" && strings.Contains(zWithoutSMT, " "+machine+" "):
		p.Cores = p.Threads
	case p.Threads.Known():
		p.Cores = Between(ceilDiv(p.Threads.N(), 2), p.Threads.N())
	}
	if f, ok := info.general.find("# processors"); ok {
		n, err := f.at.count("# processors", f.value)
		if err != nil {
			return err
		}
		if n != len(info.cpus) {
			p.notef("the file counts %d processors and lists %d: is it cut short?", n, len(info.cpus))
			p.Threads = Between(min(n, max(len(info.cpus), 1)), max(n, len(info.cpus)))
			p.Cores = Between(ceilDiv(p.Threads.Min, 2), p.Threads.Max)
		}
	}
	return nil
}
