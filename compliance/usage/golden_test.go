package usage

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden reads every input in testdata and compares with the account of it
// beside it, NAME.golden.
func TestGolden(t *testing.T) {
	for _, name := range inputs(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			report, err := Read(t.Context(), strings.NewReader(string(text)), Options{Name: filepath.Base(name)})
			compareGolden(t, name+".golden", describe(report, err))
		})
	}
}

func inputs(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.log", "*.txt"} {
		found, err := filepath.Glob(filepath.Join("testdata", pattern))
		require.NoError(t, err)
		names = append(names, found...)
	}
	require.NotEmpty(t, names)
	return names
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err, "run with -update to write it")
	assert.Equal(t, string(want), got)
}
