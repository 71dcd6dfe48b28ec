package topology

import (
	"fmt"
	"strings"
)

// place is where a processor's record says that it sits.
type place struct {
	socket, core string // identities; empty when not said
}

func (r *record) place() place {
	var p place
	if id, ok := r.find("physical id"); ok {
		// On IBM Z a socket is numbered within its book, a book within its drawer.
		p.socket = fmt.Sprintf("%s/%s/%s", r.get("drawer id"), r.get("book id"), id.value)
	} else if id, ok := r.find("package"); ok {
		p.socket = id.value
	}
	for _, key := range []string{"core id", "core"} {
		if id, ok := r.find(key); ok {
			p.core = id.value
			break
		}
	}
	return p
}

// socketShare is what the records of one socket say.
type socketShare struct {
	threads  int
	cores    map[string]bool // distinct core identities
	unplaced int             // records without a core identity
	said     int             // "cpu cores", the kernel's own count; 0 is not said
	siblings int             // logical processors that the kernel counts; 0 is not said
}

// countTopology counts sockets and cores by the identities in the records. A
// record without one, from a dump cut short, widens the count to a range.
func (info *cpuinfo) countTopology(p *Processors) error {
	sockets := map[string]*socketShare{}
	var order []string
	loose := 0 // records that name no socket
	for _, r := range info.cpus {
		at := r.place()
		if at.socket == "" {
			loose++
			continue
		}
		s := sockets[at.socket]
		if s == nil {
			s = &socketShare{cores: map[string]bool{}}
			sockets[at.socket] = s
			order = append(order, at.socket)
		}
		s.threads++
		if at.core == "" {
			s.unplaced++
		} else {
			s.cores[at.core] = true
		}
		if err := s.kernelCounts(r); err != nil {
			return err
		}
	}
	if len(sockets) == 0 {
		return nil
	}
	p.Sockets = Between(len(sockets), len(sockets)+loose)
	p.Cores = Count{Max: loose}
	guest := strings.Contains(" "+info.get("flags")+" ", " hypervisor ")
	for _, id := range order {
		c := sockets[id].count(p, guest)
		p.Cores.Min, p.Cores.Max = p.Cores.Min+c.Min, p.Cores.Max+c.Max
	}
	if loose > 0 {
		p.notef("%d of %d processors name no physical id: is the dump cut short?", loose, len(info.cpus))
	}
	return nil
}

// kernelCounts reads what the kernel counted for the whole socket.
func (s *socketShare) kernelCounts(r *record) error {
	for _, c := range []struct {
		key string
		to  *int
	}{{"cpu cores", &s.said}, {"siblings", &s.siblings}} {
		f, ok := r.find(c.key)
		if !ok || f.value == "" {
			continue
		}
		n, err := f.at.count(c.key, f.value)
		if err != nil {
			return err
		}
		*c.to = max(*c.to, n)
	}
	return nil
}

// count is how many cores of a socket run, between the distinct core ids and
// the kernel's own "cpu cores".
//
// The ids alone undercount sockets of several dies whose ids start over (AMD
// Magny-Cours: 12 cores, ids 0 to 5 twice), so the kernel's number wins when it
// lies between ids and logical processors. Where the kernel counts more logical
// processors in the socket than the file lists, the file is cut short, except in
// a guest, which may be shown the counts of the machine underneath.
func (s *socketShare) count(p *Processors, guest bool) Count {
	ids := len(s.cores)
	switch {
	case !guest && s.siblings > s.threads && s.said > 0 && s.said >= ids && s.said <= s.siblings:
		p.notef("the kernel counts %d cores and %d logical processors in a socket of which %d are listed: "+
			"is the dump cut short?", s.said, s.siblings, s.threads)
		p.Threads = p.Threads.plus(Exactly(s.siblings - s.threads))
		return Exactly(s.said)
	case s.said >= ids && s.said <= s.threads && s.said > 0:
		return Exactly(s.said)
	case s.said > s.threads && ids > 0 && s.unplaced == 0:
		p.notef("the kernel counts %d cores in a socket of which %d logical processors are shown", s.said, s.threads)
		return Exactly(ids)
	case s.said == 0 && ids > 0 && s.unplaced == 0:
		return Exactly(ids)
	case s.said > 0 && s.said < ids:
		p.notef("a socket has %d core ids, and the kernel counts %d cores", ids, s.said)
		return Between(s.said, ids)
	}
	return Between(max(ids, 1), s.threads)
}

// models names the processor and, where records differ, groups them.
func (info *cpuinfo) models(p *Processors, a architecture) {
	if p.Model == "" {
		p.Model = cleanModel(info.get(a.model...))
	}
	if len(a.model) == 0 || len(info.cpus) < 2 {
		return
	}
	shares := map[string]*cpuinfo{}
	for _, r := range info.cpus {
		name := cleanModel((&cpuinfo{cpus: []*record{r}}).get(a.model...))
		if name == "" {
			return
		}
		if shares[name] == nil {
			shares[name] = &cpuinfo{}
			p.group(name)
		}
		shares[name].cpus = append(shares[name].cpus, r)
	}
	if len(p.Groups) == 1 {
		p.Model = p.Groups[0].Model
		return
	}
	for i := range p.Groups {
		g := &p.Groups[i]
		share := Processors{Model: g.Model, Threads: Exactly(len(shares[g.Model].cpus))}
		if shares[g.Model].countTopology(&share) == nil {
			share.applyFamily()
			g.Sockets, g.Cores, g.Threads = share.Sockets, share.Cores, share.Threads
		}
	}
	p.Model = p.Groups[0].Model
	p.notef("different models are mixed: %s", strings.Join(modelNames(p.Groups), "; "))
}

func modelNames(groups []Group) []string {
	out := make([]string, len(groups))
	for i, g := range groups {
		out[i] = g.Model
	}
	return out
}

// cleanModel drops names that say nothing.
func cleanModel(name string) string {
	name = squeeze(name)
	switch strings.ToLower(name) {
	case "", "-", "unknown", "other", "none", "not specified", "not available", "undefined",
		"<out of spec>", "to be filled by o.e.m.", "default string",
		"system manufacturer", "system product name":
		return ""
	}
	if strings.Trim(name, "0 .") == "" {
		return ""
	}
	return name
}
