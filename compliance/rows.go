package compliance

import (
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/internal/columns"
)

// row is an install without its device and source, 16 bytes: numbers of the
// title and the user in the dictionaries, and seconds since 1970, 0 not known.
type row struct{ title, user, first, used uint32 }

// rows are installs in blocks, 18 bytes each.
type rows struct {
	facts  columns.Column[row]
	source columns.Column[uint16] // number of a name in sourceName
}

func (r *rows) len() int { return r.facts.Len() }

func (r *rows) add(f row, source uint16) {
	r.facts.Append(f)
	r.source.Append(source)
}

func (r *rows) clone() rows { return rows{r.facts.Clone(), r.source.Clone()} }

// run is where rows of a device begin: they go on to the next run.
type run struct {
	device DeviceID
	from   uint32
}

// span are the rows of one device of an estate, to exclusive.
type span struct{ from, to uint32 }

// installs gives the estate its rows. Rows that arrived grouped by device stay
// where they are and are only sorted within their device; the estate then shares
// them with the builder. Others are gathered device by device, once.
func (b *Builder) installs(e *Estate) {
	e.titles, e.userName, e.sourceName = b.titles.Values(), b.userNames.Values(), b.sourceNames.Values()
	place := b.places(e)
	e.spans = make([]span, len(e.devices))
	runs := make([]int, len(e.devices))
	for i, at := range place {
		runs[at]++
		e.spans[at] = b.run(i)
	}
	if len(runs) > 0 && slices.Max(runs) > 1 {
		e.rows = b.gather(e, place)
	} else {
		e.rows, b.given = b.rows, true
	}
	e.arrange()
}

// places are the numbers of the devices of the runs.
func (b *Builder) places(e *Estate) []uint32 {
	out := make([]uint32, len(b.runs))
	next := 0 // runs in the order of the devices need no search
	for i, r := range b.runs {
		if next >= len(e.devices) || e.devices[next].ID != r.device {
			next, _ = e.device(r.device)
		}
		out[i] = uint32(next)
		next++
	}
	return out
}

func (b *Builder) run(i int) span {
	to := b.rows.len()
	if i+1 < len(b.runs) {
		to = int(b.runs[i+1].from)
	}
	return span{b.runs[i].from, uint32(to)}
}

// gather copies the rows so that those of each device stand together.
func (b *Builder) gather(e *Estate, place []uint32) rows {
	order := make([]uint32, len(place))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(x, y uint32) int { return cmp.Compare(place[x], place[y]) })
	clear(e.spans)
	var out rows
	for _, i := range order {
		s := &e.spans[place[i]]
		if s.from == s.to {
			s.from = uint32(out.len())
		}
		for from := b.run(int(i)); from.from < from.to; from.from++ {
			n := int(from.from)
			out.add(b.rows.facts.At(n), b.rows.source.At(n))
		}
		s.to = uint32(out.len())
	}
	return out
}

// arrange sorts the rows of every device by title, user, source and times, so
// that the order of arrival does not show.
func (e *Estate) arrange() {
	type whole struct {
		row
		source uint16
	}
	e.titlePlace, e.userPlace, e.sourcePlace = rank(e.titles, compareTitles), rank(e.userName, cmp.Compare[UserID]), rank(e.sourceName, cmp.Compare[SourceID])
	titles, users, sources := e.titlePlace, e.userPlace, e.sourcePlace
	compare := func(a, b whole) int {
		if a.title != b.title {
			return cmp.Compare(titles[a.title], titles[b.title])
		}
		return cmp.Or(cmp.Compare(users[a.user], users[b.user]), cmp.Compare(sources[a.source], sources[b.source]),
			cmp.Compare(a.first, b.first), cmp.Compare(a.used, b.used))
	}
	var all []whole
	for _, s := range e.spans {
		all = all[:0]
		for i := int(s.from); i < int(s.to); i++ {
			all = append(all, whole{e.facts.At(i), e.source.At(i)})
		}
		if slices.IsSortedFunc(all, compare) {
			continue
		}
		slices.SortFunc(all, compare)
		for i, r := range all {
			e.facts.Set(int(s.from)+i, r.row)
			e.source.Set(int(s.from)+i, r.source)
		}
	}
}

// rank gives for each name, in order of arrival, its place in sorted order.
func rank[T any](names []T, compare func(a, b T) int) []uint32 {
	order := make([]uint32, len(names))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compare(names[a], names[b]) })
	return inverse(order)
}

// inverse turns places by number into numbers by place, and back.
func inverse(order []uint32) []uint32 {
	out := make([]uint32, len(order))
	for at, i := range order {
		out[i] = uint32(at)
	}
	return out
}

// hashTitle reads the fields that tell titles apart; the others are compared.
func hashTitle(seed maphash.Seed, t *catalog.Title) uint64 {
	h := maphash.String(seed, t.Name)
	if t.Version != "" {
		h ^= maphash.String(seed, t.Version) * 0x9e3779b97f4a7c15
	}
	return h
}
