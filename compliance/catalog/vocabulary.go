package catalog

import "strings"

// vocabulary is what titles share whatever their product.
type vocabulary struct {
	architectures map[string]string
	languages     map[string]bool
	counters      map[string]bool
	levels        map[string]bool
	fillers       map[string]bool
	asides        map[string]bool
	names         map[string]bool
	openers       map[string]bool
	legal         map[string]bool
	redist        map[string]bool
	distributions []string
	// known are words that name a product wherever they stand, even behind a
	// version.
	known    map[string]bool
	channels phrases
	editions phrases
	noise    phrases
}

func newVocabulary() *vocabulary {
	return &vocabulary{
		architectures: map[string]string{}, languages: map[string]bool{},
		counters: map[string]bool{}, levels: map[string]bool{}, fillers: map[string]bool{}, asides: map[string]bool{}, names: map[string]bool{}, openers: map[string]bool{},
		legal: map[string]bool{}, redist: map[string]bool{}, known: map[string]bool{},
		channels: phrases{}, editions: phrases{}, noise: phrases{},
	}
}

func (v *vocabulary) add(d wordsDoc) {
	for _, a := range d.Architectures {
		for _, t := range a.spellings() {
			v.architectures[fold(t)] = a.Name
		}
	}
	v.channels.addAll(d.Channels)
	v.editions.addAll(d.Editions)
	for _, n := range d.Noise {
		v.noise.add(plain(n), n)
	}
	addWords(v.languages, d.Languages)
	addWords(v.counters, d.Counters)
	addWords(v.levels, d.Levels)
	addWords(v.fillers, d.Fillers)
	addWords(v.openers, d.Openers)
	addWords(v.names, d.Names)
	addWords(v.asides, d.Asides)
	addWords(v.legal, d.Legal)
	v.distributions = append(v.distributions, folded(d.Distributions)...)
	addWords(v.redist, d.Redistributable)
}

func (p phrases) addAll(named []namedDoc) {
	for _, n := range named {
		for _, t := range n.spellings() {
			p.add(plain(t), n.Name)
		}
	}
}

func (n namedDoc) spellings() []string {
	if len(n.Titles) == 0 {
		return []string{n.Name}
	}
	return n.Titles
}

func addWords(set map[string]bool, words []string) {
	for _, w := range words {
		set[fold(w)] = true
	}
}

// isLocale says whether s is a language and a country: en-us, zh-hans-cn.
func (v *vocabulary) isLocale(s string) bool {
	lang, country, ok := strings.Cut(s, "-")
	if !ok || len(lang) != 2 && len(lang) != 3 || !v.languages[lang] {
		return false
	}
	switch country {
	case "hans", "hant", "latn", "cyrl", "hans-cn", "hant-tw":
		return true
	}
	return len(country) == 2 && !isDigit(country[0]) && !isDigit(country[1])
}

// plain is a phrase of a document as the words that a tokenizer would read from
// a title, parted by blanks; numbers and versions count as words.
func plain(s string) string {
	t := tokenizer{words: newVocabulary()}
	for _, f := range strings.FieldsFunc(fold(s), func(r rune) bool { return !inWord(r) }) {
		t.chunk(f)
	}
	texts := make([]string, len(t.tokens))
	for i, tok := range t.tokens {
		texts[i] = tok.text
	}
	return strings.Join(texts, " ")
}
