package topology

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// parseLscpu reads what lscpu prints, as text or with -J, in English.
func parseLscpu(text []line) (Processors, error) {
	if flat, ok, err := lscpuJSON(text); err != nil {
		return Processors{}, err
	} else if ok {
		text = flat
	}
	k := readKeyed(text, ":")
	if k.get("CPU(s)") == "" || k.get("Architecture") == "" {
		return Processors{}, formatError(`"Architecture:" and "CPU(s):" lines; run lscpu with LC_ALL=C`)
	}
	p := Processors{Architecture: k.get("Architecture"), Vendor: cleanModel(k.get("Vendor ID")), System: cleanModel(k.get("Machine type"))}
	all, err := k.count("CPU(s)")
	if err != nil {
		return Processors{}, err
	}
	p.Installed.Threads, p.Threads = all, all
	if list, ok := k.fields["on-line cpu(s) list"]; ok {
		online, err := list.at.cpuList(list.key, list.value)
		if err != nil {
			return Processors{}, err
		}
		p.Threads = Exactly(online)
	}
	if err := lscpuGroups(text, k, &p); err != nil {
		return Processors{}, err
	}
	p.lscpuHypervisor(k)
	p.SpeedMHz = speedMHz(p.Model)
	if p.SpeedMHz == 0 {
		p.SpeedMHz = speedMHz(strings.SplitN(k.get("CPU max MHz"), ".", 2)[0] + " MHz")
	}
	return p, nil
}

// lscpuGroups reads the block of each model: lscpu repeats the lines where big
// and little cores are mixed. On IBM Z they tell what the frame holds, not what
// the partition has.
func lscpuGroups(text []line, k keyed, p *Processors) error {
	var blocks [][]line
	for _, l := range text {
		key, _, ok := l.pair(":")
		if ok && key == "Model name" || len(blocks) == 0 {
			blocks = append(blocks, nil)
		}
		blocks[len(blocks)-1] = append(blocks[len(blocks)-1], l)
	}
	frame := k.get("Book(s)") != "" || k.get("Drawer(s)") != ""
	for _, block := range blocks {
		b := readKeyed(block, ":")
		var sockets, clusters, perSocket, perCluster, perCore Count
		if err := b.counts(map[string]*Count{
			"Socket(s)": &sockets, "Cluster(s)": &clusters, "Core(s) per socket": &perSocket,
			"Core(s) per cluster": &perCluster, "Thread(s) per core": &perCore,
		}); err != nil {
			return err
		}
		if name := cleanModel(b.get("Model name")); name != "" {
			p.group(name)
		}
		switch {
		case frame && perCore.N() > 0 && p.Threads.N()%perCore.N() == 0:
			p.Cores = Exactly(p.Threads.N() / perCore.N())
		case !frame && perSocket.N() > 0 && sockets.N() > 0:
			p.addBlock(sockets, Exactly(sockets.N()*perSocket.N()), len(p.Groups) > 1)
		case !frame && perCluster.N() > 0 && clusters.N() > 0:
			addTo(&p.Cores, Exactly(clusters.N()*perCluster.N()), p.Cores != Count{})
		}
	}
	if len(p.Groups) > 0 {
		p.Model = p.Groups[0].Model
	}
	return nil
}

// addBlock adds a model's share. Mixed cores share their sockets, so those are
// not added up.
func (p *Processors) addBlock(sockets, cores Count, mixed bool) {
	addTo(&p.Cores, cores, p.Cores != Count{})
	if !mixed {
		p.Sockets = sockets
		return
	}
	p.Sockets = Between(min(max(p.Sockets.Min, 1), sockets.Min), max(p.Sockets.Max, sockets.Max))
}

func (p *Processors) lscpuHypervisor(k keyed) {
	vendor, program := k.get("Hypervisor vendor"), k.get("Hypervisor")
	switch {
	case program != "":
		p.Virtual, p.Hypervisor = Yes, program
	case vendor == "pHyp":
		p.Virtual, p.Hypervisor = Yes, "PowerVM"
	case vendor != "":
		p.Virtual, p.Hypervisor = Yes, vendor
	}
}

// cpuList counts the processors of a list like "0-3,8,10-11".
func (l line) cpuList(name, list string) (int, error) {
	ids, err := cpuIDs(list)
	if err != nil {
		return 0, l.errorf("%s: %v", name, err)
	}
	return len(ids), nil
}

// cpuIDs reads a list like "0-3,8,10-11"; a list in hexadecimal ("0x3") is a
// mask, which lscpu printed before 2.23.
func cpuIDs(list string) ([]int, error) {
	var ids []int
	list = strings.TrimSpace(list)
	if list == "" || list == "-" {
		return nil, nil
	}
	for part := range strings.SplitSeq(list, ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			to = from
		}
		a, errA := strconv.Atoi(from)
		b, errB := strconv.Atoi(to)
		if errA != nil || errB != nil || a < 0 || b < a || b > maxCount || len(ids)+b-a > maxCount {
			return nil, fmt.Errorf("%q is not a list of processors like 0-3,8", list)
		}
		for id := a; id <= b; id++ {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

type lscpuField struct {
	Field    string       `json:"field"`
	Data     string       `json:"data"`
	Children []lscpuField `json:"children"`
}

// lscpuJSON turns the output of lscpu -J into the lines of its text.
func lscpuJSON(text []line) ([]line, bool, error) {
	var doc strings.Builder
	for _, l := range text {
		doc.WriteString(l.text + "\n")
	}
	if !strings.HasPrefix(strings.TrimSpace(doc.String()), "{") {
		return nil, false, nil
	}
	var out struct {
		Lscpu []lscpuField `json:"lscpu"`
	}
	if err := json.Unmarshal([]byte(doc.String()), &out); err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var flat []line
	var walk func([]lscpuField)
	walk = func(fields []lscpuField) {
		for _, f := range fields {
			flat = append(flat, line{len(flat) + 1, f.Field + " " + squeeze(f.Data)})
			walk(f.Children)
		}
	}
	walk(out.Lscpu)
	return flat, true, nil
}
