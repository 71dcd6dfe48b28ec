package route

// checkBelow finds a route that an ancestor's conditions keep from ever matching.
func (c *compiler) checkBelow(n, ancestor *node) {
	for _, p := range n.equal {
		for _, q := range ancestor.equal {
			if p.field == q.field && p.value != q.value {
				c.fail(n.at, "route %q never matches: it wants %s %q, but what reaches it has %q because of route %q (line %d)",
					n.route.Name, fieldNames[p.field], p.value, q.value, ancestor.route.Name, ancestor.at.At().Line)
			}
		}
	}
	if n.severities != nil && ancestor.severities != nil && n.set&ancestor.set == 0 {
		c.fail(n.at, "route %q never matches: its severities do not reach it because of route %q (line %d)",
			n.route.Name, ancestor.route.Name, ancestor.at.At().Line)
	}
}

// checkSiblings finds routes that an earlier sibling keeps everything from.
func (c *compiler) checkSiblings(siblings []*node) {
	seen := map[string]*node{}
	// general are the earlier routes without an expression, by their equalities.
	general := map[string][]*node{}
	for i, n := range siblings {
		if n.when == nil && len(n.equal) == 0 && n.severities == nil && i < len(siblings)-1 && !n.proceed {
			c.fail(n.at, "route %q takes everything, so the routes after it are never reached; give it conditions or put it last", n.route.Name)
			return
		}
		key := n.key()
		by := seen[key]
		if by == nil {
			by = n.coveredBy(general)
		}
		if by != nil {
			c.fail(n.at, "route %q is never reached: route %q (line %d) takes all that it matches; put it first, or let that one continue",
				n.route.Name, by.route.Name, by.at.At().Line)
			continue
		}
		if n.proceed {
			continue
		}
		seen[key] = n
		if n.when == nil {
			general[equalKey(n.equal)] = append(general[equalKey(n.equal)], n)
		}
	}
}

// coveredBy is a route that matches whatever n matches: its equalities are some
// of n's and its severities all of n's. It tries each choice of n's equalities,
// of which there are few, rather than each route, of which there may be thousands.
func (n *node) coveredBy(general map[string][]*node) *node {
	some := make([]pair, 0, len(n.equal))
	for choice := range 1 << len(n.equal) {
		some = some[:0]
		for i, p := range n.equal {
			if choice>>i&1 == 1 {
				some = append(some, p)
			}
		}
		for _, g := range general[equalKey(some)] {
			if n.set&^g.set == 0 {
				return g
			}
		}
	}
	return nil
}

func equalKey(equal []pair) string {
	b := make([]byte, 0, 64)
	for _, p := range equal {
		b = append(b, byte(p.field), ' ')
		b = append(b, p.value...)
		b = append(b, 0)
	}
	return string(b)
}

// key is the same for routes with the same conditions.
func (n *node) key() string {
	key := equalKey(n.equal) + string(rune(n.set))
	if n.when != nil {
		key += n.when.program.Text().Value
	}
	return key
}
