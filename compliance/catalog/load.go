package catalog

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Load builds a catalogue from documents alone, without the embedded ones. The
// error, where there is one, holds every problem of every document with file,
// line and column, and is of type document.Problems.
func Load(docs ...Document) (*Catalog, error) {
	l := loader{Catalog: &Catalog{
		words: newVocabulary(), publishers: newPublishers(),
		entries: map[ProductKey]*entry{}, titles: map[string][]title{},
	}}
	parsed := make([]catalogDoc, len(docs))
	for i, d := range docs {
		err := document.Read(d.Name, d.Data, &parsed[i])
		l.problems = append(l.problems, document.Collect(document.Position{File: d.Name}, err)...)
	}
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	l.build(parsed)
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	l.digest = digest(docs)
	return l.Catalog, nil
}

// loader builds a catalogue and gathers what is wrong.
type loader struct {
	*Catalog
	problems document.Problems
	order    int
}

// build goes through the documents part by part, because titles are read with
// every document's words, and products name publishers of any document.
func (l *loader) build(docs []catalogDoc) {
	for _, d := range docs {
		l.words.add(d.Words)
	}
	for _, d := range docs {
		for _, p := range d.Publishers {
			l.publisher(p)
		}
	}
	for _, d := range docs {
		for i := range d.Products {
			l.product(&d.Products[i])
		}
	}
	for _, d := range docs {
		for i := range d.Products {
			l.members(&d.Products[i])
		}
		for _, g := range d.Ignored {
			l.ignore(g)
		}
	}
	for first := range l.titles {
		// A product that a later document declares again replaces the earlier one.
		l.titles[first] = slices.DeleteFunc(l.titles[first], func(t title) bool { return l.entries[t.entry.Key] != t.entry })
		slices.SortStableFunc(l.titles[first], func(a, b title) int {
			return cmp.Or(cmp.Compare(len(b.words), len(a.words)), cmp.Compare(b.order, a.order))
		})
	}
}

func (l *loader) fail(at document.Text, format string, args ...any) {
	l.problems = append(l.problems, at.Problem(1, 1, format, args...))
}

func (l *loader) publisher(d publisherDoc) {
	p := &publisher{key: d.Key.Value, name: d.Name}
	if p.key == "" || slug(p.key) != p.key {
		l.fail(d.Key, "publisher key %q must be lower-case words joined by hyphens", p.key)
		return
	}
	for _, ch := range d.Channels {
		if re := l.pattern(ch.Version); re != nil {
			p.channels = append(p.channels, channelRule{ch.Name, re})
		}
	}
	l.publishers.add(p, d.Aliases, l.words)
}

func (l *loader) pattern(t document.Text) *regexp.Regexp {
	re, err := regexp.Compile(t.Value)
	if err != nil {
		l.fail(t, "%v", err)
		return nil
	}
	return re
}

func (l *loader) ignore(d ignoredDoc) {
	g := ignoreRule{as: d.As, begins: folded(d.Begins), distributions: d.Distributions, starts: phrases{}, ends: phrases{}, holds: phrases{}}
	for set, list := range map[*phrases][]string{&g.starts: d.Starts, &g.ends: d.Ends, &g.holds: d.Holds} {
		for _, p := range list {
			set.add(plain(p), p)
		}
	}
	for _, key := range d.Publishers {
		p := l.publishers.byKey[key.Value]
		if p == nil {
			l.fail(key, "publisher %q is not declared under publishers", key.Value)
		}
		g.publishers = append(g.publishers, p)
	}
	if !d.Versions.IsZero() {
		g.versions = l.pattern(d.Versions)
	}
	g.everything = len(d.Publishers) > 0 && len(d.Starts)+len(d.Ends)+len(d.Holds)+len(d.Begins) == 0 && g.versions == nil && !d.Distributions
	l.ignores = append(l.ignores, g)
}

func folded(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fold(w)
	}
	return out
}
