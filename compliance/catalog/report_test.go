package catalog_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// TestReport measures recognition and compares the result with
// benchmarks/recognition.md, which -update rewrites.
func TestReport(t *testing.T) {
	c := load(t)
	bare := vocabularyOnly(t)
	var b strings.Builder
	b.WriteString(reportHead)
	groupingTable(t, &b, c, bare)
	wingetClient(t, &b, c)
	inventoryTable(t, &b, c)
	b.WriteString(reportFoot)
	golden(t, "../../benchmarks/recognition.md", []byte(b.String()))
}

// vocabularyOnly is a catalogue without publishers, products and ignore rules:
// what titles of products without an entry get.
func vocabularyOnly(t *testing.T) *catalog.Catalog {
	c, err := catalog.Load(embeddedWords(t))
	require.NoError(t, err)
	return c
}

func groupingTable(t *testing.T, b *strings.Builder, c, bare *catalog.Catalog) {
	rows := wingetTitles(t)
	halves := [2][]labelled{}
	for _, r := range rows {
		h := half(r.pkg)
		halves[h] = append(halves[h], r)
	}
	fmt.Fprintln(b, "| titles | key | precision | packages | recall | packages |")
	fmt.Fprintln(b, "|---|---|---|---|---|---|")
	for _, set := range []struct {
		name string
		rows []labelled
	}{{"all", rows}, {"half A", halves[0]}, {"half B", halves[1]}} {
		for _, k := range []struct {
			name string
			key  func(catalog.Title) string
		}{
			{"plain", plainKey},
			{"vocabulary only", func(t catalog.Title) string { return string(bare.Recognise(t).Package) }},
			{"embedded catalogue", func(t catalog.Title) string { return string(c.Recognise(t).Package) }},
		} {
			s := measure(set.rows, k.key)
			fmt.Fprintf(b, "| %s (%d) | %s | %.3f | %d | %.3f | %d |\n", set.name, len(set.rows), k.name, s.precision, s.precisionOf, s.recall, s.recallOf)
		}
	}
	all := measure(rows, func(t catalog.Title) string { return string(c.Recognise(t).Package) })
	fmt.Fprintf(b, "\nCounting every row as a pair with itself, so that all packages enter both averages:\n\n")
	plain, own := measureWithSelf(rows, plainKey), measureWithSelf(rows, func(t catalog.Title) string { return string(c.Recognise(t).Package) })
	fmt.Fprintf(b, "| key | precision | recall |\n|---|---|---|\n| plain | %.3f | %.3f |\n| embedded catalogue | %.3f | %.3f |\n", plain.precision, plain.recall, own.precision, own.recall)
	fmt.Fprintf(b, "\n%d of %d packages are spread over several keys.\n", all.splits, countPackages(rows))
}

func countPackages(rows []labelled) int {
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r.pkg] = true
	}
	return len(seen)
}

// wingetClient compares with the keys of winget's own client, which keep versions
// of the name's middle and know no editions or channels.
func wingetClient(t *testing.T, b *strings.Builder, c *catalog.Catalog) {
	var rows []labelled
	for _, r := range readCSV(t, "normalisation", "winget_cli_normalization.csv") {
		rows = append(rows, labelled{pkg: r["winget_normalized_id"], title: catalog.Title{Name: r["raw_name"], Publisher: r["raw_publisher"]}})
	}
	s := measure(rows, func(t catalog.Title) string { return string(c.Recognise(t).Package) })
	fmt.Fprintf(b, "\n## Against winget's client\n\nIts tests hold %d names with the identifier that it makes of each. Taking its groups for the truth, which they\nare not where it keeps part of a version or joins editions: precision %.3f over %d groups, recall %.3f over %d.\n",
		len(rows), s.precision, s.precisionOf, s.recall, s.recallOf)
}

// inventoryTable shows what becomes of the software of whole machines.
func inventoryTable(t *testing.T, b *strings.Builder, c *catalog.Catalog) {
	counts := map[string]map[catalog.Status]int{}
	for _, r := range readCSV(t, "inventories", "installed_software_multi_os.csv") {
		m := r["machine"]
		if counts[m] == nil {
			counts[m] = map[catalog.Status]int{}
		}
		got := c.Recognise(catalog.Title{Name: r["name"], Publisher: r["publisher"], Version: r["version"]})
		counts[m][got.Status]++
	}
	fmt.Fprintf(b, "\n## Whole machines\n\nRaw titles of inventories taken by the GLPI agent, by what became of them:\n\n| machine | titles | recognised | ignored | derived | unrecognised |\n|---|---|---|---|---|---|\n")
	for _, m := range slices.Sorted(maps.Keys(counts)) {
		n := counts[m]
		total := n[catalog.Recognised] + n[catalog.Ignored] + n[catalog.Derived] + n[catalog.Unrecognised]
		fmt.Fprintf(b, "| %s | %d | %d | %d (%d%%) | %d | %d |\n", m, total, n[catalog.Recognised], n[catalog.Ignored], n[catalog.Ignored]*100/total, n[catalog.Derived], n[catalog.Unrecognised])
	}
}

const reportHead = `# Recognition of raw titles

Regenerate with ` + "`go test ./compliance/catalog -run TestReport -update`" + `; the same test
without -update fails when a figure here is no longer true. It needs the shared
collection of test data (see internal/shareddata).

## Grouping of installer titles

winget-pkgs records the names that installers write to Windows' list of programs
(manifests/**/AppsAndFeaturesEntries at yao-msft/winget-pkgs@4b3b56cd, MIT).
The key of a title is Recognition.Package; the truth is the package's identifier.
Only name, publisher, version and product code of the entry are read.

Pairwise, macro-averaged per package. A pair is two different rows. Of a package,
precision is the share of pairs that lie in the package among the pairs (row of the
package, any other row) that share a key; recall is the share of pairs within the
package that share a key. A package none of whose rows shares a key with another has
no precision and one of a single row no recall; they do not enter that average, and
the columns beside say how many packages did.

The plain key is the name in lower case without versions, architecture and locale.
Vocabulary only means the embedded words without any publisher, product or ignore
rule: what a product without an entry gets. Halves split the packages by a hash of
the publisher in the identifier, so that a family of packages is in one. Entries and rules were written by what products are, but whoever
wrote them had seen both halves, so the difference between the halves shows spread,
not how well the rules carry over; for that, take the vocabulary only as the floor.

`

const reportFoot = `
## Cost

BenchmarkRecognise over the picked titles of testdata/titles.csv: 6.5 µs of processor
time and 22 allocations a title (user and system time of 300,000 titles with
GOMAXPROCS=1 on one core of an AMD EPYC, go1.26.8, on a busy machine whose wall clock
would mislead). Loading the embedded catalogue takes some 20 ms of it, once.

## What is left
What is left of macOS, HP-UX and Solaris is what their systems install without
saying so: the titles name no publisher, and the folder in which they lie, which
would tell, is not part of a title.
`
