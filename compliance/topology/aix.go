package topology

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// parseLparstat reads lparstat -i. In a shared partition the online virtual
// CPUs are what the operating system has for cores; what the partition may
// consume stands in Partition.
func parseLparstat(text []line) (Processors, error) {
	k := readKeyed(text, ":")
	if k.get("Entitled Capacity") == "" && k.get("Online Virtual CPUs") == "" && k.get("Type") == "" {
		return Processors{}, formatError(`"Entitled Capacity" or "Online Virtual CPUs" line of lparstat -i`)
	}
	part := &Partition{Number: k.get("Partition Number"), Name: k.get("Partition Name"), Pool: dashless(k.get("Shared Pool ID"))}
	p := Processors{Architecture: "ppc64", Virtual: Yes, Hypervisor: "PowerVM", Partition: part}
	err := k.counts(map[string]*Count{
		"Online Virtual CPUs":             &part.VirtualCPUs,
		"Maximum Virtual CPUs":            &part.MaxVirtualCPUs,
		"Minimum Virtual CPUs":            &part.MinVirtualCPUs,
		"Active CPUs in Pool":             &part.PoolCPUs,
		"Maximum Physical CPUs in system": &part.SystemInstalled,
		"Active Physical CPUs in system":  &part.SystemActive,
	})
	if err != nil {
		return Processors{}, err
	}
	if err := k.capacities(map[string]*decimal.NullDecimal{
		"Entitled Capacity": &part.Entitled, "Minimum Capacity": &part.Minimum, "Maximum Capacity": &part.Maximum,
	}); err != nil {
		return Processors{}, err
	}
	switch mode := strings.ToLower(k.get("Mode")); {
	case strings.HasPrefix(mode, "uncapped"):
		part.Capped = No
	case strings.HasPrefix(mode, "capped"):
		part.Capped = Yes
	}
	part.Sharing, part.ThreadsPerCore = lparType(k.get("Type"))
	p.Cores = part.VirtualCPUs
	return p, nil
}

func (k keyed) capacities(want map[string]*decimal.NullDecimal) error {
	for _, key := range sortedKeys(want) {
		f, ok := k.fields[strings.ToLower(key)]
		if !ok {
			continue
		}
		var err error
		if *want[key], err = f.at.capacity(f.key, f.value); err != nil {
			return err
		}
	}
	return nil
}

func dashless(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// lparType reads "Shared-SMT-4": AIX prints no number for two threads a core,
// and no SMT at all for one.
func lparType(t string) (Sharing, int) {
	parts := strings.Split(strings.ToLower(t), "-")
	sharing := map[string]Sharing{"dedicated": Dedicated, "shared": Shared}[strings.TrimSpace(parts[0])]
	switch {
	case sharing == SharingUnknown:
		return sharing, 0
	case len(parts) == 1:
		return sharing, 1
	case parts[1] != "smt":
		return sharing, 0
	case len(parts) == 2:
		return sharing, 2
	}
	if n, err := strconv.Atoi(parts[2]); err == nil && n > 0 && n <= 8 {
		return sharing, n
	}
	return sharing, 0
}

// parsePrtconf reads AIX prtconf, whose processors are the partition's virtual
// ones.
func parsePrtconf(text []line) (Processors, error) {
	k := readKeyed(text, ":")
	n, err := k.count("Number Of Processors")
	if err != nil {
		return Processors{}, err
	}
	if k.get("Processor Type") == "" && !n.Known() {
		return Processors{}, formatError(`"Processor Type" or "Number Of Processors" line of prtconf`)
	}
	p := Processors{Architecture: "ppc64", System: k.get("System Model"), Model: powerName(k.get("Processor Type"))}
	p.Cores = n
	p.SpeedMHz = speedMHz(k.get("Processor Clock Speed"))
	if id, name, ok := strings.Cut(k.get("LPAR Info"), " "); ok && name != "NULL" {
		p.Partition = &Partition{Number: id, Name: name, VirtualCPUs: n}
		p.Virtual, p.Hypervisor = Yes, "PowerVM"
	}
	return p, nil
}

// powerName turns PowerPC_POWER7 into POWER7.
func powerName(t string) string { return cleanModel(strings.TrimPrefix(t, "PowerPC_")) }

var (
	lscfgProc = regexp.MustCompile(`^[*+ ]*(proc[0-9]+)\s`)
	lscfgWay  = regexp.MustCompile(`([0-9]{1,3})-WAY\s+PROC`)
)

// parseLscfg reads lscfg [-vp] or lsdev -Cc processor: one procN a processor
// that the partition owns, "4-WAY PROC CUOD" for a card of processors.
func parseLscfg(text []line) (Processors, error) {
	procs, cards, model := map[string]bool{}, 0, ""
	for _, l := range text {
		if m := lscfgProc.FindStringSubmatch(l.text); m != nil {
			if !strings.Contains(l.text, "Defined") {
				procs[m[1]] = true
			}
			continue
		}
		if m := lscfgWay.FindStringSubmatch(l.text); m != nil {
			n, err := l.count("WAY", m[1])
			if err != nil {
				return Processors{}, err
			}
			cards += n
		}
		if k, v, ok := l.pair(":"); ok && k == "Model" {
			fill(&model, v)
		}
	}
	if len(procs) == 0 {
		return Processors{}, formatError(`"procN" device`)
	}
	p := Processors{Architecture: "ppc64", System: model, Cores: Exactly(len(procs))}
	p.Installed.Cores = Exactly(cards)
	return p, nil
}
