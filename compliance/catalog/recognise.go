package catalog

import "cmp"

// Recognise says what product a title is. It is a pure function: equal titles
// give equal answers, whatever was asked before. It accepts anything and always
// answers.
func (c *Catalog) Recognise(t Title) Recognition {
	r := c.read(t)
	if len(r.tokens) == 0 {
		return Recognition{Status: Unrecognised, Rule: "no letter or digit in the name"}
	}
	if isCode(t.Name) && !r.isBulletin() {
		return Recognition{Status: Unrecognised, Package: PackageKey(slug(t.Name)), Rule: "the name is a product code"}
	}
	if m, ok := c.find(&r, false); ok {
		return c.recognised(&r, &m)
	}
	if rule, ok := c.ignore(&r); ok {
		return c.ignored(&r, rule)
	}
	if m, ok := c.find(&r, true); ok {
		return c.recognised(&r, &m)
	}
	return c.derived(&r)
}

// recognised builds the answer from an entry.
func (c *Catalog) recognised(r *reading, m *match) Recognition {
	e := m.entry
	full, inName := r.fullVersion()
	named := m.soldVersion(r.tokens)
	out := Recognition{
		Product:     Product{Publisher: e.Publisher, Name: e.Name, Edition: c.editionOf(r, m), Key: e.Key},
		Status:      Recognised,
		FullVersion: full,
		Channel:     e.channelOf(r, inName, c.words),
		Rule:        "entry " + string(e.Key),
	}
	out.Licensing = e.licensing(out.Product.Edition)
	lineFrom := cmp.Or(inName, named, full)
	named = cmp.Or(named, e.sold(full), e.sold(inName))
	line := e.line.of(fold(named), lineFrom)
	out.Product.Version = cmp.Or(named, line, inName, full)
	if to, ok := e.lines[line]; ok {
		line = to
	}
	if e.rolling && out.Channel != "" {
		line = ""
	}
	out.Package = packageKey(string(e.Key), line, slug(out.Product.Edition), out.Channel, r.region(), r.architecture(e.architectures))
	return out
}

// ignored builds the answer for what an ignore rule names.
func (c *Catalog) ignored(r *reading, rule string) Recognition {
	out := c.derived(r)
	out.Status, out.Rule = Ignored, rule
	if out.Product.Key == "" { // a bulletin number alone
		out.Product = Product{Name: r.title.Name, Key: ProductKey("unknown/" + slug(r.title.Name))}
	}
	return out
}

// editionOf is the edition in the name, else the inventory's in the catalogue's
// spelling.
func (c *Catalog) editionOf(r *reading, m *match) string {
	if m.edition != "" || r.title.Edition == "" {
		return m.edition
	}
	tokens := c.words.tokenize(r.title.Edition)
	for i := range tokens {
		if name, n := editionAt(m.entry.editions, c.words.editions, tokens, i, make([]bool, len(tokens))); n > 0 {
			return name
		}
	}
	return r.title.Edition
}

func (e *entry) channelOf(r *reading, inName string, v *vocabulary) string {
	name := r.channel(v)
	for _, rule := range e.publisher.channels {
		if name == "" && rule.version.MatchString(inName) {
			name = rule.name
		}
	}
	if to, ok := e.channels[name]; ok {
		return to
	}
	return name
}
