package documents_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/documents"
)

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "a.json"), 0o700))
	for _, name := range []string{"b.XML", "a.json/c.json", "d.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	files, err := documents.Files(dir, ".json", ".xml")
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, "a.json", "c.json"), filepath.Join(dir, "b.XML")}, files)

	text := filepath.Join(dir, "d.txt")
	files, err = documents.Files(text, ".json")
	require.NoError(t, err)
	assert.Equal(t, []string{text}, files, "what is named is read")

	_, err = documents.Files(filepath.Join(dir, "none"), ".json")
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadConfig})
	require.ErrorIs(t, err, fs.ErrNotExist)
}
