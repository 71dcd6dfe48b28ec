package ipe

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ErrHeader is wrapped by what Validate reports.
var ErrHeader = errors.New("ipe: header is incomplete")

// Header says what a list is and how it came about.
type Header struct {
	// Title says what the list is, Query what was asked, such as the kind of
	// entries and the filter over them, and Parameters with what values.
	Title      string            `json:"title"`
	Query      string            `json:"query"`
	Parameters map[string]string `json:"parameters,omitempty"`

	// AsOf is the instant the facts are of, KnownAt that whose knowledge of terms was
	// gone by, where terms have a history, Produced when the list was made, and Preparer
	// who or what made it.
	AsOf     time.Time `json:"asOf"`
	KnownAt  time.Time `json:"knownAt,omitzero"`
	Produced time.Time `json:"produced"`
	Preparer string    `json:"preparer"`

	// Population is the number of rows there are, whether or not all are shown.
	Population int64 `json:"population"`
	// ControlTotals are sums over the population, as exact decimals.
	ControlTotals map[string]string `json:"controlTotals,omitempty"`

	// Sources are where the facts came from, and how far each was read.
	Sources []Watermark `json:"sources,omitempty"`

	// Digests name, as "sha256:<hex>" or as a version, what made the list: playbook,
	// rules, metrics, engine, estate.
	Digests map[string]string `json:"digests"`
}

// Watermark says how far a source was read.
type Watermark struct {
	Source    string    `json:"source"`
	Collected time.Time `json:"collected,omitzero"` // zero: never to its end
	Rows      int64     `json:"rows,omitempty"`
	Doubt     string    `json:"doubt,omitempty"` // such as stale or failed
}

// Validate reports every part that is missing.
func (h *Header) Validate() error {
	var errs []error
	for _, part := range []struct {
		name    string
		missing bool
	}{
		{"title", h.Title == ""}, {"query", h.Query == ""}, {"as of", h.AsOf.IsZero()}, {"produced", h.Produced.IsZero()},
		{"preparer", h.Preparer == ""}, {"digests", len(h.Digests) == 0}, {"population", h.Population < 0},
	} {
		if part.missing {
			errs = append(errs, fmt.Errorf("%w: %s", ErrHeader, part.name))
		}
	}
	return errors.Join(errs...)
}

// Lines are the header as pairs of name and value, in a fixed order: what exports
// put above their rows.
func (h *Header) Lines() [][2]string {
	lines := [][2]string{
		{"Title", h.Title},
		{"Query", h.Query},
	}
	for _, name := range slices.Sorted(maps.Keys(h.Parameters)) {
		lines = append(lines, [2]string{"Parameter " + name, h.Parameters[name]})
	}
	lines = append(lines, [2]string{"As of", h.AsOf.UTC().Format(time.RFC3339)})
	if !h.KnownAt.IsZero() {
		lines = append(lines, [2]string{"Known at", h.KnownAt.UTC().Format(time.RFC3339)})
	}
	lines = append(lines,
		[2]string{"Produced", h.Produced.UTC().Format(time.RFC3339)},
		[2]string{"Preparer", h.Preparer},
		[2]string{"Population", fmt.Sprint(h.Population)})
	for _, name := range slices.Sorted(maps.Keys(h.ControlTotals)) {
		lines = append(lines, [2]string{"Control total " + name, h.ControlTotals[name]})
	}
	for _, w := range h.Sources {
		lines = append(lines, [2]string{"Source " + w.Source, w.String()})
	}
	for _, name := range slices.Sorted(maps.Keys(h.Digests)) {
		lines = append(lines, [2]string{"Digest " + name, h.Digests[name]})
	}
	return lines
}

// String is the watermark for people.
func (w Watermark) String() string {
	parts := []string{"never read to its end"}
	if !w.Collected.IsZero() {
		parts[0] = "collected " + w.Collected.UTC().Format(time.RFC3339)
	}
	if w.Rows > 0 {
		parts = append(parts, fmt.Sprintf("%d rows", w.Rows))
	}
	if w.Doubt != "" {
		parts = append(parts, w.Doubt)
	}
	return strings.Join(parts, ", ")
}
