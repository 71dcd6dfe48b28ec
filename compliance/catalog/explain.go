package catalog

import "strings"

// explain accounts for the words that the phrase left: editions, fillers,
// languages, the publisher. It says whether none is left over.
func (c *Catalog) explain(r *reading, m *match) bool {
	all := true
	for i := 0; i < len(r.tokens); {
		if m.used[i] {
			i++
			continue
		}
		n := c.explainAt(r, m, i)
		if n == 0 {
			all = false
			n = 1
		}
		i += n
	}
	return all
}

// explainAt is how many tokens from i on are explained, 0 when the first is not.
func (c *Catalog) explainAt(r *reading, m *match, i int) int {
	if name, n := editionAt(m.entry.editions, c.words.editions, r.tokens, i, m.used); n > 0 {
		if len(name) > len(m.edition) {
			m.edition = name
		}
		return n
	}
	if name, n := m.entry.releases.at(r.tokens, i); n > 0 {
		m.release = name
		return n
	}
	if _, n := m.entry.fillers.at(r.tokens, i); n > 0 {
		return n
	}
	t := r.tokens[i]
	if t.kind != word || len(t.text) > 2 && c.words.languages[t.text] || c.names(m.entry.publisher, r.tokens, i) {
		return 1
	}
	return 0
}

// editionAt finds an edition among tokens that nothing else explains.
func editionAt(own, shared phrases, tokens []token, i int, used []bool) (string, int) {
	if tokens[i].kind != word {
		return "", 0
	}
	name, n := own.at(tokens, i)
	if other, length := shared.at(tokens, i); length > n {
		name, n = other, length
	}
	if n > 0 && free(used[i:i+n]) {
		return name, n
	}
	return "", 0
}

func free(used []bool) bool {
	for _, u := range used {
		if u {
			return false
		}
	}
	return true
}

// names says whether the publisher's name stands at token i.
func (c *Catalog) names(p *publisher, tokens []token, i int) bool {
	key, n := c.publishers.prefixes.at(tokens, i)
	return n == 1 && key == p.key
}

// soldVersion is the version in a title as products are sold, from the tokens
// that the phrase left.
func (m *match) soldVersion(tokens []token) string {
	for i, t := range tokens {
		if t.kind != number || m.used[i] {
			continue
		}
		if rest, ok := strings.CutPrefix(t.text, "r"); ok {
			return "R" + rest
		}
		return t.text
	}
	return m.release
}
