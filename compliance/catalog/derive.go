package catalog

import "strings"

// derived reads publisher and product off the title itself.
func (c *Catalog) derived(r *reading) Recognition {
	names := r.nameTokens()
	if len(names) == 0 {
		return Recognition{Status: Unrecognised, Package: PackageKey(slug(r.title.Name)), Rule: "nothing but versions and noise in the name"}
	}
	full, _ := r.fullVersion()
	out := Recognition{Status: Derived, FullVersion: full, Channel: r.channel(c.words), Rule: "derived from name"}
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
