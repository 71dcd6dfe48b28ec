package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

func TestCompareVersionsOrdersReleases(t *testing.T) {
	ascending := [][]string{
		{"2000", "2005", "2008", "2008 R2", "2012", "2012 R2", "2016"},
		{"1.9", "1.10", "1.10.1", "2"},
		{"3.13.0a2", "3.13.0b1", "3.13.0rc1", "3.13.0", "3.13.1"},
		{"8u362", "8u412", "9"},
		{"11g", "12c", "19c", "21c"},
		{"7.0 Preview 4", "7.0 RC 1", "7.0 RC 2", "7.0"},
		{"10.0.14393", "10.0.17763", "10.0.20348"},
		{"R2021a", "R2021b", "R2022a"},
		{"CS5", "CS5.5", "CS6"},
		{"5.14.3.77", "99999999999999999999999999.1"},
	}
	for _, list := range ascending {
		for i, a := range list {
			for j, b := range list {
				got := catalog.CompareVersions(a, b)
				assert.Equalf(t, sign(i-j), sign(got), "CompareVersions(%q, %q) = %d", a, b, got)
			}
		}
	}
}

func TestCompareVersionsTakesEqualSpellingsAsEqual(t *testing.T) {
	for _, pair := range [][2]string{{"1.0", "1"}, {"v4.08", "4.8"}, {"2008 R2", "2008 r2"}, {" 6.1 ", "6.1"}} {
		assert.Zerof(t, catalog.CompareVersions(pair[0], pair[1]), "%q and %q", pair[0], pair[1])
	}
}

func TestCompareVersionsIsATotalOrder(t *testing.T) {
	gen := rapid.OneOf(rapid.StringMatching(`[v]?[0-9]{1,3}(\.[0-9]{1,3}){0,3}( ?(R2|a[0-9]|rc 1|sp1))?`), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := gen.Draw(t, "a"), gen.Draw(t, "b"), gen.Draw(t, "c")
		if sign(catalog.CompareVersions(a, b)) != -sign(catalog.CompareVersions(b, a)) {
			t.Fatalf("%q and %q: not antisymmetric", a, b)
		}
		if catalog.CompareVersions(a, b) <= 0 && catalog.CompareVersions(b, c) <= 0 && catalog.CompareVersions(a, c) > 0 {
			t.Fatalf("%q <= %q <= %q but not %q <= %q", a, b, c, a, c)
		}
	})
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
