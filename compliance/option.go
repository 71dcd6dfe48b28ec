package compliance

import (
	"slices"

	"github.com/shopspring/decimal"
)

// group is a set of items whose ways of being licensed touch one another, with all
// options that are lawful for it. Exactly one of them is taken.
type group struct {
	items   []int
	options []option
}

// option is one lawful way to license a whole group.
type option struct {
	ways     []way
	verdicts []verdict // by the group's items
}

// chosen is what became of a group.
type chosen struct {
	group
	taken int
}

// optionLimit is how many options of a group are weighed. Beyond it the first ones
// are, and the position says that its choices are not proven to be the best.
const optionLimit = 4096

// groups joins the items that share a carrier, or that may be licensed in several
// ways by themselves, into groups with their options under a scenario.
func (t *table) groups(s scenario) []group {
	parent := make([]int, len(t.items))
	for i := range parent {
		parent[i] = i
	}
	grouped := make([]bool, len(t.items))
	for _, c := range t.carriers {
		for _, n := range c.needs {
			for _, i := range c.carries {
				join(parent, n.item, i)
				grouped[i] = true
			}
			join(parent, c.needs[0].item, n.item)
			grouped[n.item] = true
		}
	}
	t.joinWhole(parent, grouped)
	for i := range t.items {
		grouped[i] = grouped[i] || !plain(t.alone(i, s))
	}
	members := map[int][]int{}
	var roots []int
	for i := range t.items {
		if root := find(parent, i); grouped[i] {
			if members[root] == nil {
				roots = append(roots, root)
			}
			members[root] = append(members[root], i)
		}
	}
	ways := map[int][]way{}
	for _, c := range slices.Backward(t.carriers) { // what holds a suite comes before it
		root := find(parent, c.needs[0].item)
		ways[root] = append(ways[root], t.ways(c, s, optionLimit)...)
	}
	out := make([]group, 0, len(roots))
	for _, root := range roots {
		out = append(out, t.options(members[root], ways[root], s))
	}
	return out
}

// joinWhole joins all items of a product that is licensed whole.
func (t *table) joinWhole(parent []int, grouped []bool) {
	for n, d := range t.desks {
		if d.terms.whole != WholeProduct {
			continue
		}
		for i, it := range t.items {
			if it.desk == n {
				join(parent, i, t.first[n])
				grouped[i] = true
			}
		}
	}
}

// options lists what may be done with a group: any set of ways that do not touch
// the same items, with the rest licensed by itself, each in each of its own ways.
func (t *table) options(items []int, ways []way, s scenario) group {
	g := group{items: items}
	place := map[int]int{}
	for at, i := range items {
		place[i] = at
	}
	var pick func(from int, taken []way, states []verdict)
	pick = func(from int, taken []way, states []verdict) {
		if len(g.options) >= optionLimit {
			t.cut = true
			return
		}
		if from == len(ways) {
			t.complete(&g, taken, states, ways, s)
			return
		}
		if next, fits := t.take(ways[from], states, place); fits {
			pick(from+1, append(slices.Clone(taken), ways[from]), next)
		}
		if !ways[from].must || states[place[ways[from].needs[0].item]].idle {
			pick(from+1, taken, states)
		}
	}
	pick(0, nil, make([]verdict, len(items)))
	if t.cut && len(g.options) > 0 {
		t.lastResort(&g)
	}
	return g
}

// lastResort adds an option that is open whatever is owned, in case the limit left
// out those in which what only counts as a whole is short.
func (t *table) lastResort(g *group) {
	o := option{g.options[0].ways, slices.Clone(g.options[0].verdicts)}
	for at, i := range g.items {
		if v := &o.verdicts[at]; !v.idle && t.desks[t.items[i].desk].terms.whole != Divisible {
			v.short = true
		}
	}
	g.options = append(g.options, o)
}

// take adds a way to what was decided, if nothing that it touches was.
func (t *table) take(w way, states []verdict, place map[int]int) ([]verdict, bool) {
	next := slices.Clone(states)
	for _, n := range w.needs {
		v := &next[place[n.item]]
		offered := t.offeredItem(n.item)
		if v.idle || v.taken && (offered || n.times > 1) || v.lent && w.right == SecondUse {
			return nil, false
		}
		v.lent = v.lent || w.right == SecondUse
		v.taken, v.times = true, max(v.times, n.times)
		if v.only = both(v.only, n.only); v.only != nil && !slices.Contains(v.only, true) {
			return nil, false
		}
	}
	by := t.through(w)
	for _, i := range w.carries {
		v := &next[place[i]]
		if v.idle || v.taken {
			return nil, false
		}
		v.idle, v.by = true, &by
	}
	return next, true
}

// through is how a way's items are carried.
func (t *table) through(w way) Through {
	by := w.needs[0].item
	d := t.desks[t.items[by].desk]
	return Through{Product: d.product, Consumer: t.outcome(by).Consumer, Right: w.right}
}

func (t *table) offeredItem(i int) bool { return t.items[i].at >= t.desks[t.items[i].desk].offered }

// both keeps what two lists of entitlements allow; nil allows all.
func both(a, b []bool) []bool {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	out := make([]bool, len(a))
	for i := range a {
		out[i] = a[i] && b[i]
	}
	return out
}

// complete adds the options in which the given ways are taken: what no way touches
// is licensed by itself, unless its product says that it may not be.
func (t *table) complete(g *group, taken []way, states []verdict, ways []way, s scenario) {
	states = slices.Clone(states)
	for at, i := range g.items {
		v := &states[at]
		switch {
		case v.taken || v.idle:
		case t.offeredItem(i):
			v.idle = true
		case t.closed(i) && slices.ContainsFunc(ways, func(w way) bool { return w.right == Virtualisation && slices.Contains(w.carries, i) }):
			return
		}
	}
	t.vary(g, 0, option{taken, states}, s)
}

// closed says whether an item may only be licensed under a layer.
func (t *table) closed(i int) bool {
	d := t.desks[t.items[i].desk]
	return d.terms.closed(d.metric.Key())
}

// vary gives every item, from one on, each of the ways in which it may be licensed
// by itself.
func (t *table) vary(g *group, from int, o option, s scenario) {
	if len(g.options) >= optionLimit {
		t.cut = true
		return
	}
	for at := from; at < len(g.items); at++ {
		if o.verdicts[at].idle {
			continue
		}
		alone := t.alone(g.items[at], s)
		if plain(alone) {
			continue
		}
		for _, v := range alone {
			if v.short && o.verdicts[at].taken && !t.offeredItem(g.items[at]) {
				continue // it carries others under a right of its license
			}
			next := option{o.ways, slices.Clone(o.verdicts)}
			next.verdicts[at] = o.verdicts[at].and(v)
			t.vary(g, at+1, next, s)
		}
		return
	}
	all := []option{o}
	for n, d := range t.desks {
		if d.terms.whole != WholeProduct {
			continue
		}
		for _, base := range all {
			if short, some := t.wholeShort(g, base, n); some {
				all = append(all, short)
			}
		}
	}
	g.options = append(g.options, all...)
}

// wholeShort is an option with all that a product asks left short. What carries
// others under a right must be licensed, and is in no such option.
func (t *table) wholeShort(g *group, o option, desk int) (option, bool) {
	out, some := option{o.ways, slices.Clone(o.verdicts)}, false
	for at, i := range g.items {
		if v := &out.verdicts[at]; t.items[i].desk == desk && !v.idle {
			if v.taken && !t.offeredItem(i) {
				return option{}, false
			}
			v.short, some = true, true
		}
	}
	return out, some
}

// and is what two verdicts on one item come to.
func (v verdict) and(w verdict) verdict {
	v.only, v.short, v.packs = both(v.only, w.only), v.short || w.short, w.packs
	v.times, v.open = max(v.times, 1)*max(w.times, 1), v.open || w.open
	return v
}

// alone are the ways in which an item may be licensed by itself: in full or not at
// all, with or without the right to move, in packs of this size or that.
func (t *table) alone(i int, s scenario) []verdict {
	d := t.desks[t.items[i].desk]
	out := t.moves(i, s)
	if amount := t.amount(i, s); amount.Valid && len(d.bench.sizes) > 1 {
		var next []verdict
		for _, v := range out {
			splits, cut := d.bench.splits(v.asks(amount.Decimal), optionLimit)
			t.cut = t.cut || cut
			for _, packs := range splits {
				v.packs = packs
				next = append(next, v)
			}
		}
		out = next
	}
	if d.terms.whole == WholeConsumer {
		out = append(out, verdict{short: true})
	}
	return out
}

// plain says that an item is licensed once, by any entitlement that may cover it.
func plain(alone []verdict) bool {
	v := alone[0]
	return len(alone) == 1 && v.times <= 1 && !v.open && v.only == nil && v.packs == nil
}

// amount is what an item needs under a scenario, once.
func (t *table) amount(i int, s scenario) decimal.NullDecimal {
	return s.amount(t.desks[t.items[i].desk].needs[t.items[i].at])
}
