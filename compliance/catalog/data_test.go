package catalog_test

import (
	"encoding/csv"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

func load(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Default()
	require.NoError(t, err)
	return c
}

// readCSV reads a table of the shared data as one map a row.
func readCSV(t testing.TB, parts ...string) []map[string]string {
	t.Helper()
	f, err := os.Open(shareddata.Path(t, parts...))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

var (
	plainArch    = regexp.MustCompile(`\b(x64|x86|x86_64|amd64|arm64|aarch64|win32|win64|(32|64)[- ]?bits?)\b`)
	plainLocale  = regexp.MustCompile(`\b[a-z]{2}-[a-z]{2}\b`)
	plainVersion = regexp.MustCompile(`v?\d+(\.\d+)*\S*`)
	plainRest    = regexp.MustCompile(`[^\pL\pN]+`)
)

// plainKey is what a catalogue has to beat: the name in lower case without
// versions, architecture and locale.
func plainKey(t catalog.Title) string {
	s := strings.ToLower(t.Name)
	for _, re := range []*regexp.Regexp{plainArch, plainLocale, plainVersion} {
		s = re.ReplaceAllString(s, "")
	}
	return strings.TrimSpace(plainRest.ReplaceAllString(s, " "))
}

// embeddedWords is the embedded vocabulary alone.
func embeddedWords(t testing.TB) catalog.Document {
	t.Helper()
	data, err := os.ReadFile("data/words.yaml")
	require.NoError(t, err)
	return catalog.Document{Name: "data/words.yaml", Data: data}
}
