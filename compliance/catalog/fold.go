package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// marks are written where a trade mark is meant and mean nothing else.
var marks = strings.NewReplacer("™", " ", "®", " ", "©", " ", "℠", " ",
	"(tm)", " ", "(r)", " ", "(c)", " ")

// fold brings a text to the spelling in which titles are compared: compatibility
// composition (macOS writes decomposed names, East Asian titles full-width
// digits), lower case, valid UTF-8, no trade marks.
func fold(s string) string {
	if !isASCII(s) {
		s = strings.ToValidUTF8(s, " ")
		s = marks.Replace(s)
		s = norm.NFKC.String(s)
	}
	s = strings.ToLower(s)
	if strings.IndexByte(s, '(') >= 0 {
		s = marks.Replace(s)
	}
	return s
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// inWord says whether a character belongs to a word of a title. The others part
// words.
func inWord(r rune) bool {
	switch r {
	case '.', '+', '#', '\'', '’', '_', '-':
		return true
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// digits is the number of digits at the start of s.
func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// hasHan says whether s holds Chinese characters.
func hasHan(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
