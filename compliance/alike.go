package compliance

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"github.com/trueup-dev/trueup/internal/columns"
)

// alikePrefix begins the names of classes of devices.
const alikePrefix = "alike: "

// alike is all that a position looks at in a device, as numbers in the dictionaries
// of [classes]; 0 is what it does not look at, or does not know.
type alike struct {
	product                                  int32
	uses, hardware                           uint32
	entity, country, environment, fromSource uint32
}

// classes count alike devices, product by product.
type classes struct {
	number map[alike]uint32
	all    []devicesAlike
	// The dictionaries of what classes are made of.
	uses     map[string]uint32
	useSets  [][]releaseFrom
	hardware map[string]uint32
	machines []Device
	names    *columns.Dictionary[string]
	release  map[release]uint32
	releases []release
	key      []byte
}

// devicesAlike is a class: devices that are alike. Its shape is made when first asked for.
type devicesAlike struct {
	alike
	devices int
	shape   *shape
}

// release is an edition and version of a product.
type release struct{ edition, version string }

// releaseFrom is a release as one source reports it.
type releaseFrom struct{ release, source uint32 }

func (a releaseFrom) compare(b releaseFrom) int {
	return cmp.Or(cmp.Compare(a.release, b.release), cmp.Compare(a.source, b.source))
}

// shape is a class as a device with uses.
type shape struct {
	device Device
	uses   []use
}

func newClasses() classes {
	c := classes{
		number: map[alike]uint32{}, uses: map[string]uint32{}, hardware: map[string]uint32{},
		names: columns.NewDictionary[string](), release: map[release]uint32{},
		useSets: [][]releaseFrom{nil},
	}
	c.name("")
	c.machine(&Device{}, true)
	return c
}

// name is the number of a name, 0 for the empty one.
func (c *classes) name(s string) uint32 {
	return c.names.Number(maphash.String(c.names.Seed(), s), &s)
}

// numberOf is the number of a class, which it gets now if it has none yet.
func (c *classes) numberOf(a alike) uint32 {
	n, known := c.number[a]
	if !known {
		n = uint32(len(c.all))
		c.number[a] = n
		c.all = append(c.all, devicesAlike{alike: a})
	}
	return n
}

// releaseOf is the number of a release.
func (c *classes) releaseOf(r release) uint32 {
	n, known := c.release[r]
	if !known {
		n = uint32(len(c.releases))
		c.release[r] = n
		c.releases = append(c.releases, r)
	}
	return n
}

// useSet is the number of a set of uses, sorted.
func (c *classes) useSet(set []releaseFrom) uint32 {
	c.key = c.key[:0]
	for _, u := range set {
		c.key = binary.LittleEndian.AppendUint32(c.key, u.release)
		c.key = binary.LittleEndian.AppendUint32(c.key, u.source)
	}
	n, known := c.uses[string(c.key)]
	if !known {
		n = uint32(len(c.useSets))
		c.uses[string(c.key)] = n
		c.useSets = append(c.useSets, append([]releaseFrom(nil), set...))
	}
	return n
}

// machine is the number of a device's hardware, of which only what counts is set:
// with what makes it a virtual machine, or without.
func (c *classes) machine(d *Device, virtual bool) uint32 {
	m := Device{Kind: d.Kind, Sockets: d.Sockets, Cores: d.Cores, Model: d.Model}
	c.key = append(c.key[:0], byte(d.Kind))
	for _, n := range [...]int{d.Sockets, d.Cores} {
		c.key = binary.AppendUvarint(c.key, uint64(n))
	}
	c.key = appendText(c.key, d.Model)
	if virtual {
		m.VCPUs, m.Host, m.InstanceType = d.VCPUs, d.Host, d.InstanceType
		c.key = binary.AppendUvarint(c.key, uint64(d.VCPUs))
		c.key = appendText(appendText(c.key, string(d.Host)), d.InstanceType)
	}
	n, known := c.hardware[string(c.key)]
	if !known {
		n = uint32(len(c.machines))
		c.hardware[string(c.key)] = n
		c.machines = append(c.machines, m)
	}
	return n
}

func appendText(key []byte, s string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(s))), s...)
}

// shapeOf is a class as a device with its uses.
func (t *Tally) shapeOf(c *devicesAlike) *shape {
	if c.shape != nil {
		return c.shape
	}
	names := t.classes.names.Values()
	s := &shape{device: t.classes.machines[c.hardware]}
	d := &s.device
	d.Entity, d.Country, d.Environment = names[c.entity], names[c.country], names[c.environment]
	d.Source = SourceID(names[c.fromSource])
	for _, u := range t.classes.useSets[c.uses] {
		r := t.classes.releases[u.release]
		s.uses = append(s.uses, use{edition: r.edition, version: r.version, source: t.sources.Values()[u.source]})
	}
	slices.SortFunc(s.uses, compareUses)
	d.ID = DeviceID(alikePrefix + quoted(string(t.products[c.product].product)) + s.facts())
	c.shape = s
	return s
}

// facts says what makes the devices of a class alike, each fact with its name.
func (s *shape) facts() string {
	var b strings.Builder
	text := func(before, name, value string) {
		if value != "" {
			fmt.Fprint(&b, before, name, " ", quoted(value))
		}
	}
	number := func(n int, name string) {
		if n != 0 {
			fmt.Fprintf(&b, ", %d %s", n, name)
		}
	}
	d := s.device
	if d.Kind != KindUnknown {
		text(", ", "kind", d.Kind.String())
	}
	number(d.Sockets, "sockets")
	number(d.Cores, "cores")
	number(d.Threads, "threads")
	number(d.VCPUs, "vCPUs")
	text(", ", "model", d.Model)
	text(", ", "host", string(d.Host))
	text(", ", "type", d.InstanceType)
	text(", ", "entity", d.Entity)
	text(", ", "country", d.Country)
	text(", ", "environment", d.Environment)
	text(", ", "reported by", string(d.Source))
	for _, u := range s.uses {
		b.WriteString("; in use")
		text(" ", "edition", u.edition)
		text(" ", "version", u.version)
		text(" ", "found by", string(u.source))
	}
	return b.String()
}

// quoted is a text that ends where it seems to.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, ",;\"\\ ") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}
