package catalog

import (
	"slices"
	"strings"
)

// reading is a title as tokens, with what is known of its publisher.
type reading struct {
	title     Title
	tokens    []token
	publisher *publisher // nil when the inventory names none that is known
	// prefix is the publisher that opens the name, and how many tokens that takes.
	prefix      *publisher
	prefixWords int
	// publisherBegins is the known publisher with whose name that of an unknown one
	// begins: "SDL Limited (a part of RWS)".
	publisherBegins *publisher
	// distribution says that the publisher packages what others make.
	distribution bool
}

func (c *Catalog) read(t Title) reading {
	r := reading{title: t, tokens: c.words.tokenize(t.Name), publisher: c.publishers.resolve(t.Publisher, c.words)}
	if len(r.tokens) == 0 {
		return r
	}
	if t.Publisher != "" {
		if r.publisher == nil {
			r.publisherBegins = c.publishers.begins(t.Publisher, c.words)
		}
		packager := fold(t.Publisher)
		r.distribution = slices.ContainsFunc(c.words.distributions, func(d string) bool { return strings.Contains(packager, d) })
	}
	if key, n := c.publishers.prefixes.at(r.tokens, 0); n > 0 && n < len(r.tokens) {
		r.prefix, r.prefixWords = c.publishers.byKey[key], n
	}
	return r
}

// match is an entry that opens a title, with the tokens that it explains.
type match struct {
	entry   *entry
	used    []bool
	edition string
	release string
}

// find looks for the entry whose phrase explains most of the title. Exact
// entries must account for every word; loose ones need not.
func (c *Catalog) find(r *reading, loose bool) (match, bool) {
	starts := []int{r.prefixWords, 0}
	if r.prefixWords == 0 {
		starts = starts[:1]
	}
	for _, start := range starts {
		if start >= len(r.tokens) {
			continue
		}
		for _, t := range c.titles[r.tokens[start].text] {
			if t.entry.loose != loose || !r.vouches(t.entry, start) {
				continue
			}
			if m, ok := c.try(r, t, start); ok {
				return m, true
			}
		}
	}
	return match{}, false
}

// vouches says whether the title's publisher allows the entry: a known other
// publisher forbids it, and phrases that others use too need their own named.
// What a distribution packages is recognised, unless it is sold: its own builds
// of a product that is also sold need no license. A publisher that nobody knows
// may build what is free, but does not sell what another sells, unless its name
// begins with the seller's.
func (r *reading) vouches(e *entry, start int) bool {
	switch {
	case r.publisher == e.publisher:
		return true
	case r.distribution:
		return e.distinct && e.Licensing != LicensingPaid
	case r.publisher != nil || start > 0 && r.prefix != e.publisher:
		return false
	}
	if start > 0 && r.prefix == e.publisher {
		return true
	}
	if r.title.Publisher != "" && (e.loose || e.Licensing == LicensingPaid) {
		return e.distinct && r.publisherBegins == e.publisher
	}
	return e.distinct
}

// try lays a phrase over the title from start on. Numbers, versions and noise
// between its words are passed over.
func (c *Catalog) try(r *reading, t title, start int) (match, bool) {
	m := match{entry: t.entry, used: make([]bool, len(r.tokens))}
	for i := range start {
		m.used[i] = true
	}
	at := start
	for _, w := range t.words {
		for at < len(r.tokens) && r.tokens[at].text != w {
			if r.tokens[at].kind == word {
				return match{}, false
			}
			at++
		}
		if at == len(r.tokens) {
			return match{}, false
		}
		m.used[at] = true
		at++
	}
	explained := c.explain(r, &m)
	return m, explained || t.entry.loose
}
