package topology

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	kstatParsable = regexp.MustCompile(`^cpu_info:([0-9]{1,7}):[^:]*:(\S+)\s*(.*)$`)
	kstatModule   = regexp.MustCompile(`^module:\s*cpu_info\s+instance:\s*([0-9]{1,7})`)
)

// parseKstat reads the cpu_info statistics of Solaris, which name chip and core
// of every logical processor: kstat -p -m cpu_info, or without -p.
func parseKstat(text []line) (Processors, error) {
	cpus := map[int]map[string]string{}
	current := -1
	for _, l := range text {
		if m := kstatParsable.FindStringSubmatch(l.text); m != nil {
			id, _ := strconv.Atoi(m[1])
			put(cpus, id, m[2], m[3])
			continue
		}
		if m := kstatModule.FindStringSubmatch(l.text); m != nil {
			current, _ = strconv.Atoi(m[1])
			put(cpus, current, "", "")
			continue
		}
		if f := strings.Fields(l.text); current >= 0 && len(f) > 1 {
			put(cpus, current, f[0], strings.Join(f[1:], " "))
		}
	}
	if len(cpus) == 0 {
		return Processors{}, formatError(`"cpu_info" statistic`)
	}
	return countKstat(cpus), nil
}

func put(cpus map[int]map[string]string, id int, key, value string) {
	if cpus[id] == nil {
		cpus[id] = map[string]string{}
	}
	if key != "" && cpus[id][key] == "" {
		cpus[id][key] = squeeze(value)
	}
}

// countKstat counts those on line; processors without a chip or core, from a
// dump cut short or a Solaris that names no cores, leave a range.
func countKstat(cpus map[int]map[string]string) Processors {
	var p Processors
	chips, cores := map[string]bool{}, map[string]bool{}
	online, chipless, coreless := 0, 0, 0
	for _, id := range sortedInts(cpus) {
		k := cpus[id]
		fill(&p.Architecture, k["cpu_type"])
		fill(&p.Vendor, k["vendor_id"])
		if mhz, err := strconv.Atoi(k["clock_MHz"]); err == nil && mhz > 0 && mhz < maxCount {
			fill(&p.SpeedMHz, mhz)
		}
		if state := k["state"]; state != "on-line" && state != "no-intr" && state != "" {
			continue
		}
		online++
		name, _, _ := strings.Cut(k["brand"], "[ Socket")
		if name = cleanModel(name); name == "" {
			name, _, _ = strings.Cut(k["implementation"], " (")
		}
		if name = cleanModel(name); name != "" {
			p.group(name)
		}
		chipless += tally(chips, k["chip_id"], k["chip_id"])
		coreless += tally(cores, k["core_id"], k["chip_id"]+"/"+k["core_id"])
	}
	p.Threads, p.Installed.Threads = Exactly(online), Exactly(len(cpus))
	p.Sockets = Between(len(chips), len(chips)+chipless)
	p.Cores = Between(len(cores), len(cores)+coreless)
	if len(p.Groups) > 0 {
		p.Model = p.Groups[0].Model
	}
	if len(cores) == 0 {
		p.applyFamily()
	}
	return p
}

// tally records an identity, or counts 1 when there is none.
func tally(seen map[string]bool, id, key string) (absent int) {
	if id == "" {
		return 1
	}
	seen[key] = true
	return 0
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
