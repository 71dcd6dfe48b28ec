package compliance

import (
	"hash/maphash"
	"slices"
)

// AddEstate counts every device of an estate, in the order that hosts ask for, and
// takes over its users, seats, usage and sources. An estate that is held is counted
// again much faster than its rows were read: for another day, other terms, other
// rules. Its instant and its disagreements are not looked at.
//
// The error wraps [ErrInvalid]; nothing of the estate is counted then.
func (t *Tally) AddEstate(e *Estate) error {
	h := held{tally: t, estate: e, installs: make([]int, len(e.titles)), from: make([]int, len(e.sourceName))}
	if err := h.translate(); err != nil {
		return err
	}
	order := h.guestsFirst()
	for done, i := range order {
		if err := h.add(i); err != nil {
			for _, i := range order[:done] {
				h.takeOut(i)
			}
			return err
		}
	}
	for n, installs := range h.installs {
		t.counts[h.title[n]].installs += installs
	}
	for n, installs := range h.from {
		t.source[h.source[n]].installs += installs
	}
	t.last.stale = true
	t.base.users = append(t.base.users, e.users...)
	t.base.seats = append(t.base.seats, e.seats...)
	t.base.usage = append(t.base.usage, e.usage...)
	for _, s := range e.sources {
		t.base.sources[s.ID] = s
	}
	return nil
}

// held is an estate on its way into a tally.
type held struct {
	tally  *Tally
	estate *Estate
	// The tally's numbers by the estate's, and what a title is filed under.
	title, source []uint32
	filed         []filed
	// installs and from are the rows by title and by source. The tally gets them
	// once every device is in.
	installs, from []int
}

// translate finds the tally's numbers of all titles and sources.
func (h *held) translate() error {
	t, e := h.tally, h.estate
	for i := range e.titles {
		n := t.titles.Number(hashTitle(t.titles.Seed(), &e.titles[i]), &e.titles[i])
		if int(n) == len(t.counts) {
			t.learn(t.titles.Values()[n])
		}
		h.title, h.filed = append(h.title, n), append(h.filed, t.counts[n].filed)
	}
	t.read.sources = t.read.sources[:0]
	for _, id := range e.sourceName {
		n, err := t.sourceOf(id)
		if err != nil {
			return err
		}
		h.source = append(h.source, n)
	}
	return nil
}

// guestsFirst are the numbers of the devices, each behind those that it hosts.
func (h *held) guestsFirst() []int {
	devices := h.estate.devices
	below := make([]int, len(devices)) // how many hosts are below; -1 while they are counted
	var count func(i int) int
	count = func(i int) int {
		if devices[i].Host == "" || below[i] != 0 {
			return max(below[i], 0)
		}
		below[i] = -1 // of two that host one another one comes first
		n := 1
		if host, known := h.estate.device(devices[i].Host); known {
			n += count(host)
		}
		below[i] = n
		return n
	}
	order := make([]int, len(devices))
	hosted := false
	for i := range order {
		order[i] = i
		hosted = count(i) > 0 || hosted
	}
	if hosted {
		slices.SortStableFunc(order, func(a, b int) int { return below[b] - below[a] })
	}
	return order
}

// add counts a device, but for its titles and the sources of its installs.
func (h *held) add(i int) error {
	t, d := h.tally, &h.estate.devices[i]
	if err := t.named(d); err != nil {
		return err
	}
	if err := h.look(i); err != nil {
		return err
	}
	return t.enter(d, maphash.String(t.seed, string(d.ID)))
}

// takeOut undoes add.
func (h *held) takeOut(i int) {
	t, d := h.tally, &h.estate.devices[i]
	if h.look(i) == nil { // as it was when it was added
		t.seen.Remove(maphash.String(t.seed, string(d.ID)))
		t.count(d, -1)
	}
}

// look reads a device into what the tally reads into.
func (h *held) look(i int) error {
	t, e := h.tally, h.estate
	r := t.read.again()
	span := e.spans[i]
	for from := int(span.from); from < int(span.to); {
		rows := e.facts.Run(from, int(span.to))
		sources := e.rows.source.Run(from, from+len(rows))
		since := 0 // the first row of the source that the last row had
		for k := range rows {
			row, source := &rows[k], sources[k]
			h.installs[row.title]++
			if source != sources[since] {
				h.from[sources[since]] += k - since
				since = k
			}
			f := h.filed[row.title]
			if f.product < 0 {
				continue
			}
			use := *row
			use.title = h.title[row.title]
			r.managed = append(r.managed, managedUse{f, h.source[source], &e.userName[row.user], use})
		}
		h.from[sources[since]] += len(rows) - since
		from += len(rows)
	}
	return t.lookAt(&e.devices[i])
}
