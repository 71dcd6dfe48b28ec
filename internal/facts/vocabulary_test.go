package facts

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page is generated: TRUEUP_UPDATE=1 writes it anew.
func TestVocabularyPageIsFresh(t *testing.T) {
	const page = "../../docs/vocabulary.md"
	if os.Getenv("TRUEUP_UPDATE") != "" {
		require.NoError(t, os.WriteFile(page, []byte(Markdown()), 0o600))
	}
	got, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, Markdown(), string(got), "docs/vocabulary.md is stale: run TRUEUP_UPDATE=1 go test ./internal/facts")
}

// A fact without words is one that nobody can use.
func TestEveryFactHasWords(t *testing.T) {
	for _, s := range schemas() {
		for _, f := range s.Fields {
			assert.NotEmpty(t, f.Doc, "%s.%s", s.Name, f.Name)
		}
	}
}
