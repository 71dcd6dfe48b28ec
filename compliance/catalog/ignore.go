package catalog

import (
	"regexp"
	"slices"
	"strings"
)

// ignoreRule are titles that need no license of their own.
type ignoreRule struct {
	as         string
	starts     phrases
	ends       phrases
	holds      phrases
	publishers []*publisher
	// begins are the first letters of names of one word.
	begins        []string
	distributions bool
	versions      *regexp.Regexp
	// everything holds for rules that name publishers and nothing else.
	everything bool
}

// ignore says whether a title is no product, and why.
func (c *Catalog) ignore(r *reading) (string, bool) {
	if r.isBulletin() {
		return "ignored as patch: bulletin number", true
	}
	words := r.phraseTokens()
	for i := range c.ignores {
		if phrase, ok := c.ignores[i].match(r, words); ok {
			return "ignored as " + c.ignores[i].as + ": " + phrase, true
		}
	}
	return "", false
}

func (g *ignoreRule) match(r *reading, words []token) (string, bool) {
	if len(g.publishers) > 0 && !slices.Contains(g.publishers, r.publisher) {
		return "", false
	}
	if g.distributions && !r.distribution {
		return "", false
	}
	if g.everything {
		return "published by " + r.publisher.name, true
	}
	if g.versions != nil && g.versions.MatchString(r.title.Version) {
		return "version " + r.title.Version, true
	}
	for _, b := range g.begins {
		if strings.HasPrefix(strings.ToLower(r.title.Name), b) && !strings.ContainsAny(r.title.Name, " \t") {
			return b, true
		}
	}
	for i := range words {
		if name, n := g.holds.at(words, i); n > 0 {
			return name, true
		}
		if i == 0 || i == r.prefixWords {
			if name, n := g.starts.at(words, i); n > 0 {
				return name, true
			}
		}
		if name, n := g.ends.at(words, i); n > 0 && onlyNoise(words[i+n:]) {
			return name, true
		}
	}
	return "", false
}

// phraseTokens are the tokens of a title without what may stand between the words
// of a phrase: numbers, versions and architectures.
func (r *reading) phraseTokens() []token {
	out := make([]token, 0, len(r.tokens))
	for _, t := range r.tokens {
		if t.kind == word || t.kind == noise || t.kind == channel {
			out = append(out, t)
		}
	}
	return out
}

func onlyNoise(tokens []token) bool {
	for _, t := range tokens {
		if t.kind == word {
			return false
		}
	}
	return true
}
