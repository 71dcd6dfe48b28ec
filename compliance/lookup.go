package compliance

import (
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// lookUp finds the titles and sources of installs. It goes over them once for each
// place in memory that it needs, so that many are fetched at a time.
func (t *Tally) lookUp(d *Device, installs []Install) error {
	r := &t.read
	r.hashes, r.titles = sized(r.hashes, len(installs)), sized(r.titles, len(installs))
	seed := t.titles.Seed()
	for k := range installs {
		i := &installs[k]
		if i.Device != d.ID && i.Device != "" {
			return fmt.Errorf("%w: install of %q is of device %s and was given with %s", ErrInvalid, i.Title.Name, i.Device, d.ID)
		}
		r.hashes[k] = hashTitle(seed, &i.Title)
	}
	t.titles.Guesses(r.hashes, r.titles)
	ahead := 0
	for _, n := range r.titles {
		if uint64(n) < uint64(len(t.counts)) {
			ahead += t.counts[n].installs
		}
	}
	r.ahead = ahead
	var last SourceID
	run := -1 // the run of installs of that source
	for k := range installs {
		i, n := &installs[k], r.titles[k]
		if uint64(n) >= uint64(len(t.counts)) || !t.isTitle(n, &i.Title) {
			n = t.titles.Number(r.hashes[k], &i.Title)
			if r.titles[k] = n; int(n) == len(t.counts) {
				t.learn(t.titles.Values()[n])
			}
		}
		first, used, err := i.check()
		if err != nil {
			return err
		}
		if run < 0 || i.Source != last {
			source, err := t.sourceOf(i.Source)
			if err != nil {
				return err
			}
			last, run = i.Source, len(r.sources)
			r.sources = append(r.sources, fromSource{source: source})
		}
		r.sources[run].n++
		if f := t.counts[n].filed; f.product >= 0 {
			r.managed = append(r.managed, managedUse{f, r.sources[run].source, &i.User, row{title: n, first: first, used: used}})
		}
	}
	return nil
}

// sized is a slice of so many elements, of which nothing is said.
func sized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

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
		if t.copies {
			name = strings.Clone(name)
		}
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
