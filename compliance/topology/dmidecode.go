package topology

import (
	"strings"
)

// structure is one DMI structure: its title and the fields under it.
type structure struct {
	title  string
	fields keyed
}

// readDMI cuts dmidecode's output into structures. Versions indent differently
// and, before 2.3, put the handle, type and title on lines of their own, so a
// title is taken to be the first line of a structure without a colon.
func readDMI(text []line) []structure {
	var out []structure
	var body []line
	title, open := "", false
	flush := func() {
		if title != "" {
			out = append(out, structure{title, readKeyed(body, ":")})
		}
		title, body = "", nil
	}
	for _, l := range text {
		s := squeeze(l.text)
		switch {
		case strings.HasPrefix(s, "Handle 0x"):
			flush()
			open = true
		case s == "" || !open || title == "" && strings.HasPrefix(s, "DMI type"):
		case title == "":
			title = s
		default:
			body = append(body, l)
		}
	}
	flush()
	return out
}

// parseDmidecode reads the processor structures (SMBIOS type 4) and, where the
// output holds it, the system structure.
func parseDmidecode(text []line) (Processors, error) {
	structures := readDMI(text)
	if len(structures) == 0 {
		return Processors{}, formatError(`"Handle 0x..." line: dmidecode needs root`)
	}
	var p Processors
	capacity, seen, speedless := 0, false, true
	for _, s := range structures {
		switch s.title {
		case "System Information", "System Information Block":
			maker, product := s.fields.get("Manufacturer"), s.fields.get("Product Name")
			fill(&maker, s.fields.get("Vendor"))
			fill(&product, s.fields.get("Product"))
			if p.System == "" {
				p.setSystem(maker, product)
			}
		case "Processor Information", "Processor":
			if t := s.fields.get("Type") + s.fields.get("Processor Type"); t != "" && t != "Central Processor" {
				continue
			}
			capacity++
			used, err := s.addSocket(&p, seen)
			if err != nil {
				return Processors{}, err
			}
			seen = seen || used
			if used && speedless {
				p.SpeedMHz = speedMHz(p.Model)
				fill(&p.SpeedMHz, speedMHz(s.fields.get("Current Speed")))
				speedless = p.SpeedMHz == 0
			}
		}
	}
	p.SocketCapacity = Exactly(capacity)
	if capacity == 0 {
		p.notef("the firmware lists no processor")
	}
	if p.Virtual == Yes && capacity > 0 {
		p.SocketCapacity, p.Installed.Sockets = Count{}, Count{}
		p.notef("the %d sockets that the firmware lists are virtual", capacity)
	}
	return p, nil
}

// addSocket adds one processor structure to the counts and says whether the
// socket is populated and enabled.
func (s structure) addSocket(p *Processors, later bool) (used bool, err error) {
	status := strings.ToLower(s.fields.get("Status"))
	if strings.Contains(status, "unpopulated") || status == "" && s.empty() {
		return false, nil
	}
	var count, enabled, threads Count
	if err := s.fields.counts(map[string]*Count{"Core Count": &count, "Core Enabled": &enabled, "Thread Count": &threads}); err != nil {
		return false, err
	}
	cores, perCore := socketCores(count, enabled, threads)
	addTo(&p.Installed.Sockets, Exactly(1), p.Installed.Sockets != Count{})
	addTo(&p.Installed.Cores, orAtLeastOne(count), p.Installed.Cores != Count{})
	if strings.Contains(status, "disabled") {
		return false, nil
	}
	use := Count{Min: max(cores.Min, 1)}
	if c, ok := cores.Exact(); ok && perCore > 0 {
		use = Exactly(c * perCore)
	}
	addTo(&p.Sockets, Exactly(1), later)
	addTo(&p.Cores, orAtLeastOne(cores), later)
	addTo(&p.Threads, use, later)
	if m := s.model(); m != "" {
		g := p.group(m)
		addTo(&g.Sockets, Exactly(1), g.Sockets != Count{})
		addTo(&g.Cores, orAtLeastOne(cores), g.Cores != Count{})
		addTo(&g.Threads, use, g.Threads != Count{})
	}
	fill(&p.Vendor, cleanModel(s.fields.get("Manufacturer")))
	fill(&p.Vendor, cleanModel(s.fields.get("Processor Manufacturer")))
	if p.Model == "" && len(p.Groups) > 0 {
		p.Model = p.Groups[0].Model
	}
	return true, nil
}

// socketCores gives the enabled cores and the threads of each. Firmware counts
// the threads of all cores or of the enabled ones; both divide by their cores.
func socketCores(count, enabled, threads Count) (cores Count, perCore int) {
	cores = enabled
	if !cores.Known() {
		cores = count
	}
	t, all, on := threads.N(), count.N(), cores.N()
	switch {
	case t == 0 || on == 0:
		return cores, 0
	case all > 0 && t%all == 0:
		return cores, t / all
	case t%on == 0:
		return cores, t / on
	}
	return cores, 0
}

func orAtLeastOne(c Count) Count {
	if c.Known() {
		return c
	}
	return AtLeast(1)
}

// addTo adds to a running sum. The first share sets it, because the zero Count
// is not a sum of nothing but unknown.
func addTo(sum *Count, c Count, later bool) {
	if !later {
		*sum = c
		return
	}
	*sum = sum.plus(c)
}

// empty is how dmidecode before it printed Status shows a socket with nothing
// in it.
func (s structure) empty() bool {
	return s.model() == "" && cleanModel(s.fields.get("Manufacturer")+s.fields.get("Processor Manufacturer")) == ""
}

// model is the version string, which holds the processor's brand, else the
// family, which firmware of the time often sets a generation too low.
func (s structure) model() string {
	for _, key := range []string{"Version", "Processor Version", "Family", "Processor Family"} {
		if m := cleanModel(s.fields.get(key)); m != "" {
			return m
		}
	}
	return ""
}
