package catalog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// A published list of wildcard patterns takes every title with "office" for
// Microsoft Office and every "connect" for a password manager. Words of another
// title that happen to be a product's name must not make it that product.
func TestContainedNamesDoNotDecide(t *testing.T) {
	c := load(t)
	for _, r := range readCSV(t, "normalisation", "ocs_cpe_name_patterns.csv") {
		inner := strings.Trim(r["name_pattern"], "*")
		title := catalog.Title{Name: "Quuxware " + inner + " Frobnicator"}
		got := c.Recognise(title)
		assert.NotEqualf(t, catalog.Recognised, got.Status, "%q: %s", title.Name, got.Rule)
	}
}

func TestKnownOtherPublisherForbidsAnEntry(t *testing.T) {
	c := load(t)
	for _, title := range []catalog.Title{
		{Name: "AutoCAD 2022", Publisher: "Bricsys"},
		{Name: "Project Professional 2016", Publisher: "Oracle Corporation"},
		{Name: "Amazon JRE 8"},
		{Name: "Jira StopWatch", Publisher: "Carsten Gehling"},
		{Name: "aqua", Publisher: "aquaproj"},
		{Name: "Microsoft Git"},
		{Name: "MATLAB R2022a", Publisher: "Fedora Project"},
	} {
		got := c.Recognise(title)
		assert.Equalf(t, catalog.Derived, got.Status, "%+v: %s", title, got.Rule)
	}
}

// No title names a product of the embedded catalogue by accident of spelling:
// an empty publisher and a bare common word is not enough.
func TestBareCommonWordsAreNotProducts(t *testing.T) {
	c := load(t)
	for _, name := range []string{"Access", "Word", "Project", "Reader", "Office", "Teams", "Fusion", "Alias", "Origin", "Desktop", "Tools", "Client", "Vault", "Notes", "Doors"} {
		assert.Equal(t, catalog.Derived, c.Recognise(catalog.Title{Name: name}).Status, name)
	}
}

// Sixty-four kilobytes are no title, but they must not hold up the run: time grows
// with length, not with its square.
func TestLongTitlesTakeTimeInProportion(t *testing.T) {
	c := load(t)
	for _, unit := range []string{"a-", "1_", "1.", "(", "v1.0 ", "2008 r2 ", "microsoft ", "sql server ", "亿", "kb123456-", "x86", "update 1 "} {
		name := strings.Repeat(unit, 1<<16/len(unit))
		got := c.Recognise(catalog.Title{Name: name, Publisher: name, Edition: name, ProductCode: name})
		assert.NotEqual(t, catalog.Invalid, got.Status, unit)
	}
}
