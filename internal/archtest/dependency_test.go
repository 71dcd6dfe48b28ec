package archtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
)

// Every dependency that the module asks for has its reason in ARCHITECTURE.md.
func TestDependenciesHaveReasons(t *testing.T) {
	top := root(t)
	data, err := os.ReadFile(filepath.Join(top, "go.mod"))
	require.NoError(t, err)
	mod, err := modfile.Parse("go.mod", data, nil)
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(top, "ARCHITECTURE.md"))
	require.NoError(t, err)
	for _, r := range mod.Require {
		if !r.Indirect {
			assert.Contains(t, string(page), "`"+r.Mod.Path+"`", "ARCHITECTURE.md has no line for a dependency")
		}
	}
}
