package topology

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	psrStatus   = regexp.MustCompile(`^Status of (?:virtual )?processor ([0-9]+) as of`)
	psrState    = regexp.MustCompile(`^\s+(on-line|off-line|no-intr|faulted|spare|powered-off|disabled)\b`)
	psrOperates = regexp.MustCompile(`^\s*The (\S+) processor operates at ([0-9]{1,7}) MHz`)
	psrPhysical = regexp.MustCompile(`^The (?:(\S.*) )?physical processor has (?:([0-9]{1,6}) cores? and )?([0-9]{1,6}) virtual processors? \(([^)]*)\)?`)
	psrModel    = regexp.MustCompile(`^\s+(\S.*?) \(.*clock ([0-9]{1,7}) MHz`)
	psrCount    = regexp.MustCompile(`^\s*([0-9]{1,6})\s*$`)
)

// chip is one physical processor of psrinfo -vp.
type chip struct {
	threads, cores int
	ids            string
	kind, model    string
}

// parsePsrinfo reads psrinfo -v (logical processors and their states), -vp
// (physical processors), -p (their number), or these after one another.
func parsePsrinfo(text []line) (Processors, error) {
	var p Processors
	var chips []*chip
	states := map[string]string{}
	last, plain := "", 0
	for _, l := range text {
		switch {
		case psrStatus.MatchString(l.text):
			last = psrStatus.FindStringSubmatch(l.text)[1]
			states[last] = ""
		case psrState.MatchString(l.text) && last != "":
			states[last] = psrState.FindStringSubmatch(l.text)[1]
		case psrOperates.MatchString(l.text):
			m := psrOperates.FindStringSubmatch(l.text)
			fill(&p.Architecture, m[1])
			mhz, _ := strconv.Atoi(m[2])
			fill(&p.SpeedMHz, mhz)
		case psrPhysical.MatchString(l.text):
			c, err := readChip(l)
			if err != nil {
				return Processors{}, err
			}
			chips = append(chips, c)
		case psrCount.MatchString(l.text):
			plain, _ = strconv.Atoi(squeeze(l.text))
		case len(chips) > 0 && strings.TrimSpace(l.text) != "":
			chips[len(chips)-1].describe(l.text, &p)
		}
	}
	if len(states) == 0 && len(chips) == 0 && plain == 0 {
		return Processors{}, formatError(`"Status of virtual processor" or "physical processor has" line`)
	}
	p.onlineThreads(states)
	p.Sockets = Exactly(plain)
	p.addChips(chips)
	return p, nil
}

func readChip(l line) (*chip, error) {
	m := psrPhysical.FindStringSubmatch(l.text)
	c := &chip{kind: m[1], ids: m[4]}
	var err error
	if c.threads, err = l.count("virtual processors", m[3]); err != nil {
		return nil, err
	}
	if m[2] != "" {
		c.cores, err = l.count("cores", m[2])
	}
	return c, err
}

// describe reads the lines below a chip: its cores, its name, its brand.
func (c *chip) describe(text string, p *Processors) {
	m := psrModel.FindStringSubmatch(text)
	switch {
	case m != nil && c.model == "":
		c.model = m[1]
		mhz, _ := strconv.Atoi(m[2])
		fill(&p.SpeedMHz, mhz)
	case c.model == "x86" && !strings.Contains(text, "The core has"):
		// The brand follows on a line of its own, sometimes with its socket.
		brand, _, _ := strings.Cut(text, "[ Socket")
		c.model = squeeze(brand)
	}
}

// onlineThreads counts the states of psrinfo -v.
func (p *Processors) onlineThreads(states map[string]string) {
	if len(states) == 0 {
		return
	}
	online, stateless := 0, 0
	for _, s := range states {
		switch s {
		case "on-line", "no-intr":
			online++
		case "":
			stateless++
		}
	}
	p.Installed.Threads = Exactly(len(states))
	p.Threads = Between(online, online+stateless)
}

func (p *Processors) addChips(chips []*chip) {
	for i, c := range chips {
		threads := Exactly(c.threads)
		cores := Exactly(c.cores)
		if !cores.Known() {
			cores = p.chipCores(c)
		}
		addTo(&p.Sockets, Exactly(1), i > 0)
		addTo(&p.Cores, cores, i > 0)
		addTo(&p.Installed.Threads, threads, i > 0)
		if name := cleanModel(c.model); name != "" {
			g := p.group(name)
			first := g.Sockets == Count{}
			addTo(&g.Sockets, Exactly(1), !first)
			addTo(&g.Cores, cores, !first)
			addTo(&g.Threads, threads, !first)
		}
		fill(&p.Architecture, c.kind)
	}
	if len(chips) == 0 {
		return
	}
	if p.Threads == (Count{}) {
		p.Threads = p.Installed.Threads
	}
	if len(p.Groups) > 0 {
		p.Model = p.Groups[0].Model
	}
	if strings.Contains(p.Model, "SPARC") {
		p.Vendor = "SPARC"
	}
}

// chipCores counts the cores of a chip when psrinfo, before Solaris 11, does
// not. One thread a core, or limits that meet, give the number; else threads
// that fill whole blocks of strands are taken for whole cores, which a logical
// domain need not have.
func (p *Processors) chipCores(c *chip) Count {
	f, ok := familyOf(c.model)
	if !ok {
		return Between(1, c.threads)
	}
	threads := Exactly(c.threads)
	if f.threads == 1 {
		return threads
	}
	cores := f.coresOf(threads)
	cores.narrow(Count{Max: f.cores})
	if cores.Known() || !wholeBlocks(c, f.threads) {
		return cores
	}
	p.assumef("the %d strands of a %s are taken to be all strands of %d cores, %d each; a logical domain may hold strands of up to %d cores",
		c.threads, c.model, cores.Min, f.threads, cores.Max)
	return Exactly(cores.Min)
}

// wholeBlocks says whether the chip's processors fill aligned blocks of so many
// strands, which is how SPARC T processors number the strands of a core.
func wholeBlocks(c *chip, strands int) bool {
	ids, err := cpuIDs(strings.Join(strings.FieldsFunc(c.ids, func(r rune) bool { return r == ',' || r == ' ' }), ","))
	if err != nil || len(ids) != c.threads {
		return false
	}
	blocks := map[int]int{}
	for _, id := range ids {
		blocks[id/strands]++
	}
	return len(blocks)*strands == len(ids)
}
