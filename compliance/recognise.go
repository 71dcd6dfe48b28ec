package compliance

import (
	"cmp"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// use is one trace of a product in the estate: an install, a seat or an
// operating system.
type use struct {
	device   int // index in the estate, -1 for a seat
	user     UserID
	version  string
	edition  string
	lastUsed time.Time
	source   SourceID
}

// recognise runs the catalog once over every distinct title and files the uses
// under their products.
func (r *reconciler) recognise() {
	e := r.Estate
	r.uses = map[catalog.ProductKey][]use{}
	r.titles = make([]catalog.Recognition, len(e.titles))
	for i, t := range e.titles {
		r.titles[i] = r.Catalog.Recognise(t)
	}
	for d := range e.devices {
		for row := e.start[d]; row < e.start[d+1]; row++ {
			r.file(r.titles[e.title[row]], use{
				device: d, user: e.userName[e.user[row]], lastUsed: instant(e.used[row]), source: e.sourceName[e.source[row]],
			})
		}
	}
	systems := map[string]catalog.Recognition{}
	for d, dev := range e.devices {
		if dev.OperatingSystem == "" {
			continue
		}
		rec, known := systems[dev.OperatingSystem]
		if !known {
			rec = r.Catalog.Recognise(catalog.Title{Name: dev.OperatingSystem})
			systems[dev.OperatingSystem] = rec
		}
		if counts(rec.Status) {
			r.add(rec, use{device: d, source: dev.Source, lastUsed: dev.LastSeen})
		}
	}
	for _, u := range e.usage {
		if rec := r.Catalog.Recognise(u.Title); counts(rec.Status) {
			r.add(rec, use{device: -1, lastUsed: u.At, source: u.Source})
		}
	}
	for _, s := range e.seats {
		if rec := r.Catalog.Recognise(s.Title); counts(rec.Status) {
			r.add(rec, use{device: -1, user: s.User, lastUsed: s.LastUsed, source: s.Source})
		}
	}
}

// counts says whether a title stands for a product of its own.
func counts(s catalog.Status) bool { return s == catalog.Recognised || s == catalog.Derived }

func (r *reconciler) file(rec catalog.Recognition, u use) {
	r.tally.installs++
	switch {
	case counts(rec.Status):
		r.tally.recognised++
		r.add(rec, u)
	case rec.Status == catalog.Ignored:
		r.tally.ignored++
	}
}

func (r *reconciler) add(rec catalog.Recognition, u use) {
	u.version, u.edition = rec.Product.Version, rec.Product.Edition
	r.uses[rec.Product.Key] = append(r.uses[rec.Product.Key], u)
}

// unrecognised ranks the titles that nothing is known of.
func (r *reconciler) unrecognised() []Unrecognised {
	e := r.Estate
	installs := make([]int, len(e.titles))
	for _, t := range e.title {
		installs[t]++
	}
	var out []Unrecognised
	for i, rec := range r.titles {
		if installs[i] > 0 && !counts(rec.Status) && rec.Status != catalog.Ignored {
			out = append(out, Unrecognised{e.titles[i], installs[i]})
		}
	}
	slices.SortStableFunc(out, func(a, b Unrecognised) int { return cmp.Compare(b.Installs, a.Installs) })
	return out
}

// unmanaged ranks the products in use that nothing says how to license. Those
// that the catalog knows to be free are left out.
func (r *reconciler) unmanaged(managed []managedProduct) []Unmanaged {
	under := map[catalog.ProductKey]bool{}
	for _, m := range managed {
		under[m.product] = true
	}
	licensing := map[catalog.ProductKey]catalog.Licensing{}
	for _, rec := range r.titles {
		licensing[rec.Product.Key] = rec.Licensing
	}
	var out []Unmanaged
	for key, uses := range r.uses {
		if !under[key] && licensing[key] != catalog.LicensingFree {
			out = append(out, Unmanaged{key, len(uses), licensing[key] == catalog.LicensingPaid})
		}
	}
	slices.SortFunc(out, func(a, b Unmanaged) int {
		return cmp.Or(cmp.Compare(b.Installs, a.Installs), cmp.Compare(a.Product, b.Product))
	})
	return out
}
