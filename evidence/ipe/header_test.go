package ipe_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/ipe"
)

func ExampleHeader_Lines() {
	at := time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)
	h := ipe.Header{
		Title: "Positions of publisher Example", Query: "entries of kind trueup.position/1", AsOf: at, KnownAt: at.Add(time.Minute), Produced: at.Add(time.Hour),
		Preparer: "trueup", Population: 2, ControlTotals: map[string]string{"short": "3.5"},
		Parameters: map[string]string{"publisher": "example"},
		Sources:    []ipe.Watermark{{Source: "glpi", Collected: at, Rows: 40}, {Source: "ad", Doubt: "never-read"}},
		Digests:    map[string]string{"playbook": "sha256:00", "engine": "v1.2.3"},
	}
	fmt.Println(h.Validate())
	for _, line := range h.Lines() {
		fmt.Printf("%s: %s\n", line[0], line[1])
	}
	// Output:
	// <nil>
	// Title: Positions of publisher Example
	// Query: entries of kind trueup.position/1
	// Parameter publisher: example
	// As of: 2026-09-30T00:00:00Z
	// Known at: 2026-09-30T00:01:00Z
	// Produced: 2026-09-30T01:00:00Z
	// Preparer: trueup
	// Population: 2
	// Control total short: 3.5
	// Source glpi: collected 2026-09-30T00:00:00Z, 40 rows
	// Source ad: never read to its end, never-read
	// Digest engine: v1.2.3
	// Digest playbook: sha256:00
}

func TestMissingPartsAreNamed(t *testing.T) {
	err := (&ipe.Header{Title: "x", Population: -1}).Validate()
	for _, part := range []string{"query", "as of", "produced", "preparer", "digests", "population"} {
		require.ErrorContains(t, err, "incomplete: "+part)
	}
	require.NotContains(t, err.Error(), "title")
}
