package compliance

import (
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/internal/columns"
)

// Tally computes positions from a stream of devices of which it keeps nothing but
// counts. For each product it counts the devices that are alike in all that the
// product's position looks at: what is in use there, the hardware that the metric
// reads, the places that entitlements are restricted to. A million devices come to
// some thousand such classes.
//
// [Tally.Reconcile] gives the positions that [Reconcile] gives for an estate of the
// same facts: all their numbers, statuses and sources are equal. Its outcomes
// stand for classes ([Outcome.Alike]), named by what makes their members alike, and
// not for single devices, which it does not know.
//
// Since counts can be added and taken away, a changed device is taken out as it was
// ([Tally.Remove]) and put in as it is ([Tally.Add]), at the cost of that device, and
// parts of an estate can be counted apart and joined ([Tally.Fork], [Tally.Merge]).
// Whatever the order and the parts, equal devices give equal bytes.
//
// # What is kept whole
//
// Some consumers cannot be counted without knowing who they are: users with several
// devices, hosts of virtual machines, consumers with units allocated to them. Of
// such products a Tally keeps every use in 18 bytes, and every device that has any
// as an object of some 400 bytes, as an [Estate] does. [Tally.Kept] says how many. A
// device is also kept whose place only its user tells, where an entitlement asks for
// the place, and one of a cluster where the metric counts hosts.
//
// A device must be given with all its installs at once, and only once: what several
// sources say of one device is for a [Builder] to join, whose estate
// [Tally.AddEstate] takes. Of each device eight bytes
// remain, by which one that comes twice is refused.
//
// A Tally is for one goroutine.
type Tally struct {
	in Input
	// products are those under management, and behind them others through which
	// people reach these.
	products []lens
	managed  int
	product  map[catalog.ProductKey]int32
	// clusters says that some product looks at whole clusters.
	clusters bool
	copies   bool

	seen    *columns.Set
	seed    maphash.Seed
	titles  *columns.Dictionary[catalog.Title]
	counts  []titleCount          // by title
	known   []catalog.Recognition // likewise
	systems map[string]int
	system  []system
	sources *columns.Dictionary[SourceID]
	source  []sourceCount
	classes classes
	kept    kept
	base    *Builder
	read    reading
	last    state
}

// filed is a release of a product under management; product is -1 where a title
// stands for none.
type filed struct {
	product int32
	release uint32
}

// titleCount is a title with what it stands for and its number of installs: all that
// is needed of it for one more install, in one place of memory.
type titleCount struct {
	name, publisher string // as most titles have no more
	filed
	installs int
	more     bool    // whether the title says more
	_        [7]byte // so that each is one line of memory
}

// system is a distinct operating system with the number of devices that run it.
type system struct {
	name string
	catalog.Recognition
	filed
	devices int
}

// sourceCount is what came from a source.
type sourceCount struct{ installs, devices int }

// NewTally starts a tally for the instant of a snapshot. The input is as for
// [Reconcile], without an estate; the error wraps [ErrInput] as there.
func NewTally(at time.Time, in Input) (*Tally, error) {
	base := NewBuilder(at)
	in.Estate = base.Build()
	if in.AsOf.IsZero() {
		in.AsOf = in.Estate.At()
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	t := &Tally{in: in, seed: maphash.MakeSeed(), product: map[catalog.ProductKey]int32{}}
	r := reconciler{Input: in}
	for i, m := range r.managed() {
		t.products = append(t.products, newLens(m))
		t.product[m.product] = int32(i)
	}
	fronts, clusters := together(t.products)
	t.clusters, t.managed = clusters, len(t.products)
	for _, p := range fronts {
		t.product[p] = int32(len(t.products))
		t.products = append(t.products, lens{managedProduct: managedProduct{product: p}, hosted: true})
	}
	t.empty(at)
	return t, nil
}

// empty starts counting from nothing.
func (t *Tally) empty(at time.Time) {
	t.base = NewBuilder(at)
	t.seen = &columns.Set{}
	t.titles = columns.NewDictionary[catalog.Title]()
	t.counts, t.known = nil, nil
	t.systems, t.system = map[string]int{}, nil
	t.sources, t.source = columns.NewDictionary[SourceID](), nil
	t.classes = newClasses()
	t.kept = newKept()
	t.last = state{}
	if t.copies {
		t.KeepCopies()
	}
}

// AddUser adds what one source says of a user; see [Builder.AddUser]. Facts that are
// no part of a device are kept as they are.
func (t *Tally) AddUser(u User) error {
	t.last.stale = true
	return t.base.AddUser(u)
}

// AddSeat adds an assignment.
func (t *Tally) AddSeat(s Seat) error {
	t.last.stale = true
	return t.base.AddSeat(s)
}

// AddUsage adds a measured peak.
func (t *Tally) AddUsage(u Usage) error {
	t.last.stale = true
	return t.base.AddUsage(u)
}

// AddSource adds, or replaces, the state of a source.
func (t *Tally) AddSource(s Source) error {
	t.last.stale = true
	return t.base.AddSource(s)
}

// Add counts a device with everything installed on it. The slice is not kept, so
// that it can be filled again. The error wraps [ErrInvalid]; nothing of the device
// is counted then.
func (t *Tally) Add(d Device, installs []Install) error {
	if err := t.named(&d); err != nil {
		return err
	}
	hash := maphash.String(t.seed, string(d.ID))
	near := t.seen.Near(hash)
	if err := t.look(&d, installs); err != nil {
		return err
	}
	t.read.ahead += int(near)
	return t.enter(&d, hash)
}

// named refuses a device that has the name of a class.
func (t *Tally) named(d *Device) error {
	if strings.HasPrefix(string(d.ID), alikePrefix) {
		return fmt.Errorf("%w: device %q has the name of a class of devices", ErrInvalid, d.ID)
	}
	return nil
}

// enter counts a device that was read, unless it has been before.
func (t *Tally) enter(d *Device, hash uint64) error {
	if t.read.refused != nil {
		return t.read.refused
	}
	if !t.seen.Add(hash) {
		return fmt.Errorf("%w: device %s is given twice; give each once, with all its installs", ErrInvalid, d.ID)
	}
	t.count(d, 1)
	return nil
}

// Remove takes out a device that was added, exactly as it was added. The error
// wraps [ErrInvalid]; nothing changes then.
func (t *Tally) Remove(d Device, installs []Install) error {
	hash := maphash.String(t.seed, string(d.ID))
	if !t.seen.Has(hash) {
		return fmt.Errorf("%w: device %s cannot be taken out, it was not added", ErrInvalid, d.ID)
	}
	if err := t.look(&d, installs); err != nil {
		return err
	}
	if !t.holds(&d) {
		return fmt.Errorf("%w: device %s cannot be taken out, it was added with other facts", ErrInvalid, d.ID)
	}
	t.seen.Remove(hash)
	t.count(&d, -1)
	return nil
}

// Devices is the number of devices counted.
func (t *Tally) Devices() int { return t.seen.Len() }

// Kept is what is held whole, since it cannot be counted as one of many: the
// devices and the uses on them.
func (t *Tally) Kept() (devices, uses int) { return len(t.kept.devices), t.kept.uses }
