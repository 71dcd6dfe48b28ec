package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// phrase is a run of words that stands for something.
type phrase struct {
	words []string
	name  string
}

// phrases finds phrases by their first word, the longest first.
type phrases map[string][]phrase

func (p phrases) add(text, name string) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return
	}
	list := append(p[words[0]], phrase{words, name})
	slices.SortStableFunc(list, func(a, b phrase) int { return cmp.Compare(len(b.words), len(a.words)) })
	p[words[0]] = list
}

// at finds the longest phrase whose words are the tokens from i on.
func (p phrases) at(tokens []token, i int) (name string, length int) {
	for _, ph := range p[tokens[i].text] {
		if ph.matches(tokens[i:]) {
			return ph.name, len(ph.words)
		}
	}
	return "", 0
}

// single finds a phrase of one word.
func (p phrases) single(text string) (string, bool) {
	for _, ph := range p[text] {
		if len(ph.words) == 1 {
			return ph.name, true
		}
	}
	return "", false
}

func (p phrase) matches(tokens []token) bool {
	if len(p.words) > len(tokens) {
		return false
	}
	for i, w := range p.words {
		if tokens[i].text != w {
			return false
		}
	}
	return true
}

// hasName says whether some phrase stands for name.
func (p phrases) hasName(name string) bool {
	for _, list := range p {
		if slices.ContainsFunc(list, func(ph phrase) bool { return ph.name == name }) {
			return true
		}
	}
	return false
}
