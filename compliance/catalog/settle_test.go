package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Titles of one package, as its installers wrote them, must have one key, and what
// packages keep apart must not.
func TestPackagesAcrossSpellings(t *testing.T) {
	c := load(t)
	for key, names := range map[catalog.PackageKey][]string{
		"frobnicator":                {"Frobnicator", "Frobnicator 1.2", "Frobnicator v1.2.3 (x64)", "Frobnicator-1.2.3", "FROBNICATOR_1.2", "Frobnicator version 12", "Frobnicator (Build 5.1)", "Frobnicator 64-bit", "Frobnicator (64 bit)", "Frobnicator64bit", "Frobnicator (x64 en-US)", "Frobnicator (remove only)", "Frobnicator™ 2.0", "Frobnicator 1.2 P12", "Frobnicator 4.0.4 (24077e3511)", "Frobnicator 20240131", "Frobnicator 2023.10.06 (32/64bit)", "Frobnicator x64 Edition", "Frobnicator (formerly Foo)"},
		"frobnicator-7":              {"Frobnicator 7", "Frobnicator v7", "Frobnicator 7 (x86)", "Frobnicator 7 Update 21"},
		"voidtools/everything:alpha": {"Everything 1.5.0.1315a (x64)"},
		"voidtools/everything":       {"Everything 1.4.1.1018 (x64)"},
		"wondershare/pdfelement:9":   {"Wondershare PDFelement ( Version 9.0.5 )", "Wondershare PDFelement 9(Build 9.5.1)"},
		"bluebeam/revu:20":           {"Bluebeam Revu 20", "Bluebeam Revu x64 20.3.30"},
		"frobnicator:beta":           {"Frobnicator Beta", "Frobnicator 1.2 beta 3", "Frobnicator 1.2.0-beta.3", "Frobnicator (Beta)"},
		"frobnicator:nightly":        {"Frobnicator Nightly", "Frobnicator 1.2-nightly.20240131"},
		"frobnicator-pro":            {"Frobnicator Pro", "Frobnicator Pro 1.2"},
		"quux-redistributable:x86":   {"Quux Redistributable (x86)", "Quux Redistributable 1.1 - x86"},
		"big-red-box":                {"Big Red Box", "Big Red Box (BRB) 1.0", "Uninstall Big Red Box"},
		"uninstall-tool":             {"Uninstall Tool 3.5"},
		"7-frob":                     {"7-Frob 22.01", "7-Frob (x64)"},
	} {
		for _, name := range names {
			assert.Equal(t, key, c.Recognise(catalog.Title{Name: name}).Package, name)
		}
	}
}

func TestRegionOfChineseUninstallKeys(t *testing.T) {
	c := load(t)
	intl := c.Recognise(catalog.Title{Name: "Frobnicator 1.4", ProductCode: "Frobnicator_is1"})
	cn := c.Recognise(catalog.Title{Name: "Frobnicator 1.4", ProductCode: "亿图 Frobnicator_is1"})
	assert.Equal(t, catalog.PackageKey("frobnicator"), intl.Package)
	assert.Equal(t, catalog.PackageKey("frobnicator:cn"), cn.Package)
	assert.Equal(t, intl.Product.Key, cn.Product.Key, "the product is the same")
}

func TestChannelOfTheInventorysVersion(t *testing.T) {
	c := load(t)
	r := c.Recognise(catalog.Title{Name: "Frobnicator", Version: "1.2.0-beta.3"})
	assert.Equal(t, "beta", r.Channel)
	assert.Equal(t, "1.2.0-beta.3", r.FullVersion)
}
