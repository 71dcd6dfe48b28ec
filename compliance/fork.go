package compliance

import (
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
)

// Fork is an empty tally for the same input, to count a part of the devices in, as
// on another processor. The catalog must then be safe for concurrent use.
func (t *Tally) Fork() *Tally {
	out := &Tally{in: t.in, products: t.products, managed: t.managed, product: t.product, clusters: t.clusters, copies: t.copies, seed: t.seed}
	out.empty(t.base.at)
	return out
}

// Merge adds what a fork of the tally, or of a tally that it was forked from, has
// counted. The error wraps [ErrInvalid]; nothing changes then. The fork must not be
// used any more.
func (t *Tally) Merge(fork *Tally) error {
	if err := t.fits(fork); err != nil {
		return err
	}
	fork.seen.Each(t.seen.Add)
	t.last.stale = true
	t.base.users = append(t.base.users, fork.base.users...)
	t.base.seats = append(t.base.seats, fork.base.seats...)
	t.base.usage = append(t.base.usage, fork.base.usage...)
	maps.Copy(t.base.sources, fork.base.sources)
	titles := t.mergeTitles(fork)
	for name, n := range fork.systems {
		t.system[t.systemOf(name)].devices += fork.system[n].devices
	}
	t.read.sources = t.read.sources[:0]
	sources := make([]uint32, len(fork.source))
	for i, s := range fork.source {
		n, err := t.sourceOf(fork.sources.Values()[i])
		if err != nil {
			return err
		}
		sources[i] = n
		t.source[n].installs += s.installs
		t.source[n].devices += s.devices
	}
	t.mergeClasses(fork, sources)
	t.mergeKept(fork, titles, sources)
	return nil
}

// fits refuses a fork that counted what this tally did, or in another order than
// hosts allow.
func (t *Tally) fits(fork *Tally) error {
	if t.seed != fork.seed {
		return fmt.Errorf("%w: only what was forked from a tally can be merged into it", ErrInvalid)
	}
	if !fork.seen.Each(func(h uint64) bool { return !t.seen.Has(h) }) {
		return fmt.Errorf("%w: both tallies were given the same device", ErrInvalid)
	}
	for _, pair := range [][2]*Tally{{t, fork}, {fork, t}} {
		for host := range pair[0].kept.wanted {
			if pair[1].seen.Has(maphash.String(t.seed, string(host))) && !pair[1].kept.whole(host) {
				return fmt.Errorf("%w: host %s was given to one tally and its virtual machines to another", ErrInvalid, host)
			}
		}
	}
	return nil
}

// mergeTitles adds the installs up and gives the numbers of the fork's titles.
func (t *Tally) mergeTitles(fork *Tally) []uint32 {
	out := make([]uint32, len(fork.counts))
	for i, title := range fork.titles.Values() {
		n := t.titles.Number(hashTitle(t.titles.Seed(), &title), &title)
		if int(n) == len(t.counts) {
			t.learn(t.titles.Values()[n])
		}
		t.counts[n].installs += fork.counts[i].installs
		out[i] = n
	}
	return out
}

func (t *Tally) mergeClasses(fork *Tally, sources []uint32) {
	into, from := &t.classes, &fork.classes
	names := from.names.Values()
	for _, c := range from.all {
		if c.devices == 0 {
			continue
		}
		a := c.alike
		if l := &t.products[c.product]; l.machine || l.host {
			a.hardware = into.hardwareOf(&from.hardware.Values()[c.hardware])
		}
		a.entity, a.country, a.environment = into.name(names[c.entity]), into.name(names[c.country]), into.name(names[c.environment])
		a.fromSource = into.name(names[c.fromSource])
		var set []releaseFrom
		for _, u := range from.useSets[c.uses] {
			set = append(set, releaseFrom{into.releaseOf(from.releases[u.release]), sources[u.source]})
		}
		slices.SortFunc(set, releaseFrom.compare)
		a.uses = into.useSet(set)
		into.all[into.numberOf(a)].devices += c.devices
	}
}

func (t *Tally) mergeKept(fork *Tally, titles, sources []uint32) {
	maps.Copy(t.kept.wanted, fork.kept.wanted)
	users := fork.kept.users.Values()
	for _, d := range fork.kept.devices {
		for i := range d.rows {
			user := users[d.rows[i].user]
			d.rows[i].user = t.kept.users.Number(maphash.String(t.kept.users.Seed(), string(user)), &user)
			d.rows[i].title, d.sources[i] = titles[d.rows[i].title], uint16(sources[d.sources[i]])
		}
		t.kept.put(d)
	}
	t.kept.estate = nil
}
