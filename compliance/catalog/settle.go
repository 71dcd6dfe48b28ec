package catalog

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
