package catalog

import "slices"

// ignoreRule are titles that need no license of their own.
type ignoreRule struct {
	as         string
	starts     phrases
	ends       phrases
	holds      phrases
	publishers []*publisher
}

// ignore says whether a title is no product, and why.
func (c *Catalog) ignore(r *reading) (string, bool) {
	for _, t := range r.tokens {
		if t.kind == bulletin {
			return "ignored as patch: bulletin number", true
		}
	}
	for i := range c.ignored {
		if phrase, ok := c.ignored[i].match(r); ok {
			return "ignored as " + c.ignored[i].as + ": " + phrase, true
		}
	}
	return "", false
}

func (g *ignoreRule) match(r *reading) (string, bool) {
	if len(g.publishers) > 0 && !slices.Contains(g.publishers, r.publisher) {
		return "", false
	}
	for i := range r.tokens {
		if name, n := g.holds.at(r.tokens, i); n > 0 {
			return name, true
		}
		if i == 0 || i == r.prefixWords {
			if name, n := g.starts.at(r.tokens, i); n > 0 {
				return name, true
			}
		}
		if name, n := g.ends.at(r.tokens, i); n > 0 && r.onlyNoiseAfter(i+n) {
			return name, true
		}
	}
	return "", false
}

func (r *reading) onlyNoiseAfter(i int) bool {
	for _, t := range r.tokens[i:] {
		if t.kind == word {
			return false
		}
	}
	return true
}
