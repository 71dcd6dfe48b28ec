package rubric

import (
	"regexp"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// factor is a compiled decision point.
type factor struct {
	name, key string
	fact      fact
	levels    []string
	keys      []string
	// assumed is the place of the level taken where there is no answer.
	assumed int
	// bands decide for facts that are money or numbers, words for the others:
	// words[i] are the facts that mean level i.
	bands bands
	words [][]string
}

var (
	factorKey = regexp.MustCompile(`^[A-Z]{1,3}$`)
	levelKey  = regexp.MustCompile(`^[A-Z][A-Z0-9]?$`)
)

func (c *compiler) compileFactors() {
	if n := len(c.doc.Factors); n < 1 || n > MaxFactors {
		c.fail(c.doc.Name, "rubric %q has %d factors; it must have 1 to %d", c.name, n, MaxFactors)
		return
	}
	cells := 1
	for _, d := range c.doc.Factors {
		f := c.compileFactor(d)
		if slices.ContainsFunc(c.factors, func(g factor) bool { return g.name == f.name }) {
			c.fail(d.Name, "factor %q is listed twice", f.name)
		}
		if slices.ContainsFunc(c.factors, func(g factor) bool { return g.key == f.key }) {
			c.fail(d.Key, "key %q stands for another factor already", f.key)
		}
		c.factors = append(c.factors, f)
		cells *= min(max(len(f.levels), 1), levels.Max)
		if cells > maxCells {
			c.fail(d.Name, "factor %q brings the table past %d combinations; join levels or drop a factor", f.name, maxCells)
			return
		}
	}
}

func (c *compiler) compileFactor(d FactorDocument) factor {
	f := factor{name: d.Name.Value, key: d.Key.Value}
	c.add(levels.CheckName(d.Name))
	if !factorKey.MatchString(f.key) || f.key == prefix {
		c.fail(d.Key, "key %q of factor %q must be one to three capital letters, and not %s", f.key, f.name, prefix)
	}
	f.fact = c.factOf(d)
	if n := len(d.Levels); n < 2 || n > levels.Max {
		c.fail(d.Name, "factor %q has %d levels; it must have 2 to %d", f.name, n, levels.Max)
	}
	for _, l := range d.Levels {
		c.compileLevel(&f, l)
	}
	f.bands = c.compileBands(f, d)
	f.assumed = len(f.levels) - 1
	if !d.Assume.IsZero() {
		if f.assumed = slices.Index(f.levels, d.Assume.Value); f.assumed < 0 {
			c.fail(d.Assume, "factor %q has no level %q; known are %s", f.name, d.Assume.Value, strings.Join(f.levels, ", "))
		}
	}
	return f
}

func (c *compiler) compileLevel(f *factor, l LevelDocument) {
	c.add(levels.CheckName(l.Name))
	if slices.Contains(f.levels, l.Name.Value) {
		c.fail(l.Name, "level %q of factor %q is listed twice", l.Name.Value, f.name)
	}
	switch {
	case !levelKey.MatchString(l.Key.Value):
		c.fail(l.Key, "key %q of level %q must be a capital letter, or one and a letter or digit", l.Key.Value, l.Name.Value)
	case l.Key.Value == unanswered:
		c.fail(l.Key, "key %s means that there is no answer; choose another for level %q", unanswered, l.Name.Value)
	case slices.Contains(f.keys, l.Key.Value):
		c.fail(l.Key, "key %q stands for another level of factor %q already", l.Key.Value, f.name)
	}
	f.levels = append(f.levels, l.Name.Value)
	f.keys = append(f.keys, l.Key.Value)
	f.words = append(f.words, c.compileWords(*f, l))
}

func (c *compiler) compileWords(f factor, l LevelDocument) []string {
	if len(l.Words) > 0 && !f.fact.isWord() {
		c.fail(l.Words[0], "factor %q is answered by bands, so level %q cannot have words", f.name, l.Name.Value)
	}
	words := []document.Text{l.Name}
	if len(l.Words) > 0 {
		words = l.Words
	}
	var out []string
	for _, w := range words {
		if slices.ContainsFunc(f.words, func(ws []string) bool { return slices.Contains(ws, w.Value) }) || slices.Contains(out, w.Value) {
			c.fail(w, "word %q means another level of factor %q already", w.Value, f.name)
		}
		out = append(out, w.Value)
	}
	return out
}
