package compliance

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"math"
	"slices"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// reading is what one device comes to, found before anything is counted, so that a
// device that is refused leaves no trace. It is used again for the next.
type reading struct {
	titles  []uint32 // by install
	hashes  []uint64 // likewise
	sources []fromSource
	managed []managedUse
	system  int // -1 without
	source  uint32
	classes []uint32
	kept    []managedUse
	// whole is set where the device itself must be kept, whatever is in use there.
	whole   bool
	set     []releaseFrom
	refused error
}

// fromSource is a number of installs of one source.
type fromSource struct {
	source uint32
	n      int
}

// managedUse is a use of a product under management.
type managedUse struct {
	filed
	source  uint32
	install *Install // nil for the operating system
	row     row
}

func (a managedUse) compare(b managedUse) int {
	if a.product != b.product {
		return cmp.Compare(a.product, b.product)
	}
	return cmp.Or(cmp.Compare(a.release, b.release), cmp.Compare(a.source, b.source), cmp.Compare(a.row.title, b.row.title),
		cmp.Compare(a.row.first, b.row.first), cmp.Compare(a.row.used, b.row.used), cmp.Compare(a.user(), b.user()))
}

func (a managedUse) user() UserID {
	if a.install == nil {
		return ""
	}
	return a.install.User
}

// look reads a device into t.read.
func (t *Tally) look(d *Device, installs []Install) error {
	if err := d.check(); err != nil {
		return err
	}
	r := &t.read
	r.titles, r.sources, r.managed, r.classes, r.kept = r.titles[:0], r.sources[:0], r.managed[:0], r.classes[:0], r.kept[:0]
	r.system, r.refused = -1, nil
	if err := t.lookUp(d, installs); err != nil {
		return err
	}
	var err error
	if r.source, err = t.sourceOf(d.Source); err != nil {
		return err
	}
	if d.OperatingSystem != "" {
		r.system = t.systemOf(d.OperatingSystem)
		if f := t.system[r.system].filed; f.product >= 0 {
			r.managed = append(r.managed, managedUse{filed: f, source: r.source})
		}
	}
	t.sort(d)
	return nil
}

// lookUp finds the titles and sources of installs. It goes over them once for each
// place in memory that it needs, so that many are fetched at a time.
func (t *Tally) lookUp(d *Device, installs []Install) error {
	r := &t.read
	r.hashes = r.hashes[:0]
	seed := t.titles.Seed()
	for k := range installs {
		i := &installs[k]
		if i.Device != d.ID && i.Device != "" {
			return fmt.Errorf("%w: install of %q is of device %s and was given with %s", ErrInvalid, i.Title.Name, i.Device, d.ID)
		}
		r.hashes = append(r.hashes, hashTitle(seed, &i.Title))
	}
	for _, h := range r.hashes {
		n, known := t.titles.Guess(h)
		if !known {
			n = math.MaxUint32
		}
		r.titles = append(r.titles, n)
	}
	for k := range installs {
		i, n := &installs[k], r.titles[k]
		if uint64(n) >= uint64(len(t.counts)) || !t.isTitle(n, &i.Title) {
			n = t.titles.Number(r.hashes[k], &i.Title)
			if r.titles[k] = n; int(n) == len(t.counts) {
				t.learn(i.Title)
			}
		}
		if err := t.lookAt(i, n); err != nil {
			return err
		}
	}
	return nil
}

// lookAt notes an install of which the title is known.
func (t *Tally) lookAt(i *Install, n uint32) error {
	first, used, err := i.check()
	if err != nil {
		return err
	}
	source, err := t.sourceOf(i.Source)
	if err != nil {
		return err
	}
	r := &t.read
	if n := len(r.sources); n > 0 && r.sources[n-1].source == source {
		r.sources[n-1].n++
	} else {
		r.sources = append(r.sources, fromSource{source, 1})
	}
	if f := t.counts[n].filed; f.product >= 0 {
		r.managed = append(r.managed, managedUse{f, source, i, row{title: n, first: first, used: used}})
	}
	return nil
}

// isTitle says whether a title has the number.
func (t *Tally) isTitle(n uint32, raw *catalog.Title) bool {
	h := &t.counts[n]
	if h.name != raw.Name || h.publisher != raw.Publisher {
		return false
	}
	return h.more == saysMore(raw) && (!h.more || t.titles.Values()[n] == *raw)
}

func saysMore(t *catalog.Title) bool {
	return len(t.Version)+len(t.Edition)+len(t.ProductCode)+len(t.Architecture) > 0
}

// learn recognises a title that comes for the first time.
func (t *Tally) learn(raw catalog.Title) {
	rec, f := t.stands(raw)
	t.known = append(t.known, rec)
	t.counts = append(t.counts, titleCount{name: raw.Name, publisher: raw.Publisher, filed: f, more: saysMore(&raw)})
}

// stands is what a title stands for.
func (t *Tally) stands(raw catalog.Title) (catalog.Recognition, filed) {
	rec := t.in.Catalog.Recognise(raw)
	if n, managed := t.product[rec.Product.Key]; managed && counts(rec.Status) {
		return rec, filed{n, t.classes.releaseOf(release{rec.Product.Edition, rec.Product.Version})}
	}
	return rec, filed{product: -1}
}

func (t *Tally) systemOf(name string) int {
	n, known := t.systems[name]
	if !known {
		n = len(t.system)
		t.systems[name] = n
		rec, f := t.stands(catalog.Title{Name: name})
		t.system = append(t.system, system{name: name, Recognition: rec, filed: f})
	}
	return n
}

func (t *Tally) sourceOf(id SourceID) (uint32, error) {
	if n := len(t.read.sources); n > 0 {
		if last := t.read.sources[n-1].source; t.sources.Values()[last] == id {
			return last, nil
		}
	}
	n := t.sources.Number(maphash.String(t.sources.Seed(), string(id)), &id)
	if n > math.MaxUint16 {
		return 0, fmt.Errorf("%w: more than %d sources", ErrInvalid, math.MaxUint16)
	}
	if int(n) == len(t.source) {
		t.source = append(t.source, sourceCount{})
	}
	return n, nil
}

// sort puts what is in use on a device into classes, or to what is kept.
func (t *Tally) sort(d *Device) {
	r := &t.read
	if !slices.IsSortedFunc(r.managed, managedUse.compare) {
		slices.SortStableFunc(r.managed, managedUse.compare)
	}
	r.whole = t.kept.wanted[d.ID] || t.clusters && d.hosting()
	var a alike
	for from := 0; from < len(r.managed); {
		to := from + 1
		for to < len(r.managed) && r.managed[to].product == r.managed[from].product {
			to++
		}
		uses := r.managed[from:to]
		from = to
		l := &t.products[uses[0].product]
		if t.keeps(l, d, uses) {
			r.kept = append(r.kept, uses...)
			continue
		}
		if a.fromSource == 0 {
			a.fromSource = t.classes.name(string(d.Source))
		}
		t.file(l, d, uses, a)
	}
	hosted := func(u managedUse) bool { return t.products[u.product].hosted }
	if d.Host != "" && slices.ContainsFunc(r.kept, hosted) {
		r.refused = t.want(d)
	}
}

// want notes that the host of a kept device is to be kept too.
func (t *Tally) want(d *Device) error {
	if t.kept.wanted[d.Host] {
		return nil
	}
	if t.seen.Has(maphash.String(t.seed, string(d.Host))) && !t.kept.whole(d.Host) {
		return fmt.Errorf("%w: device %s comes after its host %s; give virtual machines before the hosts they run on", ErrInvalid, d.ID, d.Host)
	}
	t.kept.wanted[d.Host] = true
	return nil
}

// keeps says whether the uses of a product on a device must be kept.
func (t *Tally) keeps(l *lens, d *Device, uses []managedUse) bool {
	if !l.counted || !d.plain() || l.host && (d.Host != "" || d.Cluster != "" || t.read.whole) {
		return true
	}
	if !(l.entity && d.Entity == "" || l.country && d.Country == "") {
		return false
	}
	return d.User != "" || slices.ContainsFunc(uses, func(u managedUse) bool { return u.user() != "" })
}

// file finds the classes of a device for the uses of one product.
func (t *Tally) file(l *lens, d *Device, uses []managedUse, a alike) {
	r, c := &t.read, &t.classes
	a.product = uses[0].product
	if l.host || l.machine {
		hardware := Device{Kind: d.Kind, Sockets: d.Sockets, Cores: d.Cores, Model: d.Model}
		if l.machine {
			hardware.VCPUs, hardware.Host, hardware.InstanceType = d.VCPUs, d.Host, d.InstanceType
		}
		a.hardware = c.machine(hardware)
	}
	if l.entity {
		a.entity = c.name(d.Entity)
	}
	if l.country {
		a.country = c.name(d.Country)
	}
	if l.environment {
		a.environment = c.name(d.Environment)
	}
	r.set = r.set[:0]
	for i, u := range uses {
		if l.install && i > 0 && u.release != uses[i-1].release {
			a.uses = c.useSet(r.set)
			r.classes = append(r.classes, c.numberOf(a))
			r.set = r.set[:0]
		}
		if n := len(r.set); n == 0 || r.set[n-1] != (releaseFrom{u.release, u.source}) {
			r.set = append(r.set, releaseFrom{u.release, u.source})
		}
	}
	a.uses = c.useSet(r.set)
	r.classes = append(r.classes, c.numberOf(a))
}

// count adds what was read of a device, or takes it away.
func (t *Tally) count(d *Device, sign int) {
	r := &t.read
	for _, n := range r.titles {
		t.counts[n].installs += sign
	}
	for _, s := range r.sources {
		t.source[s.source].installs += sign * s.n
	}
	t.source[r.source].devices += sign
	if r.system >= 0 {
		t.system[r.system].devices += sign
	}
	for _, n := range r.classes {
		c := &t.classes.all[n]
		c.devices += sign
		t.last.touch(c.product)
	}
	if len(r.kept) == 0 && !r.whole {
		return
	}
	for _, u := range r.kept {
		t.last.touch(u.product)
	}
	if sign < 0 {
		t.kept.remove(d.ID)
	} else {
		t.kept.add(d, r)
	}
}

// holds says whether what was read is there to be taken away.
func (t *Tally) holds(d *Device) bool {
	r, enough := &t.read, true
	for _, n := range r.titles {
		t.counts[n].installs--
		enough = enough && t.counts[n].installs >= 0
	}
	for _, n := range r.titles {
		t.counts[n].installs++
	}
	for _, n := range r.classes {
		enough = enough && t.classes.all[n].devices > 0
	}
	for _, s := range r.sources {
		enough = enough && t.source[s.source].installs >= s.n
	}
	enough = enough && t.source[r.source].devices > 0 && (r.system < 0 || t.system[r.system].devices > 0)
	held := t.kept.devices[d.ID]
	if len(r.kept) == 0 && !r.whole {
		return enough && held == nil
	}
	return enough && held != nil && held.same(r)
}
