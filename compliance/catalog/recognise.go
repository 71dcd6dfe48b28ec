package catalog

import "strings"

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
		out := c.derived(&r)
		out.Status, out.Rule = Ignored, rule
		return out
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
		Channel:     e.channelOf(r, inName),
		Rule:        "entry " + string(e.Key),
	}
	out.Licensing = e.licensing(out.Product.Edition)
	lineFrom := inName
	if lineFrom == "" {
		lineFrom = full
		if named != "" {
			lineFrom = named
		}
	}
	named = firstOf(named, e.sold(full), e.sold(inName))
	line := e.line.of(fold(named), lineFrom)
	out.Product.Version = firstOf(named, line, inName, full)
	if to, ok := e.lines[line]; ok {
		line = to
	}
	if e.rolling && out.Channel != "" {
		line = ""
	}
	out.Package = packageKey(string(e.Key), line, slug(out.Product.Edition), out.Channel, r.region(), r.architecture(e.architectures))
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

func (e *entry) channelOf(r *reading, inName string) string {
	name := r.channel()
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

// derived reads publisher and product off the title itself.
func (c *Catalog) derived(r *reading) Recognition {
	names := r.nameTokens()
	if len(names) == 0 {
		return Recognition{Status: Unrecognised, Package: PackageKey(slug(r.title.Name)), Rule: "nothing but versions and noise in the name"}
	}
	full, _ := r.fullVersion()
	out := Recognition{Status: Derived, FullVersion: full, Channel: r.channel(), Rule: "derived from name"}
	out.Product = c.derivedProduct(r, names)
	redist := false
	for _, t := range names {
		redist = redist || c.words.redist[t.text]
	}
	out.Package = packageKey(joinTexts(names), "", "", out.Channel, r.region(), r.architecture(redist))
	return out
}

// derivedProduct splits a name into publisher, product, edition and version.
func (c *Catalog) derivedProduct(r *reading, names []token) Product {
	var p Product
	pub := r.publisher
	if r.title.Publisher == "" {
		pub = r.prefix
	}
	key := ""
	if pub != nil {
		p.Publisher, key = pub.name, pub.key
	} else if r.title.Publisher != "" {
		p.Publisher, key = strings.TrimSpace(r.title.Publisher), slug(c.words.company(r.title.Publisher))
	}
	if r.prefix != nil && r.prefix == pub && r.prefixWords < len(names) {
		names = names[r.prefixWords:]
	}
	names, p.Edition, p.Version = c.tail(names)
	if p.Version == "" {
		p.Version, _ = r.fullVersion()
	}
	p.Name = r.spelling(names)
	if key == "" {
		key = "unknown"
	}
	p.Key = ProductKey(key + "/" + joinTexts(names))
	return p
}

// tail takes edition and version off the end of a derived name, leaving at least
// one word.
func (c *Catalog) tail(names []token) (rest []token, edition, version string) {
	for len(names) > 1 {
		last := len(names) - 1
		if names[last].kind == number && version == "" {
			version, names = names[last].text, names[:last]
			continue
		}
		name, n := c.editionAtEnd(names)
		if n == 0 || edition != "" || n == 1 && c.words.names[names[last].text] {
			break
		}
		edition, names = name, names[:len(names)-n]
	}
	return names, edition, version
}

func (c *Catalog) editionAtEnd(names []token) (string, int) {
	for n := min(3, len(names)-1); n > 0; n-- {
		if name, length := c.words.editions.at(names, len(names)-n); length == n {
			return name, n
		}
	}
	return "", 0
}
