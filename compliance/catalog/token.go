package catalog

import (
	"strings"
	"unicode/utf8"
)

// kind is what a token of a title is.
type kind uint8

const (
	word     kind = iota
	number        // a bare number, which may be part of the name: "Office 2016"
	version       // a full version, a date, a build
	arch          // an architecture
	channel       // a release channel
	bulletin      // the number of a patch: KB977816
	noise         // says nothing of the product: language, scope, "edition"
)

// token is a part of a title. text is folded; of channels and architectures it
// is the vocabulary's name for them.
type token struct {
	text string
	kind kind
	// group is 0 outside brackets, else the bracket's number.
	group int
}

// tokenizer splits one name.
type tokenizer struct {
	words  *vocabulary
	tokens []token
	group  int
}

// tokenize reads a name into tokens and settles what each is.
func (v *vocabulary) tokenize(name string) []token {
	t := tokenizer{words: v, tokens: make([]token, 0, 16)}
	s := fold(name)
	start, depth, groups := -1, 0, 0
	for i, r := range s {
		if inWord(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			t.chunk(s[start:i])
			start = -1
		}
		switch r {
		case '(', '[', '{':
			depth++
			groups++
			t.group = groups
		case ')', ']', '}':
			depth = max(depth-1, 0)
			if depth == 0 {
				t.group = 0
			}
		}
	}
	if start >= 0 {
		t.chunk(s[start:])
	}
	v.settle(t.tokens)
	return t.tokens
}

func (t *tokenizer) emit(text string, k kind) {
	t.tokens = append(t.tokens, token{text, k, t.group})
}

// longest is the length up to which a run of characters is looked at as a version
// or a name of the vocabulary. Longer runs are words, so that a hostile title costs
// time in proportion to its length.
const longest = 96

// chunk reads a run of word characters, which may hold a word, a version, and
// both joined by hyphens: "nelson-0.6.9", "7-preview-x64". It splits off a piece
// at a time, so that a long run costs no stack.
func (t *tokenizer) chunk(s string) {
	for {
		s = strings.TrimRight(strings.TrimLeft(s, "-_.+'’#"), "-_.'’")
		if s == "" || t.whole(s) {
			return
		}
		cut := t.seam(s)
		if cut <= 0 || cut >= len(s) {
			t.word(s)
			return
		}
		t.piece(strings.TrimRight(s[:cut], "-_."))
		s = s[cut:]
	}
}

// whole emits s when it is one thing as it stands.
func (t *tokenizer) whole(s string) bool {
	if len(s) > longest {
		return false
	}
	switch name, ok := t.words.architectures[s]; {
	case ok:
		t.emit(name, arch)
	case t.words.isLocale(s):
		t.emit(s, noise)
	case isBulletin(s):
		t.emit(s, bulletin)
	case isNumber(s):
		t.emit(s, number)
	case s[0] == 'v' && len(s) <= 4 && allDigits(s[1:]):
		t.emit(s[1:], number)
	case isVersion(s):
		t.version(s)
	default:
		return false
	}
	return true
}

// piece emits a part without seams.
func (t *tokenizer) piece(s string) {
	if s != "" && !t.whole(s) {
		t.word(s)
	}
}

// seam is where a version or a hyphen parts the run, 0 when nowhere.
func (t *tokenizer) seam(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == '-' || s[i] == '_' {
			return i
		}
		if isDigit(s[i]) && !isDigit(s[i-1]) && startsVersion(s[i:]) && !isPrefix(s[:i]) {
			if r, _ := utf8.DecodeLastRuneInString(s[:i]); r == 'v' && i > 1 && s[i-2] >= utf8.RuneSelf {
				return i - 1
			}
			return i
		}
	}
	return 0
}

var apostrophes = strings.NewReplacer("'", "", "’", "")

// word emits a word; an architecture glued to its end is split off.
func (t *tokenizer) word(s string) {
	if strings.ContainsAny(s, "'’") {
		s = apostrophes.Replace(s)
	}
	for _, bits := range [...]string{"64bit", "32bit"} {
		if rest, ok := strings.CutSuffix(s, bits); ok && rest != "" {
			t.emit(rest, word)
			t.emit(t.words.architectures[bits], arch)
			return
		}
	}
	t.emit(s, word)
}
