//go:build alertmanager

package main

import (
	"testing"
)

// TestSameRoutes: what the program compares, and what it must notice.
func TestSameRoutes(t *testing.T) {
	for _, tr := range []tree{flat("equality", 100, false), flat("pattern", 100, true), deep("deep", 100)} {
		p, err := newPair(tr)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.agree(tr.labelSets(2_000)); err != nil {
			t.Error(tr.name, err)
		}
		other := tr
		other.root.children = tr.root.children[1:]
		q, err := newPair(other)
		if err != nil {
			t.Fatal(err)
		}
		p.theirs = q.theirs
		if p.agree(tr.labelSets(2_000)) == nil {
			t.Error(tr.name, "a tree that lacks a route is not noticed")
		}
	}
}
