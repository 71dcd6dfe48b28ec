package catalog

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Entry is what the catalogue knows of a product.
type Entry struct {
	Key       ProductKey
	Publisher string
	Name      string
	// Licensing is that of paid editions; single editions may be free.
	Licensing Licensing
	// Members are the products that a suite holds; an install of the suite is an
	// install of each. Empty for everything else.
	Members []ProductKey
	// Support holds the ends of support, in the catalogue's order.
	Support []Support
}

// Support says until when the publisher supports a version. Dates are the last
// day, at midnight UTC.
type Support struct {
	Version string
	Ends    time.Time
	// Extended is the end of paid or security-only support, zero when there is
	// none.
	Extended time.Time
	// Source is where the publisher says so.
	Source string
}

// entry is a product with how its titles are read.
type entry struct {
	Entry
	publisher     *publisher
	distinct      bool
	loose         bool
	editions      phrases
	releases      phrases
	fillers       phrases
	versions      []prefixVersion
	line          lineRule
	lines         map[string]string
	channels      map[string]string
	rolling       bool
	architectures bool
	// byEdition says that only titles with an edition are known to be paid.
	byEdition bool
	free      []string
}

// licensing is whether installs of an edition need an entitlement.
func (e *entry) licensing(edition string) Licensing {
	switch {
	case slices.Contains(e.free, edition):
		return LicensingFree
	case e.byEdition && edition == "":
		return LicensingUnknown
	}
	return e.Licensing
}

// prefixVersion gives the version sold for the start of a full version.
type prefixVersion struct{ prefix, sold string }

// channelRule tells a channel by the form of the version.
type channelRule struct {
	name    string
	version *regexp.Regexp
}

// title is one phrase that opens an entry's titles.
type title struct {
	words []string
	entry *entry
	order int
}

// sold is the version under which a full version is sold: the longest prefix
// that the entry knows.
func (e *entry) sold(full string) string {
	for _, p := range e.versions {
		if hasVersionPrefix(full, p.prefix) {
			return p.sold
		}
	}
	return ""
}

func hasVersionPrefix(full, prefix string) bool {
	rest, ok := strings.CutPrefix(full, prefix)
	return ok && (rest == "" || !isDigit(rest[0]))
}

// lineRule is how release lines are told apart.
type lineRule struct {
	kind    lineKind
	pattern *regexp.Regexp
}

type lineKind uint8

const (
	lineNumber lineKind = iota // the number in the name, if any
	lineNone
	lineMajor
	lineMinor
	linePattern
)

// of is the line of a release, given the number in its name and its full
// version, either of which may be empty.
func (l lineRule) of(number, full string) string {
	switch l.kind {
	case lineNumber:
		return number
	case lineNone:
		return ""
	case linePattern:
		if m := l.pattern.FindStringSubmatch(full); m != nil {
			return m[len(m)-1]
		}
		return ""
	}
	from := full
	if from == "" {
		from = number
	}
	v := ParseVersion(from)
	if len(v.Numbers) == 0 {
		return ""
	}
	if l.kind == lineMajor || len(v.Numbers) == 1 {
		return v.Numbers[0]
	}
	return v.Numbers[0] + "." + v.Numbers[1]
}
