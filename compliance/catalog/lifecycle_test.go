package catalog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// TestSupportAgreesWithEndOfLife checks the embedded ends of support against
// endoflife.date, which other people keep.
func TestSupportAgreesWithEndOfLife(t *testing.T) {
	slugs := map[catalog.ProductKey]string{
		"microsoft/sql-server": "mssqlserver", "microsoft/windows-server": "windows-server",
		"microsoft/office": "office", "microsoft/windows": "windows", "oracle/database": "oracle-database",
	}
	ends := map[string][]string{}
	for _, r := range readCSV(t, "lifecycle", "endoflife_releases.csv") {
		for _, column := range []string{"eol", "extended_support", "end_of_active_support"} {
			if r[column] != "" {
				ends[r["product"]] = append(ends[r["product"]], r["cycle"]+" "+r["label"]+" = "+r[column])
			}
		}
	}
	c := load(t)
	checked := 0
	for _, e := range c.Entries() {
		for _, s := range e.Support {
			slug, ok := slugs[e.Key]
			require.Truef(t, ok, "%s has ends of support that nothing checks", e.Key)
			last := s.Ends
			if !s.Extended.IsZero() {
				last = s.Extended
				assert.Truef(t, s.Ends.Before(s.Extended), "%s %s: extended support ends first", e.Key, s.Version)
			}
			found := false
			for _, line := range ends[slug] {
				found = found || strings.Contains(strings.ReplaceAll(line, "-r2", " R2"), s.Version) && strings.HasSuffix(line, last.Format("= 2006-01-02"))
			}
			assert.Truef(t, found, "%s %s: %s is in none of %q", e.Key, s.Version, last.Format("2006-01-02"), slug)
			checked++
		}
	}
	assert.Greater(t, checked, 15)
}
