package compliance

import (
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// tallied is what an estate holds of devices that a [Tally] counted and did not
// keep: classes of alike ones as devices with uses, behind the devices proper, and
// how many installs there were of each title and from each source. The counts are
// of all that was tallied, kept or not.
type tallied struct {
	classes  int // how many of the estate's devices are classes
	uses     []talliedUse
	titles   []catalog.Title
	known    []catalog.Recognition
	places   []uint32
	installs []int
	systems  []system
	reported map[SourceID]int
	heard    map[SourceID]bool
}

// talliedUse is a use of a product by a class.
type talliedUse struct {
	product catalog.ProductKey
	use
}

// machines are the devices proper of the estate.
func (e *Estate) machines() []Device {
	if e.tallied == nil {
		return e.devices
	}
	return e.devices[:len(e.devices)-e.tallied.classes]
}

// reportedBy are the installs of each source.
func (e *Estate) reportedBy() map[SourceID]int {
	if e.tallied != nil {
		return e.tallied.reported
	}
	out := map[SourceID]int{}
	for i, n := range e.reported() {
		out[e.sourceName[i]] = n
	}
	return out
}

// unfold files the uses of classes, and takes the counts of titles from the tally.
func (r *reconciler) unfold(t *tallied, under map[catalog.ProductKey]bool) {
	if t == nil {
		return
	}
	for _, u := range t.uses {
		if under[u.product] {
			r.uses[u.product] = append(r.uses[u.product], u.use)
		}
	}
	r.names, r.places, r.titles, r.installs = t.titles, t.places, t.known, t.installs
	for _, s := range t.systems {
		if counts(s.Status) && !under[s.Product.Key] && s.devices > 0 {
			r.others[s.Product.Key] += s.devices
		}
	}
}

// tallied writes what a tally counted, in an order of its own.
func (w *canonical) tallied(e *Estate) {
	t := e.tallied
	if t == nil {
		return
	}
	for _, u := range t.uses {
		w.texts("use", string(u.product), u.edition, u.version, string(u.source))
		w.count(u.device)
		w.count(u.alike)
	}
	for _, i := range inverse(t.places) {
		if t.installs[i] > 0 {
			w.title(t.titles[i])
			w.count(t.installs[i])
		}
	}
	for _, s := range t.systems {
		w.texts("system", s.name)
		w.count(s.devices)
	}
	for _, id := range slices.Sorted(maps.Keys(t.reported)) {
		w.texts("reported", string(id))
		w.count(t.reported[id])
	}
	for _, id := range slices.Sorted(maps.Keys(t.heard)) {
		w.texts("heard", string(id))
	}
}
