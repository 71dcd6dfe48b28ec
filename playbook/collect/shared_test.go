package collect_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors/host"
)

// What a playbook lets share one process is in the evidence, and a crash is a
// failure of both sources.
func TestSharedSources(t *testing.T) {
	share := strings.ReplaceAll(book, "connector: test,", "connector: test, isolation: shared,")
	dir := place(t, "good")
	for _, c := range []struct {
		text string
		want []compliance.SourceID
	}{{share, []compliance.SourceID{"bad", "good"}}, {book, nil}} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "p.yaml"), fmt.Appendf(nil, c.text, "good", ""), 0o600))
		facts, err := gather(t.Context(), dir, host.Config{AllowUnpinned: true})
		require.NoError(t, err)
		for _, got := range facts.Collections {
			assert.Empty(t, got.Failure)
			assert.Equal(t, c.want, got.Shared)
		}
	}
}
