package main

import (
	"fmt"
	"io"

	"github.com/trueup-dev/trueup/compliance"
)

// printChoice writes who carries a consumer, and the ways between which was chosen.
func printChoice(w io.Writer, e compliance.Explanation) {
	if e.Through != nil {
		fmt.Fprintf(w, "  carried by the licenses of %s for %s: %s\n", e.Through.Consumer, e.Through.Product, e.Through.Right)
	}
	if e.Choice == nil {
		return
	}
	for i, way := range e.Choice.Ways {
		word := "or"
		if i == 0 {
			word = "chosen"
		}
		fmt.Fprintf(w, "  %s: %s, %s at list prices\n", word, way.Name, way.Listed)
		for _, n := range way.Needs {
			fmt.Fprintf(w, "    %s for %s (%s)\n", n.Quantity, n.Consumer, n.Arithmetic)
		}
	}
}
