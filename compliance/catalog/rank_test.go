package catalog_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

func TestRankOrdersWhatHasNoEntry(t *testing.T) {
	c := load(t)
	counts := []catalog.Count{
		{Title: catalog.Title{Name: "Frobnicator 1.0", Publisher: "Quuxware Ltd."}, Installs: 3},
		{Title: catalog.Title{Name: "Frobnicator 2.0", Publisher: "Quuxware"}, Installs: 9},
		{Title: catalog.Title{Name: "Zorkmid"}, Installs: 10},
		{Title: catalog.Title{Name: "Microsoft Excel 2016"}, Installs: 500},
		{Title: catalog.Title{Name: "Security Update for Zorkmid (KB123456)"}, Installs: 500},
		{Title: catalog.Title{Name: "--"}, Installs: 1},
	}
	want := []catalog.Unknown{
		{Key: "quuxware/frobnicator", Publisher: "Quuxware", Name: "Frobnicator", Installs: 12, Titles: 2, Example: counts[1].Title, Status: catalog.Derived},
		{Key: "unknown/zorkmid", Name: "Zorkmid", Installs: 10, Titles: 1, Example: counts[2].Title, Status: catalog.Derived},
		{Installs: 1, Titles: 1, Example: counts[5].Title, Status: catalog.Unrecognised},
	}
	assert.Equal(t, want, c.Rank(counts))
	slices.Reverse(counts)
	assert.Equal(t, want, c.Rank(counts), "the order of input must not matter")
}
