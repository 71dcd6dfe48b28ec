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
	number *columns.Dictionary[alike]
	all    []devicesAlike
	// The dictionaries of what classes are made of.
	uses     map[string]uint32
	useSets  [][]releaseFrom
	single   *columns.Dictionary[releaseFrom]
	singles  []uint32 // the sets of one
	hardware *columns.Dictionary[machine]
	names    *columns.Dictionary[string]
	release  map[release]uint32
	releases []release
	key      []byte
}

// machine is what a metric reads of a device's hardware.
type machine struct {
	kind                  DeviceKind
	sockets, cores, vcpus int
	model, host, instance string
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
		number: columns.NewDictionary[alike](), uses: map[string]uint32{}, single: columns.NewDictionary[releaseFrom](),
		hardware: columns.NewDictionary[machine](), names: columns.NewDictionary[string](), release: map[release]uint32{},
		useSets: [][]releaseFrom{nil},
	}
	nothing := ""
	c.names.Number(maphash.String(c.names.Seed(), nothing), &nothing)
	c.machine(&Device{}, true)
	return c
}

// name is the number of a name, 0 for the empty one.
func (c *classes) name(s string) uint32 {
	if s == "" {
		return 0
	}
	return c.names.Number(maphash.String(c.names.Seed(), s), &s)
}

// mix makes a hash of numbers that few things share.
func mix(numbers ...uint64) uint64 {
	h := uint64(0)
	for _, n := range numbers {
		h = (h ^ n) * 0x9e3779b97f4a7c15
		h ^= h >> 32
	}
	return h
}

// numberOf is the number of a class, which it gets now if it has none yet.
func (c *classes) numberOf(a alike) uint32 {
	hash := mix(uint64(a.product)<<32|uint64(a.uses), uint64(a.hardware)<<32|uint64(a.entity),
		uint64(a.country)<<32|uint64(a.environment), uint64(a.fromSource))
	n := c.number.Number(hash, &a)
	if int(n) == len(c.all) {
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
	if len(set) == 1 {
		n := c.single.Number(mix(uint64(set[0].release)<<32|uint64(set[0].source)), &set[0])
		if int(n) == len(c.singles) {
			c.singles = append(c.singles, c.newSet(set))
		}
		return c.singles[n]
	}
	c.key = c.key[:0]
	for _, u := range set {
		c.key = binary.LittleEndian.AppendUint32(c.key, u.release)
		c.key = binary.LittleEndian.AppendUint32(c.key, u.source)
	}
	n, known := c.uses[string(c.key)]
	if !known {
		n = c.newSet(set)
		c.uses[string(c.key)] = n
	}
	return n
}

func (c *classes) newSet(set []releaseFrom) uint32 {
	c.useSets = append(c.useSets, slices.Clone(set))
	return uint32(len(c.useSets) - 1)
}

// machine is the number of a device's hardware: with what makes it a virtual machine,
// or without.
func (c *classes) machine(d *Device, virtual bool) uint32 {
	m := machine{kind: d.Kind, sockets: d.Sockets, cores: d.Cores, model: d.Model}
	if virtual {
		m.vcpus, m.host, m.instance = d.VCPUs, string(d.Host), d.InstanceType
	}
	return c.hardwareOf(&m)
}

func (c *classes) hardwareOf(m *machine) uint32 {
	hash := mix(uint64(m.kind), uint64(m.sockets), uint64(m.cores), uint64(m.vcpus))
	text := func(s string) {
		if s != "" {
			hash = mix(hash, maphash.String(c.hardware.Seed(), s))
		}
	}
	text(m.model)
	text(m.host)
	text(m.instance)
	return c.hardware.Number(hash, m)
}

// shapeOf is a class as a device with its uses.
func (t *Tally) shapeOf(c *devicesAlike) *shape {
	if c.shape != nil {
		return c.shape
	}
	names := t.classes.names.Values()
	m := &t.classes.hardware.Values()[c.hardware]
	s := &shape{device: Device{Kind: m.kind, Sockets: m.sockets, Cores: m.cores, Model: m.model,
		VCPUs: m.vcpus, Host: DeviceID(m.host), InstanceType: m.instance}}
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
