package catalog_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

var update = flag.Bool("update", false, "rewrite golden files and benchmarks/recognition.md")

// pickedTitles reads testdata/titles.csv: publisher, name, version, edition.
func pickedTitles(t testing.TB) []catalog.Title {
	t.Helper()
	data, err := os.ReadFile("testdata/titles.csv")
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	var out []catalog.Title
	for _, r := range rows[1:] {
		out = append(out, catalog.Title{Publisher: r[0], Name: r[1], Version: r[2], Edition: r[3]})
	}
	return out
}

// TestPickedTitles compares titles that were picked by hand, each for a trap,
// with what a person found right.
func TestPickedTitles(t *testing.T) {
	c := load(t)
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATUS\tPRODUCT\tVERSION\tEDITION\tPACKAGE\tRULE")
	for _, title := range pickedTitles(t) {
		r := c.Recognise(title)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", title.Name, r.Status, r.Product.Key,
			dash(r.Product.Version), dash(r.Product.Edition), r.Package, r.Rule)
	}
	require.NoError(t, w.Flush())
	golden(t, "testdata/titles.golden", b.Bytes())
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "run go test -update and read the difference")
}

func TestEveryEntryRecognisesItsOwnName(t *testing.T) {
	c := load(t)
	for _, e := range c.Entries() {
		r := c.Recognise(catalog.Title{Publisher: e.Publisher, Name: e.Name})
		assert.Equalf(t, e.Key, r.Product.Key, "%s by %s: %s", e.Name, e.Publisher, r.Rule)
		for _, m := range e.Members {
			_, ok := c.Entry(m)
			assert.Truef(t, ok, "%s has the unknown member %s", e.Key, m)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	c := load(t)
	titles := pickedTitles(t)
	want := make([]catalog.Recognition, len(titles))
	for i, title := range titles {
		want[i] = c.Recognise(title)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, title := range titles {
				if got := c.Recognise(title); got != want[i] {
					t.Errorf("%q: %+v, alone it was %+v", title.Name, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestEntryIsACopy(t *testing.T) {
	c := load(t)
	e, ok := c.Entry("microsoft/office")
	require.True(t, ok)
	require.NotEmpty(t, e.Members)
	e.Members[0] = "other/product"
	again, _ := c.Entry("microsoft/office")
	assert.NotEqual(t, e.Members[0], again.Members[0])
}
