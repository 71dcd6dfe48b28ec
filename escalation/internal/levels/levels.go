// Package levels reads conditions over ordered names, such as "high or more".
// Rubrics and routes share it, so that both speak of levels in the same words.
package levels

import (
	"math/bits"
	"regexp"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Max is how many levels an order may have.
const Max = 15

// Set is a set of levels: bit i stands for the level at place i of its order.
type Set uint16

// All is the set of the first n levels.
func All(n int) Set { return Set(1)<<n - 1 }

// Has says whether the level at place i is in the set.
func (s Set) Has(i int) bool { return s>>i&1 == 1 }

// Len is how many levels are in the set.
func (s Set) Len() int { return bits.OnesCount16(uint16(s)) }

var name = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// reserved are the words of a condition, which no level may be called.
var reserved = []string{"any", "or", "to", "more", "less"}

// CheckName is the problem with a name that a document gives to a level, a
// factor or a severity; nil when there is none.
func CheckName(t document.Text) *document.Problem {
	switch {
	case !name.MatchString(t.Value):
		return t.Problem(1, 1, "name %q must be lower-case words joined by hyphens, such as very-high", t.Value)
	case slices.Contains(reserved, t.Value):
		return t.Problem(1, 1, "name %q is a word of conditions; choose another", t.Value)
	}
	return nil
}

// Parse reads a condition over the names, ordered from least to most:
//
//	any            every level
//	high           one level
//	low or high    any of several
//	high or more   a level and all above it
//	low or less    a level and all below it
//	low to high    a range, both ends included
func Parse(t document.Text, names []string) (Set, *document.Problem) {
	words := strings.Fields(t.Value)
	if len(words) == 1 && words[0] == "any" {
		return All(len(names)), nil
	}
	if len(words) == 0 || len(words)%2 == 0 {
		return 0, malformed(t)
	}
	first, p := find(t, words[0], names)
	if p != nil || len(words) == 1 {
		return first, p
	}
	if len(words) == 3 && (words[1] == "to" || words[1] == "or") {
		switch {
		case words[1] == "or" && words[2] == "more":
			return All(len(names)) &^ (first - 1), nil
		case words[1] == "or" && words[2] == "less":
			return first | (first - 1), nil
		case words[1] == "to":
			return between(t, first, words, names)
		}
	}
	return alternatives(t, first, words[1:], names)
}

func between(t document.Text, first Set, words, names []string) (Set, *document.Problem) {
	last, p := find(t, words[2], names)
	switch {
	case p != nil:
		return 0, p
	case last < first:
		return 0, t.Problem(1, 1, "%q runs backwards: levels are ordered %s", t.Value, strings.Join(names, ", "))
	}
	return (last | (last - 1)) &^ (first - 1), nil
}

func alternatives(t document.Text, set Set, words, names []string) (Set, *document.Problem) {
	for i := 0; i < len(words); i += 2 {
		if words[i] != "or" {
			return 0, malformed(t)
		}
		next, p := find(t, words[i+1], names)
		if p != nil {
			return 0, p
		}
		set |= next
	}
	return set, nil
}

func malformed(t document.Text) *document.Problem {
	return t.Problem(1, 1, "%q is no condition; write any, LEVEL, LEVEL or LEVEL, LEVEL or more, LEVEL or less, or LEVEL to LEVEL", t.Value)
}

func find(t document.Text, word string, names []string) (Set, *document.Problem) {
	if i := slices.Index(names, word); i >= 0 {
		return 1 << i, nil
	}
	column := strings.Index(t.Value, word) + 1
	return 0, t.Problem(1, column, "no level %q; known are %s", word, strings.Join(names, ", "))
}
