package catalog

import "unicode/utf8"

// settle decides, from what stands around it, what each token is: "version 12"
// is a version and no part of the name, "64 bit" an architecture, "Preview 4" a
// channel and its count.
func (v *vocabulary) settle(tokens []token) {
	for i := range tokens {
		if tokens[i].kind == word || tokens[i].kind == number {
			v.settleOne(tokens, i)
		}
	}
	v.settlePhrases(tokens)
	v.settleOpener(tokens)
	settleAcronyms(tokens)
	// A number that opens a title is its name: 7-Zip, 010 Editor.
	if len(tokens) > 0 && tokens[0].kind == number {
		tokens[0].kind = word
	}
}

func (v *vocabulary) settleOne(tokens []token, i int) {
	t := &tokens[i]
	next := func() *token {
		if i+1 < len(tokens) {
			return &tokens[i+1]
		}
		return &token{}
	}()
	after := i > 0 && (tokens[i-1].kind == version || tokens[i-1].kind == number)
	switch {
	case v.counters[t.text] && (next.kind == version || next.kind == number) && i > 0:
		t.kind, next.kind = noise, version
	case v.levels[t.text] && (next.kind == version || next.kind == number) && i > 0:
		t.kind = noise
		if next.kind == number {
			next.kind = noise
		}
	case i > 0 && v.levels[t.text] && v.isChannel(next.text):
		t.kind = noise
	case t.kind == number && (t.text == "32" || t.text == "64") && (next.text == "bit" || next.text == "bits"):
		t.kind, t.text, next.kind = arch, v.architectures[t.text+"bit"], noise
	case t.kind == number && (t.text == "32" || t.text == "64") && next.kind == arch:
		t.kind = noise
	case after && t.text == "r2":
		tokens[i-1].text += " R2"
		t.kind = noise
	case after && (isLevel(t.text) || isHash(t.text)):
		t.kind = noise
	case v.fillers[t.text]:
		t.kind = noise
	case t.group > 0 && v.languages[t.text]:
		t.kind = noise
	}
}

// settlePhrases finds the channels and the phrases that mean nothing.
func (v *vocabulary) settlePhrases(tokens []token) {
	for i := 0; i < len(tokens); {
		if name, n := v.channels.at(tokens, i); n > 0 && (i > 0 || n > 1) && tokens[i].kind == word {
			mark(tokens[i:i+n], noise)
			tokens[i].kind, tokens[i].text = channel, name
			i += n
			if i < len(tokens) && tokens[i].kind == number {
				tokens[i].kind = noise
			}
			continue
		}
		if _, n := v.noise.at(tokens, i); n > 0 && tokens[i].group > 0 {
			mark(tokens[i:i+n], noise)
			i += n
			continue
		}
		i++
	}
	v.settleAsides(tokens)
}

// settleAsides drops brackets that speak of another name: "(formerly WingetUI)".
func (v *vocabulary) settleAsides(tokens []token) {
	aside := 0
	for i := range tokens {
		t := &tokens[i]
		if t.group > 0 && v.asides[t.text] && (i == 0 || tokens[i-1].group != t.group) {
			aside = t.group
		}
		if aside > 0 && t.group == aside {
			t.kind = noise
		}
	}
}

func mark(tokens []token, k kind) {
	for i := range tokens {
		tokens[i].kind = k
	}
}

func (v *vocabulary) isChannel(text string) bool {
	_, ok := v.channels.single(text)
	return ok
}

// settleOpener drops a verb before a name of two words or more; before one word
// it may be the name, as in "Uninstall Tool".
func (v *vocabulary) settleOpener(tokens []token) {
	if len(tokens) > 2 && v.openers[tokens[0].text] && tokens[1].kind == word && tokens[2].kind == word {
		tokens[0].kind = noise
	}
}

// settleAcronyms drops a bracket that abbreviates the words before it: "Colour
// Contrast Analyser (CCA)".
func settleAcronyms(tokens []token) {
	for i, t := range tokens {
		alone := t.group > 0 && tokens[i-min(i, 1)].group != t.group && (i+1 == len(tokens) || tokens[i+1].group != t.group)
		if alone && t.kind == word && abbreviates(t.text, tokens[:i]) {
			tokens[i].kind = noise
		}
	}
}

// abbreviates says whether text is made of the first letters of the last words of
// tokens, of which there are two or more.
func abbreviates(text string, tokens []token) bool {
	letters := []rune(text)
	if len(letters) < 2 || len(letters) > len(tokens) {
		return false
	}
	for i, t := range tokens[len(tokens)-len(letters):] {
		if first, _ := utf8.DecodeRuneInString(t.text); first != letters[i] {
			return false
		}
	}
	return true
}
