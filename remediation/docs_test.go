package remediation

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Every document on the page of policies is one, and every kind and standard guard is on it.
func TestPageOfPolicies(t *testing.T) {
	data, err := os.ReadFile("../docs/remediation.md")
	require.NoError(t, err)
	page := string(data)
	blocks := strings.Split(page, "```yaml\n")[1:]
	require.NotEmpty(t, blocks)
	for i, b := range blocks {
		text, _, ok := strings.Cut(b, "```")
		require.True(t, ok)
		var doc PolicyDocument
		require.NoError(t, document.Read("docs/remediation.md", []byte("actions: [{kind: buy, owner: x}]\n"+text), &doc), "block %d", i+1)
		_, err := NewPolicy(doc)
		require.NoError(t, err, "block %d", i+1)
	}
	for _, k := range kinds[1:] {
		assert.Contains(t, page, "| `"+k+"` |")
	}
	for _, g := range StandardGuards() {
		assert.Contains(t, page, "`"+g.Name+"`")
	}
}
