package topology

import (
	"regexp"
	"strconv"
	"strings"
)

// record is one processor's lines of /proc/cpuinfo, or those lines that belong
// to no processor.
type record struct {
	id     int // processor number; -1 for what belongs to none
	line   int
	fields []field
}

type field struct {
	key, value string
	at         line
}

// get is the value of the first field with the key, in any case: architectures
// differ in how they capitalise.
func (r *record) get(key string) string { v, _ := r.find(key); return v.value }

func (r *record) find(key string) (field, bool) {
	for _, f := range r.fields {
		if strings.EqualFold(f.key, key) {
			return f, true
		}
	}
	return field{}, false
}

// cpuinfo is /proc/cpuinfo cut into records.
type cpuinfo struct {
	cpus    []*record
	byID    map[int]*record
	general record
}

var zProcessor = regexp.MustCompile(`^processor ([0-9]{1,7})$`)

// readCPUInfo cuts the file where a line "processor : N" begins a processor and
// a blank line ends one. IBM Z lists its processors one a line, "processor 0:
// version = ..", and repeats them below as "cpu number : 0".
func readCPUInfo(text []line) (*cpuinfo, error) {
	info := &cpuinfo{byID: map[int]*record{}, general: record{id: -1}}
	current := &info.general
	for _, l := range text {
		key, value, ok := l.pair(":")
		switch {
		case squeeze(l.text) == "":
			current = &info.general
			continue
		case !ok:
			info.general.fields = append(info.general.fields, field{key, "", l})
			continue
		}
		lower := strings.ToLower(key)
		z := zProcessor.FindStringSubmatch(lower)
		switch {
		case z != nil:
			id, _ := strconv.Atoi(z[1])
			r, err := info.add(id, l)
			if err != nil {
				return nil, err
			}
			r.zFields(value, l)
			continue
		case key == "processor" || lower == "processor" && isNumber(value):
			id, err := l.count("processor", value)
			if err != nil {
				return nil, err
			}
			if current, err = info.add(id, l); err != nil {
				return nil, err
			}
			continue
		case lower == "cpu number" && current.id < 0:
			id, err := l.count("cpu number", value)
			if err != nil {
				return nil, err
			}
			if current = info.byID[id]; current == nil {
				current, _ = info.add(id, l)
			}
			continue
		}
		current.fields = append(current.fields, field{key, value, l})
	}
	return info, nil
}

func (info *cpuinfo) add(id int, l line) (*record, error) {
	if first := info.byID[id]; first != nil {
		return nil, l.errorf("processor %d is listed twice, first on line %d: are two dumps joined?", id, first.line)
	}
	r := &record{id: id, line: l.n}
	info.byID[id] = r
	info.cpus = append(info.cpus, r)
	return r, nil
}

// zFields reads "version = FF, identification = 29AA14, machine = 2817".
func (r *record) zFields(text string, l line) {
	for part := range strings.SplitSeq(text, ",") {
		if k, v, ok := strings.Cut(part, "="); ok {
			r.fields = append(r.fields, field{squeeze(k), squeeze(v), l})
		}
	}
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}

// get is the first processor's value of a key, else the general one.
func (info *cpuinfo) get(keys ...string) string {
	for _, key := range keys {
		for _, r := range info.cpus {
			if v := r.get(key); v != "" {
				return v
			}
		}
		if v := info.general.get(key); v != "" {
			return v
		}
	}
	return ""
}

// has says whether a key appears at all, with a value or without.
func (info *cpuinfo) has(key string) bool {
	if _, ok := info.general.find(key); ok {
		return true
	}
	for _, r := range info.cpus {
		if _, ok := r.find(key); ok {
			return true
		}
	}
	return false
}

func parseCPUInfo(text []line) (Processors, error) {
	info, err := readCPUInfo(text)
	if err != nil {
		return Processors{}, err
	}
	a, ok := info.architecture()
	if !ok && len(info.cpus) == 0 {
		return Processors{}, formatError(`"processor" line nor another line of /proc/cpuinfo`)
	}
	p := Processors{Architecture: a.name}
	p.Threads = Exactly(len(info.cpus))
	p.Vendor = info.get("vendor_id", "vendor", "manufacturer")
	if err := info.countTopology(&p); err != nil {
		return Processors{}, err
	}
	if a.read != nil {
		if err := a.read(info, &p); err != nil {
			return Processors{}, err
		}
	}
	info.models(&p, a)
	if p.SpeedMHz == 0 {
		p.SpeedMHz = info.speed(p.Model, a.name)
	}
	p.applyFamily()
	return p, nil
}

// speed takes the rated clock from the name, else what the kernel prints; on
// x86 that is the clock of the moment and says nothing.
func (info *cpuinfo) speed(model, architecture string) int {
	if mhz := speedMHz(model); mhz > 0 || architecture == "x86" {
		return mhz
	}
	if mhz := speedMHz(info.get("clock")); mhz > 0 {
		return mhz
	}
	return speedMHz(info.get("cpu MHz", "cpu MHz static") + " MHz")
}
