package route

import (
	"fmt"
	"strings"
	"testing"
)

// flat is a tree of n routes below the root, told apart by equality of the
// publisher or by a pattern over the product.
func flat(n int, pattern bool) string {
	var b strings.Builder
	b.WriteString("name: all\nowner: desk\nchain: standard\nroutes:\n")
	for i := range n - 1 {
		fmt.Fprintf(&b, "  - name: r%d\n", i)
		if pattern {
			fmt.Fprintf(&b, "    when: finding.product.matches(\"^p%d(-.*)?$\")\n", i)
		} else {
			fmt.Fprintf(&b, "    match: {publisher: P%d}\n", i)
		}
	}
	return b.String()
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{100, 10000} {
		for _, pattern := range []bool{false, true} {
			if pattern && n > 1000 {
				continue // compiling 10,000 patterns takes longer than measuring them
			}
			r := load(b, flat(n, pattern))
			kind := map[bool]string{false: "equality", true: "pattern"}[pattern]
			for _, at := range []struct {
				name string
				i    int
			}{{"first", 0}, {"middle", n / 2}, {"last", n - 2}, {"none", n + 5}} {
				b.Run(fmt.Sprintf("%s/%d/%s", kind, n, at.name), func(b *testing.B) {
					s := Subject{Publisher: fmt.Sprintf("P%d", at.i), Product: fmt.Sprintf("p%d-x", at.i), Severity: "high"}
					want := fmt.Sprintf("r%d", at.i)
					if at.name == "none" {
						want = "all"
					}
					dst := make([]*Route, 0, 4)
					ctx := b.Context()
					b.ReportAllocs()
					for b.Loop() {
						var err error
						dst, err = r.Append(ctx, dst[:0], &s)
						if err != nil || dst[0].Name != want {
							b.Fatal(dst[0].Name, err)
						}
					}
				})
			}
		}
	}
}
