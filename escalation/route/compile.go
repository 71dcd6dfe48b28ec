package route

import (
	"slices"
	"sort"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// maxRoutes bounds a tree.
const maxRoutes = 50_000

// New checks a tree of routes and compiles it. The error is of type
// [document.Problems] and holds every mistake with its place.
func New(d Document, o Options) (*Routes, error) {
	v, err := newVocabulary()
	if err != nil {
		return nil, err
	}
	c := compiler{options: o, vocabulary: v, routes: &Routes{named: map[string]*Route{}}}
	c.root(d)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return c.routes, nil
}

type compiler struct {
	options    Options
	vocabulary vocabulary
	routes     *Routes
	problems   document.Problems
}

func (c *compiler) fail(t document.Text, format string, args ...any) {
	c.problems = append(c.problems, t.Problem(1, 1, format, args...))
}

func (c *compiler) root(d Document) {
	if len(d.Match) > 0 || !d.Severity.IsZero() || !d.When.IsZero() || d.Continue {
		c.fail(d.Name, "root route %q must take everything, so it cannot have match, severity, when or continue", d.Name.Value)
	}
	for _, must := range []struct {
		name string
		text document.Text
	}{{"owner", d.Owner}, {"chain", d.Chain}} {
		if must.text.Value == "" {
			c.fail(d.Name, "root route %q needs %s, since the routes below it fall back on it", d.Name.Value, must.name)
		}
	}
	c.routes.root = c.node(d, nil, nil)
}

// node compiles a route and those below it. The ancestors lead from the root to
// the parent.
func (c *compiler) node(d Document, parent *Route, ancestors []*node) *node {
	n := &node{route: c.route(d, parent), proceed: d.Continue, at: d.Name, set: levels.All(levels.Max)}
	if len(c.routes.order) >= maxRoutes {
		c.fail(d.Name, "more than %d routes", maxRoutes)
		return n
	}
	c.routes.order = append(c.routes.order, n.route)
	c.conditions(n, d)
	for _, a := range ancestors {
		c.checkBelow(n, a)
	}
	ancestors = append(ancestors, n)
	for _, child := range d.Routes {
		n.children = append(n.children, c.node(child, n.route, slices.Clip(ancestors)))
	}
	c.checkSiblings(n.children)
	n.index = newIndex(n.children)
	return n
}

// route fills in from the parent what the document leaves out.
func (c *compiler) route(d Document, parent *Route) *Route {
	r := &Route{Name: d.Name.Value, Owner: d.Owner.Value, Chain: d.Chain.Value}
	for _, p := range d.Participants {
		r.Participants = append(r.Participants, p.Value)
	}
	c.grouping(r, d)
	if parent != nil {
		r.Path = append(r.Path, parent.Path...)
		r.inherit(parent)
	}
	r.Path = append(r.Path, r.Name)
	if p := levels.CheckName(d.Name); p != nil {
		c.problems = append(c.problems, p)
	}
	if c.routes.named[r.Name] != nil {
		c.fail(d.Name, "route %q is listed twice; a name stands for one route in cases and notices", r.Name)
	}
	c.routes.named[r.Name] = r
	if c.options.Chains != nil && !d.Chain.IsZero() && !slices.Contains(c.options.Chains, r.Chain) {
		c.fail(d.Chain, "no chain %q; known are %s", r.Chain, strings.Join(c.options.Chains, ", "))
	}
	return r
}

func (r *Route) inherit(parent *Route) {
	if r.Owner == "" {
		r.Owner = parent.Owner
	}
	if r.Chain == "" {
		r.Chain = parent.Chain
	}
	if r.Participants == nil {
		r.Participants = parent.Participants
	}
	if r.GroupBy == nil {
		r.GroupBy, r.groupBy = parent.GroupBy, parent.groupBy
	}
}

func (c *compiler) grouping(r *Route, d Document) {
	for _, g := range d.GroupBy {
		f, ok := c.field(g, g.Value)
		if !ok {
			continue
		}
		if slices.Contains(r.groupBy, f) {
			c.fail(g, "field %q is listed twice", g.Value)
		}
		r.GroupBy = append(r.GroupBy, g.Value)
		r.groupBy = append(r.groupBy, f)
	}
}

func (c *compiler) field(at document.Text, name string) (field, bool) {
	f, ok := fieldNamed(name)
	if !ok {
		c.fail(at, "a finding has no field %q; known are %s", name, strings.Join(fieldNames[:], ", "))
	}
	return f, ok
}

func (c *compiler) conditions(n *node, d Document) {
	fields := make([]string, 0, len(d.Match))
	for name := range d.Match {
		fields = append(fields, name)
	}
	sort.Strings(fields)
	for _, name := range fields {
		value := d.Match[name]
		f, ok := c.field(value, name)
		switch {
		case !ok:
		case value.Value == "":
			c.fail(value, "match on %s is empty; what is not known matches nothing", name)
		case f == fieldSeverity && c.options.Severities != nil && !slices.Contains(c.options.Severities, value.Value):
			c.fail(value, "no severity %q; known are %s", value.Value, strings.Join(c.options.Severities, ", "))
		default:
			n.equal = append(n.equal, pair{f, value.Value})
		}
	}
	c.severity(n, d)
	if !d.When.IsZero() {
		m, err := c.vocabulary.compile(n.route.Name, d.When)
		if err != nil {
			c.problems = append(c.problems, document.Collect(d.When.At(), err)...)
		}
		n.when = m
	}
}

func (c *compiler) severity(n *node, d Document) {
	if d.Severity.IsZero() {
		return
	}
	set, p := levels.Parse(d.Severity, c.options.Severities)
	if p != nil {
		c.problems = append(c.problems, p)
		return
	}
	n.set = set
	n.severities = []string{}
	for i, s := range c.options.Severities {
		if set.Has(i) {
			n.severities = append(n.severities, s)
		}
	}
}
