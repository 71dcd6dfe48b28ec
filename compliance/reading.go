package compliance

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
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
	// ahead is the sum of what was read only to have it near when it is needed.
	ahead int
}

// fromSource is a number of installs of one source.
type fromSource struct {
	source uint32
	n      int
}

// managedUse is a use of a product under management.
type managedUse struct {
	filed
	source uint32
	whose  *UserID // nil for the operating system
	row    row
}

func (a managedUse) compare(b managedUse) int {
	if a.product != b.product {
		return cmp.Compare(a.product, b.product)
	}
	return cmp.Or(cmp.Compare(a.release, b.release), cmp.Compare(a.source, b.source), cmp.Compare(a.row.title, b.row.title),
		cmp.Compare(a.row.first, b.row.first), cmp.Compare(a.row.used, b.row.used), cmp.Compare(a.user(), b.user()))
}

func (a managedUse) user() UserID {
	if a.whose == nil {
		return ""
	}
	return *a.whose
}

// look reads a device into t.read.
func (t *Tally) look(d *Device, installs []Install) error {
	if err := d.check(); err != nil {
		return err
	}
	t.read.again()
	if err := t.lookUp(d, installs); err != nil {
		return err
	}
	return t.lookAt(d)
}

// again empties the reading for the next device.
func (r *reading) again() *reading {
	r.titles, r.sources, r.managed, r.classes, r.kept = r.titles[:0], r.sources[:0], r.managed[:0], r.classes[:0], r.kept[:0]
	r.system, r.refused = -1, nil
	return r
}

// lookAt reads a device whose installs have been read.
func (t *Tally) lookAt(d *Device) error {
	r := &t.read
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
	elsewhere := l.entity && d.Entity == "" || l.country && d.Country == ""
	if !elsewhere {
		return false
	}
	return d.User != "" || slices.ContainsFunc(uses, func(u managedUse) bool { return u.user() != "" })
}

// file finds the classes of a device for the uses of one product.
func (t *Tally) file(l *lens, d *Device, uses []managedUse, a alike) {
	r, c := &t.read, &t.classes
	a.product = uses[0].product
	switch {
	case l.machine:
		a.hardware = c.machine(d, true)
	case l.host:
		a.hardware = c.machine(d, false)
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
	if r.whole {
		// Others look at it for what runs on it or beside it.
		for i, l := range t.products {
			if !l.counted || l.hosted {
				t.last.touch(int32(i))
			}
		}
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
