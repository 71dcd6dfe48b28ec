package catalog

import (
	"iter"
	"strings"
)

// version emits a version and what its suffix says of channel and architecture.
func (t *tokenizer) version(s string) {
	s = strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz.")
	core := 0
	for core < len(s) && (isDigit(s[core]) || s[core] == '.') {
		core++
	}
	t.emit(s, version)
	for part := range suffixWords(s[core:]) {
		if name, ok := t.words.architectures[part]; ok {
			t.emit(name, arch)
		} else if name, ok := t.words.channels.single(part); ok {
			t.emit(name, channel)
		} else if t.words.known[part] {
			t.emit(part, word)
		}
	}
}

// suffixWords are the words behind a version's numbers, without their counts:
// "beta" of "-beta.3".
func suffixWords(suffix string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.FieldsFuncSeq(suffix, isSeparator) {
			if !yield(strings.TrimRight(part, "0123456789")) {
				return
			}
		}
	}
}

func isSeparator(r rune) bool { return r == '-' || r == '_' || r == '+' || r == '.' }
