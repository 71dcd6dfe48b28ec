package topology

import "slices"

// Dump is one text that describes a machine's processors.
type Dump struct {
	Kind Kind
	Data []byte
}

// Read joins the dumps of one machine. The first is the operating system's own
// view and wins where two disagree, with a note; the others fill what it does
// not say. Dumps of one kind that follow one another, such as psrinfo -v and
// -vp, are read as one text. Every dump must be readable.
func Read(dumps ...Dump) (Processors, error) {
	var out Processors
	for i, d := range joined(dumps) {
		p, err := parse(d.Kind, d.Data)
		if err != nil {
			return Processors{}, err
		}
		p.finish()
		if i == 0 {
			out = p
			continue
		}
		out.merge(p, d.Kind)
	}
	out.finish()
	return out, nil
}

func joined(dumps []Dump) []Dump {
	var out []Dump
	for _, d := range dumps {
		if last := len(out) - 1; last >= 0 && out[last].Kind == d.Kind {
			out[last].Data = slices.Concat(out[last].Data, []byte("\n"), d.Data)
			continue
		}
		out = append(out, d)
	}
	return out
}

// merge fills p with what other, read from a dump of the kind given, knows.
func (p *Processors) merge(other Processors, kind Kind) {
	if p.Cores.Known() {
		other.Assumed = nil // what was assumed is known
	}
	if p.mergeCount("threads", &p.Threads, other.Threads, kind) {
		// Counts of another number of threads would not fit these.
		p.mergeCount("sockets", &p.Sockets, other.Sockets, kind)
		p.mergeCount("cores", &p.Cores, other.Cores, kind)
	}
	p.mergeCount("installed sockets", &p.Installed.Sockets, other.Installed.Sockets, kind)
	p.mergeCount("installed cores", &p.Installed.Cores, other.Installed.Cores, kind)
	p.mergeCount("installed threads", &p.Installed.Threads, other.Installed.Threads, kind)
	p.mergeCount("socket capacity", &p.SocketCapacity, other.SocketCapacity, kind)
	p.mergeModel(other, kind)
	fill(&p.Vendor, other.Vendor)
	fill(&p.Architecture, other.Architecture)
	fill(&p.System, other.System)
	fill(&p.SpeedMHz, other.SpeedMHz)
	fill(&p.Virtual, other.Virtual)
	fill(&p.Hypervisor, other.Hypervisor)
	fill(&p.Partition, other.Partition)
	p.Notes = append(p.Notes, other.Notes...)
	p.Assumed = append(p.Assumed, other.Assumed...)
}

func fill[T comparable](to *T, from T) {
	var zero T
	if *to == zero {
		*to = from
	}
}

func (p *Processors) mergeCount(name string, c *Count, other Count, kind Kind) bool {
	if c.narrow(other) {
		return true
	}
	p.notef("%v says %s %v; the operating system shows %v", kind, name, other, *c)
	return false
}

// mergeModel keeps the first name, except that Windows before Vista named
// processors it did not know after older ones: there the registry holds what
// the processor says of itself.
func (p *Processors) mergeModel(other Processors, kind Kind) {
	switch {
	case other.Model == "":
	case p.Model == "":
		p.Model, p.Groups = other.Model, other.Groups
	case kind == WindowsRegistry && !sameNames(p.Groups, other.Groups):
		p.notef("Win32_Processor names the model %q", p.Model)
		p.Model, p.Groups = other.Model, other.Groups
	}
}

func sameNames(a, b []Group) bool {
	for _, g := range a {
		if !slices.ContainsFunc(b, func(h Group) bool { return h.Model == g.Model }) {
			return false
		}
	}
	return true
}
