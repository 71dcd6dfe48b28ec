package metric

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// class is the consumers that agree on every fact on which the count depends.
// Each class is evaluated once, which is what makes a million hosts cheap, and
// what makes an explanation read as a person would write it: 100 hosts x 32.
type class struct {
	value   reckon.Value
	pool    reckon.Value
	refused string
	remarks []string
	// times is how many things the class holds, ids the first of their names.
	times  int64
	ids    []string
	counts map[int]*Count
}

// idsKept is how many consumers a message names before it says "and 7 more".
const idsKept = 3

// classes sorts the items into classes, in order of appearance.
func (b *binding) classes() ([]*class, []Item, error) {
	n, at, given := b.list(b.metric.items)
	if !given {
		if b.fallback(b.metric.items) == nil {
			return nil, nil, nil
		}
		n = 0
	}
	var all []*class
	byKey := map[string]*class{}
	items := make([]Item, 0, n)
	first := b.firsts(n, at)
	var key []byte
	for i := range n {
		if i%1024 == 0 && b.ctx.Err() != nil {
			return nil, nil, b.ctx.Err()
		}
		o := at(i)
		key = key[:0]
		for _, f := range b.metric.reads {
			key = f.key(key, o)
		}
		once := first.of(o, i)
		key = append(key, byte(once))
		c, ok := byKey[string(key)]
		if !ok {
			var err error
			if c, err = b.class(o, once); err != nil {
				return nil, nil, err
			}
			byKey[string(key)] = c
			all = append(all, c)
		}
		times, id := b.metric.items.elem.times(o), b.metric.items.elem.named(o)
		c.times += int64(times)
		if len(c.ids) < idsKept && id != "" {
			c.ids = append(c.ids, id)
		}
		count, ok := c.counts[times]
		if !ok {
			var err error
			if count, err = b.itemCount(c, times); err != nil {
				return nil, nil, err
			}
			c.counts[times] = count
		}
		items = append(items, Item{ID: id, Index: i, Count: count})
	}
	return all, items, nil
}

// class evaluates what one thing needs.
func (b *binding) class(o any, once onceness) (*class, error) {
	c := &class{counts: map[int]*Count{}}
	b.item = &reckon.Value{Kind: reckon.ObjectKind, Object: o}
	defer func() { b.item = nil }()
	m := b.metric
	for _, cond := range m.onItem {
		v, err := b.run(cond.require)
		if err != nil {
			return nil, err
		}
		c.judge(v, cond.otherwise)
	}
	for _, r := range m.itemRemarks {
		v, err := b.run(r.when)
		if err != nil {
			return nil, err
		}
		if v.Truth == reckon.True {
			c.remarks = append(c.remarks, r.say)
		}
	}
	var err error
	if c.value, err = b.run(m.each); err != nil {
		return nil, err
	}
	c.value = m.source.Count.Round.apply(c.value)
	if m.where != nil {
		w, err := b.run(m.where)
		if err != nil {
			return nil, err
		}
		c.value = reckon.Given(w, c.value)
		if w.Truth == reckon.False {
			c.refused, c.remarks = "", nil
		}
	}
	switch once {
	case again:
		c.value = reckon.Int(0)
	case perhapsAgain:
		c.value = reckon.Given(reckon.Value{Kind: reckon.TruthKind, Missing: []string{m.items.elem.name + "." + m.once.name}}, c.value)
	}
	if m.poolBy != nil {
		if c.pool, err = b.run(m.poolBy); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// judge records what a condition comes to: a refusal where it is false, a remark
// where it cannot be checked.
func (c *class) judge(v reckon.Value, otherwise string) {
	switch v.Truth {
	case reckon.False:
		if c.refused == "" {
			c.refused = otherwise
		}
	case reckon.Open:
		c.remarks = append(c.remarks, unchecked(v.Missing, otherwise))
	}
}

func unchecked(missing []string, otherwise string) string {
	return fmt.Sprintf("not checked for want of %s: %s", strings.Join(missing, " and "), otherwise)
}

// scaled is the class's number for a number of its things.
func (c *class) scaled(times int64, noun string) reckon.Value {
	if times == 1 {
		return c.value
	}
	return reckon.Times(times, noun, c.value)
}

// who names the things of a class.
func (c *class) who(noun string) string {
	rest := c.times - int64(len(c.ids))
	if len(c.ids) == 0 {
		return fmt.Sprintf("%d %s", c.times, plural(noun, c.times))
	}
	s := strings.Join(c.ids, ", ")
	if rest > 0 {
		s += fmt.Sprintf(" and %d more", rest)
	}
	return s
}

func plural(noun string, n int64) string {
	if n == 1 || noun == "" {
		return noun
	}
	return noun + "s"
}

// onceness says whether a thing is the first that shares the field of the
// metric's once.
type onceness byte

const (
	always onceness = iota
	again
	perhapsAgain
)

// firsts knows for things that are counted once which of them come first.
type firsts struct {
	field *kindField
	at    map[string]int
	// sure is the thing without a name that is nonetheless counted, since no
	// thing has one.
	sure int
}

func (b *binding) firsts(n int, at func(int) any) firsts {
	f := firsts{field: b.metric.once, sure: -1}
	if f.field == nil {
		return f
	}
	f.at = make(map[string]int, n)
	for i := range n {
		name, _ := f.field.get(at(i)).(string)
		if name == "" {
			continue
		}
		if _, seen := f.at[name]; !seen {
			f.at[name] = i
		}
	}
	if len(f.at) == 0 {
		f.sure = 0
	}
	return f
}

func (f firsts) of(o any, i int) onceness {
	if f.field == nil {
		return always
	}
	name, _ := f.field.get(o).(string)
	switch {
	case name == "" && i != f.sure:
		return perhapsAgain
	case name != "" && f.at[name] != i:
		return again
	}
	return always
}

// needing names, for each missing fact, the consumers that lack it.
func needing(missing []string, classes []*class, noun string) []string {
	out := make([]string, len(missing))
	for i, name := range missing {
		var ids []string
		var n int64
		for _, c := range classes {
			if !slices.Contains(c.value.Missing, name) {
				continue
			}
			n += c.times
			ids = append(ids, c.ids...)
		}
		out[i] = name
		if n > 0 {
			merged := class{times: n, ids: ids[:min(len(ids), idsKept)]}
			out[i] += " of " + merged.who(noun)
		}
	}
	return out
}
