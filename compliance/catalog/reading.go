package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// fullVersion is the version in all its digits, and the first one in the name.
func (r *reading) fullVersion() (full, inName string) {
	for _, t := range r.tokens {
		if t.kind == version {
			inName = t.text
			break
		}
	}
	if full = strings.TrimSpace(r.title.Version); full == "" {
		full = inName
	}
	return full, inName
}

// channel is the release channel that the name tells, else that which the
// inventory's version tells, as 1.2.0-beta.3 does.
func (r *reading) channel(v *vocabulary) string {
	for _, t := range r.tokens {
		if t.kind == channel {
			return t.text
		}
	}
	_, suffix, _ := strings.Cut(fold(r.title.Version), "-")
	for part := range suffixWords(suffix) {
		if name, ok := v.channels.single(part); ok {
			return name
		}
	}
	return ""
}

// region tells a regional build whose name hides it but whose uninstall key does
// not: publishers of mainland China name those keys in Chinese.
func (r *reading) region() string {
	if hasHan(r.title.ProductCode) && !hasHan(r.title.Name) {
		return "cn"
	}
	return ""
}

// architecture is the architecture of packages that have one each.
func (r *reading) architecture(apart bool) string {
	if !apart {
		return ""
	}
	for _, t := range r.tokens {
		if t.kind == arch {
			return t.text
		}
	}
	return fold(r.title.Architecture)
}

// isBulletin says whether the name carries the number of a patch.
func (r *reading) isBulletin() bool {
	return slices.ContainsFunc(r.tokens, func(t token) bool { return t.kind == bulletin })
}

// nameTokens are the words and numbers of the name in their order.
func (r *reading) nameTokens() []token {
	names := make([]token, 0, len(r.tokens))
	for _, t := range r.tokens {
		if t.kind == word || t.kind == number {
			names = append(names, t)
		}
	}
	return names
}

// spelling is a run of tokens as the title spells them.
func (r *reading) spelling(tokens []token) string {
	written := map[string]string{}
	for _, w := range strings.FieldsFunc(r.title.Name, func(c rune) bool { return !inWord(c) || c == '-' || c == '_' }) {
		if f := fold(w); written[f] == "" {
			written[f] = w
		}
	}
	out := texts(tokens)
	for i, text := range out {
		out[i] = cmp.Or(written[text], text)
	}
	return strings.Join(out, " ")
}

func texts(tokens []token) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.text
	}
	return out
}

func joinTexts(tokens []token) string {
	return strings.ReplaceAll(strings.Join(texts(tokens), "-"), " ", "-")
}

// packageKey joins what tells packages apart, in a fixed order.
func packageKey(product string, qualifiers ...string) PackageKey {
	var b strings.Builder
	b.WriteString(product)
	for _, q := range qualifiers {
		if q != "" {
			b.WriteByte(':')
			b.WriteString(strings.ReplaceAll(q, " ", "-"))
		}
	}
	return PackageKey(b.String())
}
