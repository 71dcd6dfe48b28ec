package metric

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of results anew")

// tally of one vendor's cases.
type vendorResult struct {
	cases, agreed, agreedRight, other, otherRight int
}

// TestReport keeps the table of results by vendor as it is published.
func TestReport(t *testing.T) {
	cases, results := publishedCases(t)
	vendors := map[string]*vendorResult{}
	var differing, disputed []string
	for _, r := range results {
		c := cases[r.ID]
		v := vendors[c.Vendor]
		if v == nil {
			v = &vendorResult{}
			vendors[c.Vendor] = v
		}
		right := answersAs(c, r)
		v.cases++
		if c.Status == "agreed" && c.Kind == "license-count" {
			v.agreed++
			v.agreedRight += one(right)
		} else {
			v.other++
			v.otherRight += one(right)
		}
		if !right {
			differing = append(differing, fmt.Sprintf("- %s (%s): %s", r.ID, c.Key, r.Explanation))
		}
		if c.Status != "agreed" {
			disputed = append(disputed, fmt.Sprintf("| %s | %s | %s | %s | %s |", r.ID, c.Key, c.Status, answer(r), escape(c.Disputed)))
		}
	}
	path := filepath.Join("..", "..", "benchmarks", "metrics.md")
	got := reportText(vendors, differing, disputed)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "run go test ./compliance/metric -run TestReport -update")
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func answer(r Result) string {
	switch {
	case r.Refused != "":
		return "not allowed"
	case r.Licenses == nil:
		return "unknown"
	}
	return r.Licenses.String() + " " + r.Unit
}

func answersAs(c publishedCase, r Result) bool {
	if c.Expected.Licenses == nil {
		return r.Refused != ""
	}
	return r.Licenses != nil && r.Licenses.Equal(*c.Expected.Licenses) && r.Unit == c.Expected.Unit
}

func escape(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func reportText(vendors map[string]*vendorResult, differing, disputed []string) string {
	var b strings.Builder
	b.WriteString("# Metrics against published counts\n\n")
	b.WriteString("Written by `go test ./compliance/metric -run TestReport -update` from the collection of published\n")
	b.WriteString("license counts; each case is measured by the document of its metric key. \"Agreed\" are license counts\n")
	b.WriteString("on which the sources agree; \"other\" are disputed counts, other quantities and money.\n\n")
	b.WriteString("| Vendor | cases | agreed | of them right | other | of them as expected |\n|---|---|---|---|---|---|\n")
	var all vendorResult
	for _, name := range slices.Sorted(maps.Keys(vendors)) {
		v := vendors[name]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", name, v.cases, v.agreed, v.agreedRight, v.other, v.otherRight)
		all.cases += v.cases
		all.agreed += v.agreed
		all.agreedRight += v.agreedRight
		all.other += v.other
		all.otherRight += v.otherRight
	}
	fmt.Fprintf(&b, "| **all** | %d | %d | %d | %d | %d |\n", all.cases, all.agreed, all.agreedRight, all.other, all.otherRight)
	b.WriteString("\n## Differences\n\n")
	if len(differing) == 0 {
		b.WriteString("None.\n")
	}
	b.WriteString(strings.Join(differing, "\n"))
	b.WriteString("\n## Cases on which sources differ\n\nThe count is that of the default reading; `trueup metrics explain KEY` shows the others where they are choices.\n\n")
	b.WriteString("| Case | metric | status | count | the other reading |\n|---|---|---|---|---|\n")
	b.WriteString(strings.Join(disputed, "\n") + "\n")
	return b.String()
}
