package topology

import (
	"regexp"
	"strings"
)

var (
	machProcessors = regexp.MustCompile(`^\s*([0-9]{1,6})\s+(\S.*?)\s*(?:processors?\s*)?\(([0-9.,]+\s*[GM]Hz)`)
	machLogical    = regexp.MustCompile(`^\s*([0-9]{1,6})\s+logical processors?(?:\s+\(([0-9]{1,6}) per socket\))?`)
	machLCPU       = regexp.MustCompile(`(?i)LCPU attribute is (enabled|disabled)`)
	machAssign     = regexp.MustCompile(`^\s*(Number of CPUs|Number of enabled CPUs|Number of enabled sockets|Cores per socket|Clock speed)\s*=\s*([0-9]+)`)
	machFamily     = regexp.MustCompile(`^\s*processor (family|model):\s*([0-9]+)(?:\s+(\S.*))?$`)
	machModel      = regexp.MustCompile(`^\s*Model:\s*"?([^"]*)"?`)
)

// machinfo is what the CPU section says, in either of its forms.
type machinfo struct {
	sockets, logical, perSocket int
	cpus, enabled, coresPer     int
	lcpu                        string
	single                      bool
}

// parseMachinfo reads HP-UX machinfo: of 11.31, which counts processors (chips)
// and logical processors, and of 11.23, which counts CPUs.
func parseMachinfo(text []line) (Processors, error) {
	var p Processors
	var m machinfo
	for _, l := range text {
		if err := m.line(l, &p); err != nil {
			return Processors{}, err
		}
	}
	if m.sockets == 0 && m.cpus == 0 {
		return Processors{}, formatError(`"CPU info" of machinfo`)
	}
	if strings.Contains(p.Model, "Intel") {
		p.Vendor = "Intel"
	}
	p.Sockets = Exactly(m.sockets)
	if f := hypervisorHP(p.System); f != "" {
		p.Virtual, p.Hypervisor = Yes, f
	}
	m.count(&p)
	return p, nil
}

func (m *machinfo) line(l line, p *Processors) error {
	var err error
	switch {
	case machLogical.MatchString(l.text):
		f := machLogical.FindStringSubmatch(l.text)
		if m.logical, err = l.count("logical processors", f[1]); err == nil && f[2] != "" {
			m.perSocket, err = l.count("logical processors per socket", f[2])
		}
	case machLCPU.MatchString(l.text):
		m.lcpu = strings.ToLower(machLCPU.FindStringSubmatch(l.text)[1])
	case machAssign.MatchString(l.text):
		f := machAssign.FindStringSubmatch(l.text)
		to := map[string]*int{"Number of CPUs": &m.cpus, "Number of enabled CPUs": &m.enabled,
			"Number of enabled sockets": &m.sockets, "Cores per socket": &m.coresPer, "Clock speed": &p.SpeedMHz}[f[1]]
		*to, err = l.count(f[1], f[2])
	case machFamily.MatchString(l.text):
		f := machFamily.FindStringSubmatch(l.text)
		fill(&p.Model, cleanModel(f[3]))
		// Families 7 and 31 are Itanium and Itanium 2 before 9000, of one core.
		m.single = m.single || f[1] == "family" && (f[2] == "7" || f[2] == "31")
	case m.sockets == 0 && machProcessors.MatchString(l.text):
		f := machProcessors.FindStringSubmatch(l.text)
		p.Model, p.SpeedMHz = cleanModel(f[2]), speedMHz(f[3])
		m.sockets, err = l.count("processors", f[1])
	case machModel.MatchString(l.text):
		fill(&p.System, squeeze(machModel.FindStringSubmatch(l.text)[1]))
		fill(&p.Architecture, strings.ToLower(strings.SplitN(p.System, " ", 2)[0]))
	}
	return err
}

// count tells cores from logical processors by the LCPU attribute, HP-UX's name
// for running two threads a core.
func (m *machinfo) count(p *Processors) {
	if m.sockets > 0 && m.coresPer > 0 {
		p.Cores, p.Threads = Exactly(m.sockets*m.coresPer), Exactly(max(m.enabled, m.cpus))
		return
	}
	p.Threads = Exactly(max(m.logical, m.enabled, m.cpus))
	if m.single && p.Threads.Known() {
		p.Cores = p.Threads
		fill(&p.Sockets, p.Cores)
		return
	}
	if m.logical > 0 && m.lcpu == "enabled" && m.logical%2 == 0 {
		p.Cores = Exactly(m.logical / 2)
		return
	}
	if m.logical > 0 && m.lcpu == "disabled" {
		p.Cores = p.Threads
		return
	}
	p.applyFamily()
	if f, ok := familyOf(p.Model); ok && m.logical == 0 && m.cpus == 0 && f.cores > 0 {
		p.Cores = Between(m.sockets, m.sockets*f.cores)
		return
	}
	if m.logical > 0 && !p.Cores.Known() && p.Cores.narrow(p.Threads) {
		p.assumef("machinfo prints no LCPU attribute: hyper-threading is taken to be off, so that a logical processor is a core")
	}
}

// hypervisorHP names HP's own partitions by the model that machinfo prints.
func hypervisorHP(system string) string {
	lower := strings.ToLower(system)
	switch {
	case strings.Contains(lower, "virtual machine"):
		return "HP Integrity VM"
	case strings.Contains(lower, "virtual partition"):
		return "HP vPars"
	}
	return ""
}
