package catalog

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
)

func (l *loader) product(d *productDoc) {
	pub, name, ok := strings.Cut(d.Key.Value, "/")
	if !ok || name == "" || slug(name) != name {
		l.fail(d.Key, "product key %q must be publisher/product, in lower-case words joined by hyphens", d.Key.Value)
		return
	}
	p := l.publishers.byKey[pub]
	if p == nil {
		l.fail(d.Key, "publisher %q is not declared under publishers", pub)
		return
	}
	e := &entry{
		Entry:     Entry{Key: ProductKey(d.Key.Value), Publisher: p.name, Name: d.Name},
		publisher: p, distinct: d.Distinct, loose: d.Loose,
		editions: phrases{}, releases: phrases{}, fillers: phrases{},
		lines: d.Lines, channels: d.Channels, rolling: d.Rolling, architectures: d.Architectures,
	}
	e.editions.addAll(d.Editions)
	e.releases.addAll(d.Releases)
	for _, f := range d.Fillers {
		e.fillers.add(plain(f), f)
	}
	for prefix, sold := range d.Versions {
		e.versions = append(e.versions, prefixVersion{prefix, sold})
	}
	slices.SortFunc(e.versions, func(a, b prefixVersion) int {
		return cmp.Or(cmp.Compare(len(b.prefix), len(a.prefix)), strings.Compare(a.prefix, b.prefix))
	})
	e.line = l.line(d.Line)
	e.Licensing, e.byEdition = l.licensing(d.Licence)
	l.free(e, d.Free)
	l.support(e, d.Support)
	l.entries[e.Key] = e
	l.addTitles(e, d)
}

func (l *loader) addTitles(e *entry, d *productDoc) {
	if len(d.Titles) == 0 {
		l.fail(d.Key, "product %s has no titles", e.Key)
	}
	for _, t := range d.Titles {
		words := strings.Fields(plain(t.Value))
		if len(words) == 0 {
			l.fail(t, "title %q holds no word", t.Value)
			continue
		}
		if len(words) == 1 && e.distinct {
			l.words.known[words[0]] = true
		}
		l.order++
		l.titles[words[0]] = append(l.titles[words[0]], title{words, e, l.order})
	}
}

func (l *loader) line(t document.Text) lineRule {
	switch t.Value {
	case "", "number":
		return lineRule{}
	case "none":
		return lineRule{kind: lineNone}
	case "major":
		return lineRule{kind: lineMajor}
	case "minor":
		return lineRule{kind: lineMinor}
	}
	if !strings.HasPrefix(t.Value, "^") {
		l.fail(t, "line must be none, number, major, minor or a regular expression that begins with ^, not %q", t.Value)
		return lineRule{}
	}
	return lineRule{kind: linePattern, pattern: l.pattern(t)}
}

func (l *loader) licensing(t document.Text) (licensing Licensing, byEdition bool) {
	switch t.Value {
	case "", "paid":
		return LicensingPaid, false
	case "edition":
		return LicensingPaid, true
	case "free":
		return LicensingFree, false
	case "unknown":
		return LicensingUnknown, false
	}
	l.fail(t, "licence must be paid, edition, free or unknown, not %q", t.Value)
	return LicensingUnknown, false
}

// free notes the editions that need no entitlement, which must be editions that
// titles can have.
func (l *loader) free(e *entry, editions []document.Text) {
	for _, t := range editions {
		if !e.editions.hasName(t.Value) && !l.words.editions.hasName(t.Value) {
			l.fail(t, "%q is no edition of %s", t.Value, e.Key)
		}
		e.free = append(e.free, t.Value)
	}
}

func (l *loader) support(e *entry, docs []supportDoc) {
	for _, d := range docs {
		s := Support{Version: d.Version, Source: d.Source, Ends: l.date(d.Ends)}
		if !d.Extended.IsZero() {
			s.Extended = l.date(d.Extended)
		}
		e.Support = append(e.Support, s)
	}
}

func (l *loader) date(t document.Text) time.Time {
	at, err := time.Parse(time.DateOnly, t.Value)
	if err != nil {
		l.fail(t, "date must be written as 2029-01-08, not %q", t.Value)
	}
	return at
}

// members resolves a suite's members once every product is known.
func (l *loader) members(d *productDoc) {
	e := l.entries[ProductKey(d.Key.Value)]
	if e == nil {
		return
	}
	e.Members = nil
	for _, m := range d.Members {
		if l.entries[ProductKey(m.Value)] == nil {
			l.fail(m, "member %q is no product of the catalogue", m.Value)
			continue
		}
		e.Members = append(e.Members, ProductKey(m.Value))
	}
}
