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
	// alike is how many uses it stands for; 0 is one that stands for itself.
	alike int
}

// recognise runs the catalog once over every distinct title and files the uses
// of products under management. Of all others it only counts the installs.
func (r *reconciler) recognise(managed []managedProduct) {
	e := r.Estate
	r.uses = map[catalog.ProductKey][]use{}
	r.under = map[catalog.ProductKey]bool{}
	for _, m := range managed {
		r.under[m.product] = true
	}
	under := r.under
	r.behind = behind(managed)
	r.names, r.places = e.titles, e.titlePlace
	r.titles = make([]catalog.Recognition, len(e.titles))
	r.installs = make([]int, len(e.titles))
	filed := make([]bool, len(e.titles))
	for i, t := range e.titles {
		r.titles[i] = r.Catalog.Recognise(t)
		filed[i] = counts(r.titles[i].Status) && (under[r.titles[i].Product.Key] || r.behind[r.titles[i].Product.Key] != nil)
	}
	for d, s := range e.spans {
		for i := int(s.from); i < int(s.to); i++ {
			f := e.facts.At(i)
			if r.installs[f.title]++; filed[f.title] {
				r.add(r.titles[f.title], use{
					device: d, user: e.userName[f.user], lastUsed: instant(f.used), source: e.sourceName[e.source.At(i)],
				})
			}
		}
	}
	r.others = map[catalog.ProductKey]int{}
	r.unfold(e.tallied, under)
	r.tallyTitles()
	r.recogniseRest(under)
}

// recogniseRest files what stands beside installs: operating systems, measured
// peaks and seats.
func (r *reconciler) recogniseRest(under map[catalog.ProductKey]bool) {
	e := r.Estate
	file := func(rec catalog.Recognition, u use) {
		switch {
		case !counts(rec.Status):
		default:
			r.add(rec, u)
			if !under[rec.Product.Key] && (e.tallied == nil || u.device < 0) { // a tally has counted the systems
				r.others[rec.Product.Key]++
			}
		}
	}
	systems := map[string]catalog.Recognition{}
	for d, dev := range e.machines() {
		if dev.OperatingSystem == "" {
			continue
		}
		rec, known := systems[dev.OperatingSystem]
		if !known {
			rec = r.Catalog.Recognise(catalog.Title{Name: dev.OperatingSystem})
			systems[dev.OperatingSystem] = rec
		}
		file(rec, use{device: d, source: dev.Source, lastUsed: dev.LastSeen})
	}
	for _, u := range e.usage {
		file(r.Catalog.Recognise(u.Title), use{device: -1, lastUsed: u.At, source: u.Source})
	}
	for _, s := range e.seats {
		file(r.Catalog.Recognise(s.Title), use{device: -1, user: s.User, lastUsed: s.LastUsed, source: s.Source})
	}
}

// counts says whether a title stands for a product of its own.
func counts(s catalog.Status) bool { return s == catalog.Recognised || s == catalog.Derived }

// tallyTitles adds the installs up by what became of their titles.
func (r *reconciler) tallyTitles() {
	for i, rec := range r.titles {
		n := r.installs[i]
		r.tally.installs += n
		switch {
		case counts(rec.Status):
			r.tally.recognised += n
		case rec.Status == catalog.Ignored:
			r.tally.ignored += n
		}
	}
}

func (r *reconciler) add(rec catalog.Recognition, u use) {
	u.version, u.edition = rec.Product.Version, rec.Product.Edition
	if r.under[rec.Product.Key] {
		r.uses[rec.Product.Key] = append(r.uses[rec.Product.Key], u)
	}
	u.version, u.edition = "", "" // of what is reached nothing else is known
	for _, p := range r.behind[rec.Product.Key] {
		r.uses[p] = append(r.uses[p], u)
	}
}

// behind lists for each product those that its users use too, over any number of
// steps: who works through a front end works with all that is behind it.
func behind(managed []managedProduct) map[catalog.ProductKey][]catalog.ProductKey {
	next := map[catalog.ProductKey][]catalog.ProductKey{}
	for _, m := range managed {
		for _, p := range m.terms.through {
			next[p] = append(next[p], m.product)
		}
	}
	out := map[catalog.ProductKey][]catalog.ProductKey{}
	for from := range next {
		seen := map[catalog.ProductKey]bool{from: true}
		for ahead := next[from]; len(ahead) > 0; ahead = ahead[1:] {
			if p := ahead[0]; !seen[p] {
				seen[p] = true
				out[from] = append(out[from], p)
				ahead = append(slices.Clone(ahead), next[p]...)
			}
		}
	}
	return out
}

// unrecognised ranks the titles that nothing is known of.
func (r *reconciler) unrecognised() []Unrecognised {
	var order []int
	for i, rec := range r.titles {
		if r.installs[i] > 0 && !counts(rec.Status) && rec.Status != catalog.Ignored {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(r.installs[b], r.installs[a]), cmp.Compare(r.places[a], r.places[b]))
	})
	var out []Unrecognised
	for _, i := range order {
		out = append(out, Unrecognised{r.names[i], r.installs[i]})
	}
	return out
}

// unmanaged ranks the products in use that nothing says how to license. Those
// that the catalog knows to be free are left out.
func (r *reconciler) unmanaged(managed []managedProduct) []Unmanaged {
	under := map[catalog.ProductKey]bool{}
	for _, m := range managed {
		under[m.product] = true
	}
	at := make(map[catalog.ProductKey]int, len(r.names))
	var all []Unmanaged
	var licensing []catalog.Licensing
	product := func(key catalog.ProductKey) int {
		i, known := at[key]
		if !known {
			i = len(all)
			at[key] = i
			all, licensing = append(all, Unmanaged{Product: key}), append(licensing, 0)
		}
		return i
	}
	for _, i := range inverse(r.places) {
		rec := &r.titles[i]
		if r.installs[i] == 0 { // what an estate once held does not show
			continue
		}
		n := product(rec.Product.Key)
		licensing[n] = rec.Licensing
		if counts(rec.Status) {
			all[n].Installs += r.installs[i]
		}
	}
	for key, n := range r.others {
		all[product(key)].Installs += n
	}
	var out []Unmanaged
	for i, u := range all {
		if u.Installs > 0 && !under[u.Product] && licensing[i] != catalog.LicensingFree {
			u.Paid = licensing[i] == catalog.LicensingPaid
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b Unmanaged) int {
		return cmp.Or(cmp.Compare(b.Installs, a.Installs), cmp.Compare(a.Product, b.Product))
	})
	return out
}
