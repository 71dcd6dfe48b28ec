package catalog_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// labelled is a raw title with the package that its installer belongs to.
type labelled struct {
	title catalog.Title
	pkg   string
}

// score is pairwise precision and recall, macro-averaged per package.
//
// A pair is two different rows. Of a package, precision is the share of pairs in
// its package among those pairs (row of the package, any other row) that share a
// key; recall is the share of pairs within the package that share a key. A
// package none of whose rows shares a key with another has no precision, a
// package of one row no recall; such packages do not enter the average.
type score struct {
	precision, recall             float64
	precisionOf, recallOf, splits int
}

func measure(rows []labelled, key func(catalog.Title) string) score {
	return measurePairs(rows, key, 0)
}

// measureWithSelf is measure with every row also a pair with itself, so that every
// package has both.
func measureWithSelf(rows []labelled, key func(catalog.Title) string) score {
	return measurePairs(rows, key, 1)
}

func measurePairs(rows []labelled, key func(catalog.Title) string, self int) score {
	byKey := map[string]int{}
	byPkg := map[string]map[string]int{}
	for _, r := range rows {
		k := key(r.title)
		byKey[k]++
		if byPkg[r.pkg] == nil {
			byPkg[r.pkg] = map[string]int{}
		}
		byPkg[r.pkg][k]++
	}
	var s score
	for _, pkg := range slices.Sorted(maps.Keys(byPkg)) {
		n, right, shared := 0, 0, 0
		for k, v := range byPkg[pkg] {
			n += v
			right += v * (v - 1 + self)
			shared += v * (byKey[k] - 1 + self)
		}
		if shared > 0 {
			s.precision += float64(right) / float64(shared)
			s.precisionOf++
		}
		if pairs := n * (n - 1 + self); pairs > 0 {
			s.recall += float64(right) / float64(pairs)
			s.recallOf++
		}
		if len(byPkg[pkg]) > 1 {
			s.splits++
		}
	}
	s.precision /= float64(s.precisionOf)
	s.recall /= float64(s.recallOf)
	return s
}

func (s score) String() string {
	return fmt.Sprintf("precision %.3f over %d packages, recall %.3f over %d", s.precision, s.precisionOf, s.recall, s.recallOf)
}

func wingetTitles(t testing.TB) []labelled {
	var out []labelled
	for _, r := range readCSV(t, "normalisation", "winget_arp_names.csv") {
		out = append(out, labelled{pkg: r["package_id"], title: catalog.Title{
			Name: r["arp_display_name"], Publisher: r["arp_publisher"],
			Version: r["arp_display_version"], ProductCode: r["product_code"],
		}})
	}
	return out
}

// half splits packages by a hash of their publisher, so that a family of
// packages is on one side.
func half(pkg string) int {
	h := fnv.New32a()
	publisher, _, _ := strings.Cut(pkg, ".")
	h.Write([]byte(publisher))
	return int(h.Sum32() % 2)
}

func TestGroupsPackagesAsTheirInstallersDo(t *testing.T) {
	c := load(t)
	rows := wingetTitles(t)
	got := measure(rows, func(t catalog.Title) string { return string(c.Recognise(t).Package) })
	t.Log("catalogue:", got)
	require.GreaterOrEqual(t, got.precision, 0.95)
	require.GreaterOrEqual(t, got.recall, 0.97)
	require.Greater(t, got.precision, measure(rows, plainKey).precision+0.25)
}
