package catalog

import "strings"

// publisher is a known publisher.
type publisher struct {
	key      string
	name     string
	channels []channelRule
}

// publishers resolves publishers by what inventories call them.
type publishers struct {
	byKey  map[string]*publisher
	byName map[string]*publisher // by name without legal forms
	// prefixes finds a publisher at the start of a title.
	prefixes phrases
}

func newPublishers() *publishers {
	return &publishers{byKey: map[string]*publisher{}, byName: map[string]*publisher{}, prefixes: phrases{}}
}

func (p *publishers) add(pub *publisher, aliases []string, v *vocabulary) {
	p.byKey[pub.key] = pub
	for _, a := range append([]string{pub.name, pub.key}, aliases...) {
		name := v.company(a)
		if name == "" {
			continue
		}
		p.byName[name] = pub
		p.prefixes.add(plain(name), pub.key)
	}
}

// resolve finds the publisher that an inventory names, nil when unknown.
func (p *publishers) resolve(name string, v *vocabulary) *publisher {
	if name == "" {
		return nil
	}
	return p.byName[v.company(name)]
}

// begins finds the known publisher with whose name another begins.
func (p *publishers) begins(name string, v *vocabulary) *publisher {
	words := strings.Fields(plain(v.company(name)))
	tokens := make([]token, len(words))
	for i, w := range words {
		tokens[i].text = w
	}
	if len(tokens) == 0 {
		return nil
	}
	key, _ := p.prefixes.at(tokens, 0)
	return p.byKey[key]
}

// company is a publisher's name without punctuation and the legal forms at its
// end: "JetBrains s.r.o." is "jetbrains".
func (v *vocabulary) company(name string) string {
	words := strings.FieldsFunc(holder(fold(name)), func(r rune) bool { return !inWord(r) })
	for i, w := range words {
		words[i] = strings.Trim(w, ".-_'’")
	}
	end := len(words)
	for end > 1 && (words[end-1] == "" || v.legal[words[end-1]]) {
		end--
	}
	return strings.Join(words[:end], " ")
}

// holder is the holder of a copyright notice, as macOS keeps one in the place of
// the publisher; any other text is left as it is.
func holder(s string) string {
	_, after, ok := strings.Cut(s, "copyright")
	if !ok {
		return s
	}
	after, _, _ = strings.Cut(after, "all rights reserved")
	after = strings.TrimLeft(after, "0123456789-–, .:;()")
	return strings.TrimPrefix(after, "by ")
}

// slug is a text as part of a key: words joined by hyphens.
func slug(s string) string {
	return strings.Join(strings.FieldsFunc(fold(s), func(r rune) bool {
		return !inWord(r) || r == '-' || r == '_' || r == '\'' || r == '’'
	}), "-")
}
