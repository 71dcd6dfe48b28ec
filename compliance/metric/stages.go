package metric

import (
	"slices"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// counted finds what is counted, one by one or as a whole.
func (c *compiler) counted() {
	src := c.src.Count
	if !src.Of.IsZero() {
		c.m.items = c.m.fact(src.Of.Value)
		if c.m.items == nil || c.m.items.elem == nil {
			c.problems = append(c.problems, src.Of.Problem(1, 1, "%q is not a list of things among the facts", src.Of.Value))
			return
		}
		if c.m.item == "" {
			c.m.item = c.m.items.elem.name
		}
		if c.m.fact(c.m.item) != nil {
			c.problems = append(c.problems, src.Of.Problem(1, 1, "an element of %s cannot be called %s, which is a fact; say as: NAME", src.Of.Value, c.m.item))
		}
		if src.Each.IsZero() {
			c.fail(src.At, "count of %s lacks each: what one of them needs", src.Of.Value)
		}
	} else if src.Total.IsZero() {
		c.fail(src.At, "count lacks total, or of and each")
	}
}

// count checks the stages of the count.
func (c *compiler) count() {
	src := c.src.Count
	c.m.where = c.check(src.Where, itemStage, expr.Bool)
	c.m.each = c.check(src.Each, itemStage, expr.Int, expr.Decimal)
	c.once(src.Once)
	if src.Pool != nil {
		c.m.poolBy = c.check(src.Pool.By, itemStage, expr.String)
		c.m.poolCount = c.check(src.Pool.Count, poolStage, expr.Int, expr.Decimal)
	}
	c.m.share = c.check(src.Share, poolStage, expr.Int, expr.Decimal)
	c.m.sum = c.check(src.Total, poolStage, expr.Int, expr.Decimal)
}

// once reads the field that makes things one.
func (c *compiler) once(text document.Text) {
	if text.IsZero() || c.m.items == nil {
		return
	}
	c.m.once = c.m.items.elem.field(text.Value)
	if c.m.once == nil || !c.m.once.typ.Is(expr.String) {
		c.problems = append(c.problems, text.Problem(1, 1, "once names a text field of %s, not %q", c.m.items.elem.name, text.Value))
	}
}

// rest checks what goes with the count: conditions, remarks and other units.
func (c *compiler) rest() {
	for _, s := range c.src.Conditions {
		n := c.check(s.Require, itemStage, expr.Bool)
		if n == nil {
			continue
		}
		if c.m.items != nil && c.mentions(n, c.m.item) {
			c.m.onItem = append(c.m.onItem, condition{n, s.Otherwise})
			continue
		}
		c.m.conditions = append(c.m.conditions, condition{n, s.Otherwise})
	}
	for _, s := range c.src.Remarks {
		r := remark{say: s.Say}
		if !s.When.IsZero() {
			r.when = c.check(s.When, anyStage, expr.Bool)
		}
		if r.when != nil && c.m.items != nil && c.mentions(r.when, c.m.item) {
			c.names(r.when, itemStage, nil)
			c.m.itemRemarks = append(c.m.itemRemarks, r)
			continue
		}
		c.m.remarks = append(c.m.remarks, r)
	}
	for _, p := range c.src.Packs {
		if p.Size < 1 {
			c.fail(p.At, "a pack holds one or more")
		}
	}
	for _, s := range c.src.Also {
		c.m.also = append(c.m.also, also{s.Unit, c.check(s.Count, totalStage, expr.Int, expr.Decimal)})
	}
	c.reads()
}

// mentions says whether an expression, or a definition in it, uses a name.
func (c *compiler) mentions(n *expr.Node, name string) bool {
	if n.Op == expr.Name {
		if n.Name == name {
			return true
		}
		for _, d := range c.m.definitions {
			if d.name == n.Name && c.mentions(d.node, name) {
				return true
			}
		}
	}
	return slices.ContainsFunc(n.Args, func(a *expr.Node) bool { return c.mentions(a, name) })
}

// reads finds the fields of an item on which its count depends: things that
// agree on them are counted once and multiplied.
func (c *compiler) reads() {
	if c.m.items == nil {
		return
	}
	var walk func(n *expr.Node)
	walk = func(n *expr.Node) {
		if n == nil {
			return
		}
		if n.Op == expr.Name {
			for _, d := range c.m.definitions {
				if d.name == n.Name {
					walk(d.node)
				}
			}
		}
		if (n.Op == expr.Select || n.Op == expr.Has) && n.Args[0].Op == expr.Name && n.Args[0].Name == c.m.item {
			if n.Name == "count" {
				c.problems = append(c.problems, n.Problem("equal things are multiplied by their count already"))
			}
			if f := c.m.items.elem.field(n.Name); f != nil && !slices.Contains(c.m.reads, f) {
				c.m.reads = append(c.m.reads, f)
			}
		}
		if n.Op == expr.Call && c.looksUpProcessor(n) {
			for _, name := range processorFacts {
				if f := c.m.items.elem.field(name); f != nil && !slices.Contains(c.m.reads, f) {
					c.m.reads = append(c.m.reads, f)
				}
			}
		}
		for _, a := range n.Args {
			walk(a)
		}
	}
	for _, n := range []*expr.Node{c.m.where, c.m.each, c.m.poolBy} {
		walk(n)
	}
	for _, cond := range c.m.onItem {
		walk(cond.require)
	}
	for _, r := range c.m.itemRemarks {
		walk(r.when)
	}
	for _, f := range slices.Clone(c.m.reads) {
		if f.derived != nil {
			c.addSources(f)
		}
	}
}

// addSources adds the fields that a derived one follows from.
func (c *compiler) addSources(f *kindField) {
	for _, name := range f.from {
		if g := c.m.items.elem.field(name); g != nil && !slices.Contains(c.m.reads, g) {
			c.m.reads = append(c.m.reads, g)
		}
	}
}
