package wire

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
)

// The page for authors lists the columns that the code reads.
func TestPageListsTheColumns(t *testing.T) {
	page, err := os.ReadFile("../../../docs/connector-protocol.md")
	require.NoError(t, err)
	for _, k := range connectors.Kinds() {
		l, ok := layoutOf(k)
		if !ok {
			continue
		}
		var texts []string
		for _, name := range l.texts {
			cell := "`" + name + "`"
			if slices.Contains(l.key, name) {
				cell += " (required)"
			}
			texts = append(texts, cell)
		}
		numbers := ""
		if len(l.numbers) > 0 {
			numbers = "`" + strings.Join(l.numbers, "`, `") + "`"
		}
		row := fmt.Sprintf("| %s | %s | %s |", k, strings.Join(texts, ", "), numbers)
		assert.Contains(t, string(page), row)
		for _, name := range slices.Concat(l.textLists, l.numberLists) {
			assert.Regexp(t, "\n- .*`"+name+"`", string(page))
		}
	}
}
