package facts

import (
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/internal/expr"
)

// Markdown is the vocabulary as a page for authors: docs/vocabulary.md is what it
// returns.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# What expressions can say\n\n" +
		"Rules see their subject under the name of its kind, and the instant of the snapshot\nas `asOf`. " +
		"A fact that nobody knows is unknown, and so is what is computed from it;\n`has(position.short)` asks whether it is known.\n\n" +
		"Numbers are `int` and `decimal`, and the two mix. There is no floating point: write\n`decimal(\"0.5\")`. " +
		"Beside CEL's own functions there are `min` and `max` over two to four\nnumbers or a list, `sum` over a list, " +
		"`ceil` and `floor` of a decimal, `ceilDiv` and\n`floorDiv` of two ints, and:\n\n")
	for _, f := range Functions() {
		fmt.Fprintf(&b, "- `%s`: %s\n", f.Name, f.Doc)
	}
	for _, s := range schemas() {
		fmt.Fprintf(&b, "\n## %s\n\n| fact | type | meaning |\n|---|---|---|\n", s.Name)
		for _, f := range s.Fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.Type, f.Doc)
		}
	}
	return b.String()
}

func schemas() []*expr.Schema {
	return []*expr.Schema{Position(), Source(), Title(), Product(), Entitlement(), Contract(), Disagreement()}
}
