//go:build alertmanager

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// labels are what is routed, as both see it.
type labels struct{ publisher, product, severity, entity string }

// node is a route in neither's form. Its conditions must all hold; empty ones are
// left out.
type node struct {
	name      string
	publisher string
	// pattern is a regular expression over the whole product.
	pattern string
	// severe wants the severity high or critical.
	severe   bool
	proceed  bool
	children []node
}

// row is a subject that is measured.
type row struct {
	name   string
	labels labels
}

type tree struct {
	name string
	root node
	rows []row
	// publishers is how many there are, for label sets that are drawn.
	publishers int
}

var severities = []string{"info", "low", "medium", "high", "critical"}

// flat is a root with routes below it, told apart by the publisher or by a pattern
// over the product.
func flat(name string, nodes int, pattern bool) tree {
	t := tree{name: name, root: node{name: "all"}, publishers: nodes + 9}
	for i := range nodes - 1 {
		n := node{name: fmt.Sprintf("r%d", i)}
		if pattern {
			n.pattern = fmt.Sprintf("p%d(-.*)?", i)
		} else {
			n.publisher = fmt.Sprintf("P%d", i)
		}
		t.root.children = append(t.root.children, n)
	}
	for _, r := range []struct {
		name string
		i    int
	}{{"first", 0}, {"middle", nodes / 2}, {"last", nodes - 2}, {"none", nodes + 5}} {
		t.rows = append(t.rows, row{r.name, labels{fmt.Sprintf("P%d", r.i), fmt.Sprintf("p%d-x", r.i), "high", "acme-ch"}})
	}
	return t
}

// deep has publishers, below each of them the severe and two product families, and
// every tenth publisher's routes go on to the next ones.
func deep(name string, nodes int) tree {
	t := tree{name: name, root: node{name: "all"}, publishers: nodes/4 + 2}
	count := 1
	for i := 0; count+4 <= nodes; i++ {
		t.root.children = append(t.root.children, node{
			name: fmt.Sprintf("r%d", i), publisher: fmt.Sprintf("P%d", i), proceed: i%10 == 9,
			children: []node{
				{name: fmt.Sprintf("r%d-severe", i), severe: true, children: []node{{name: fmt.Sprintf("r%d-severe-db", i), pattern: fmt.Sprintf("p%d-db-.*", i)}}},
				{name: fmt.Sprintf("r%d-java", i), pattern: fmt.Sprintf("p%d-(java|jdk)(-.*)?", i)},
			},
		})
		count += 4
	}
	last := len(t.root.children) - 1
	t.rows = []row{
		{"first, its third level", labels{"P0", "p0-db-19", "critical", "acme-ch"}},
		{"last, its second level", labels{fmt.Sprintf("P%d", last), fmt.Sprintf("p%d-java-17", last), "low", "acme-ch"}},
		{"none", labels{"Nobody", "nothing", "low", "acme-ch"}},
	}
	return t
}

// labelSets are the tree's rows, every publisher there is with products that match
// and that do not, and as many drawn ones as it takes to be at least.
func (t tree) labelSets(least int) []labels {
	var out []labels
	for _, r := range t.rows {
		out = append(out, r.labels)
	}
	products := []string{"p%d", "p%d-x", "p%d-db-19", "p%d-java", "p%d-javax", "xp%d-x"}
	for i := range t.publishers {
		out = append(out, labels{fmt.Sprintf("P%d", i), fmt.Sprintf(products[i%len(products)], i), severities[i%len(severities)], "acme-ch"})
	}
	draw := rand.New(rand.NewPCG(1, 2))
	for len(out) < least {
		l := labels{severity: severities[draw.IntN(len(severities))], entity: "acme-de"}
		if i := draw.IntN(t.publishers + 1); i < t.publishers {
			l.publisher = fmt.Sprintf("P%d", i) // else nobody knows it
		}
		l.product = fmt.Sprintf(products[draw.IntN(len(products))], draw.IntN(t.publishers))
		out = append(out, l)
	}
	return out
}

// document is the tree as trueup reads it.
func (t tree) document() string {
	var b strings.Builder
	b.WriteString("name: all\nowner: desk\nchain: standard\n")
	t.root.write(&b, "")
	return b.String()
}

// write writes the routes below a node.
func (n node) write(b *strings.Builder, indent string) {
	if len(n.children) == 0 {
		return
	}
	fmt.Fprintf(b, "%sroutes:\n", indent)
	for _, c := range n.children {
		fmt.Fprintf(b, "%s  - name: %s\n", indent, c.name)
		inner := indent + "    "
		if c.publisher != "" {
			fmt.Fprintf(b, "%smatch: {publisher: %s}\n", inner, c.publisher)
		}
		if c.severe {
			fmt.Fprintf(b, "%sseverity: high or more\n", inner)
		}
		if c.pattern != "" {
			fmt.Fprintf(b, "%swhen: finding.product.matches(\"^(?:%s)$\")\n", inner, c.pattern)
		}
		if c.proceed {
			fmt.Fprintf(b, "%scontinue: true\n", inner)
		}
		c.write(b, inner)
	}
}
