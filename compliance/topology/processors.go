package topology

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// Processors is what one machine, or one partition of a machine, shows of its
// processors.
//
// Sockets, Cores and Threads are those in use: populated and enabled sockets,
// cores enabled in firmware and online, logical processors online. In a virtual
// machine or a partition they are the ones that it is shown; Virtual and
// Partition say that the machine underneath may have more.
type Processors struct {
	Sockets, Cores, Threads Count

	// Installed counts what is fitted, in use or not: disabled sockets, cores
	// switched off in firmware, processors offline or on standby.
	Installed Totals
	// SocketCapacity is how many processors the machine can hold, filled or
	// not. Oracle's Standard Edition and IBM's PVU table count it.
	SocketCapacity Count

	// Model is the processor's name as the dump prints it, runs of blanks made
	// one; empty when the dump does not say. Where different models are mixed
	// it is the first of Groups.
	Model string
	// Groups lists each distinct model with its share of the counts, in the
	// order of the dump; empty when the dump names none.
	Groups []Group

	Vendor       string // as the dump names it: GenuineIntel, IBM/S390
	Architecture string // as uname -m would name it where that is known
	System       string // the machine's maker and model
	SpeedMHz     int    // rated clock in MHz; 0 is not known

	Virtual    Trit   // whether this is a guest of a hypervisor or a partition
	Hypervisor string // the innermost one; empty when none is known
	Partition  *Partition

	// Missing names the facts that the dump does not hold: "sockets", "cores",
	// "threads", "model". Each has its bounds in the Count where they are known.
	Missing []string
	// Assumed says what a count takes for granted beyond the dump. An empty
	// list means that every count stands in the dump or follows from it.
	Assumed []string
	// Notes tell of contradictions and peculiarities, for a person to read.
	Notes []string
}

// Totals are counts of one kind of presence.
type Totals struct {
	Sockets, Cores, Threads Count
}

// Group is the share of one processor model in a machine.
type Group struct {
	Model                   string
	Sockets, Cores, Threads Count
}

// Sharing says whether a partition owns its processors.
type Sharing uint8

// The ways in which a partition holds processors.
const (
	SharingUnknown Sharing = iota
	Dedicated
	Shared
)

// String is "unknown", "dedicated" or "shared".
func (s Sharing) String() string {
	return [...]string{"unknown", "dedicated", "shared"}[min(int(s), 2)]
}

// Partition is the capacity that a hypervisor grants: an IBM Power or Z logical
// partition, a logical domain.
//
// Capacities are in processors (cores), exact decimals as the hypervisor prints
// them; invalid means that the dump does not say.
type Partition struct {
	Name, Number string
	Sharing      Sharing
	// Capped: a capped shared partition never uses more than Entitled; an
	// uncapped one may use up to its virtual processors and its pool.
	Capped Trit

	Entitled, Minimum, Maximum decimal.NullDecimal

	VirtualCPUs    Count // online
	MaxVirtualCPUs Count
	MinVirtualCPUs Count

	Pool     string // shared pool identifier
	PoolCPUs Count  // active processors of the pool

	// SystemActive and SystemInstalled are processors of the whole machine. Where
	// they differ the rest is capacity on demand that is not activated.
	SystemActive, SystemInstalled Count

	ThreadsPerCore int // 0 is not known; 1 is simultaneous multithreading off
}

// CapacityOnDemand is how many processors of the machine are fitted and not
// activated; ok is false when the dump does not say.
func (p *Partition) CapacityOnDemand() (n int, ok bool) {
	if p == nil || !p.SystemActive.Known() || !p.SystemInstalled.Known() {
		return 0, false
	}
	return max(0, p.SystemInstalled.N()-p.SystemActive.N()), true
}

// CoresPerSocket is known when sockets and cores are and divide evenly.
func (p Processors) CoresPerSocket() Count { return ratio(p.Cores, p.Sockets) }

// ThreadsPerCore is known when cores and threads are and divide evenly.
func (p Processors) ThreadsPerCore() Count { return ratio(p.Threads, p.Cores) }

func ratio(over, under Count) Count {
	a, b := over.N(), under.N()
	if a == 0 || b == 0 || a%b != 0 {
		return Count{}
	}
	return Exactly(a / b)
}

func (p *Processors) notef(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(p.Notes, s) {
		p.Notes = append(p.Notes, s)
	}
}

func (p *Processors) assumef(format string, args ...any) {
	p.Assumed = append(p.Assumed, fmt.Sprintf(format, args...))
}

// finish draws what follows from the counts (a core sits in a socket and runs a
// thread, so sockets <= cores <= threads) and names what is missing.
func (p *Processors) finish() {
	p.multithreading()
	for range 2 {
		p.bound("cores", &p.Cores, AtLeast(p.Sockets.Min))
		p.bound("threads", &p.Threads, AtLeast(p.Cores.Min))
		p.bound("cores", &p.Cores, Count{Max: p.Threads.Max})
		p.bound("sockets", &p.Sockets, Count{Max: p.Cores.Max})
	}
	for _, c := range []*Count{&p.Sockets, &p.Cores, &p.Threads} {
		if c.Max > 0 {
			c.Min = max(c.Min, 1) // what runs has one of each
		}
	}
	p.shareOut()
	if p.Model == "" && len(p.Groups) > 0 {
		p.Model = p.Groups[0].Model
	}
	p.Missing = nil
	for _, fact := range []struct {
		name  string
		known bool
	}{
		{"sockets", p.Sockets.Known()}, {"cores", p.Cores.Known()},
		{"threads", p.Threads.Known()}, {"model", p.Model != ""},
	} {
		if !fact.known {
			p.Missing = append(p.Missing, fact.name)
		}
	}
}

// multithreading tells cores from threads where the partition says how many
// threads it runs a core.
func (p *Processors) multithreading() {
	if p.Partition == nil || p.Partition.ThreadsPerCore == 0 {
		return
	}
	per := p.Partition.ThreadsPerCore
	if n, ok := p.Threads.Exact(); ok && n%per == 0 {
		p.bound("cores", &p.Cores, Exactly(n/per))
	}
	if n, ok := p.Cores.Exact(); ok {
		p.bound("threads", &p.Threads, Exactly(n*per))
	}
}

// bound narrows a count by what the others imply. A dump that contradicts
// itself keeps its own words, with a note.
func (p *Processors) bound(name string, c *Count, by Count) {
	if !c.narrow(by) {
		p.notef("the counts contradict each other: %s %v", name, *c)
	}
}

// shareOut gives a single model the counts of the machine.
func (p *Processors) shareOut() {
	p.Groups = slices.DeleteFunc(p.Groups, func(g Group) bool { return g.Model == "" })
	if p.Model != "" && len(p.Groups) == 0 {
		p.Groups = []Group{{Model: p.Model}}
	}
	if len(p.Groups) == 1 {
		p.Groups[0] = Group{p.Groups[0].Model, p.Sockets, p.Cores, p.Threads}
	}
}

// group finds or adds the share of a model.
func (p *Processors) group(model string) *Group {
	for i := range p.Groups {
		if p.Groups[i].Model == model {
			return &p.Groups[i]
		}
	}
	p.Groups = append(p.Groups, Group{Model: model})
	return &p.Groups[len(p.Groups)-1]
}
