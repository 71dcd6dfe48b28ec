package metric

import (
	"regexp"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// compiler turns a document into a metric, gathering every problem on the way.
type compiler struct {
	file *document.File
	src  *source
	// others are the documents of the library by key, whose tables may be used.
	others   map[Key]*source
	m        *Metric
	env      *expr.Env
	problems document.Problems
}

func compile(file *document.File, src *source, others map[Key]*source) (*Metric, error) {
	c := &compiler{file: file, src: src, others: others}
	c.m = &Metric{source: c.src, key: Key(c.src.Key.Value), item: c.src.Count.As}
	c.key()
	c.declare()
	if len(c.problems) == 0 {
		c.counted()
		c.define()
	}
	if len(c.problems) == 0 {
		c.count()
		c.rest()
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return c.m, nil
}

func (c *compiler) fail(at document.Position, format string, args ...any) {
	c.problems = append(c.problems, c.file.Problem(at, format, args...))
}

var keyPattern = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)+$`)

func (c *compiler) key() {
	if !keyPattern.MatchString(c.src.Key.Value) {
		c.problems = append(c.problems, c.src.Key.Problem(1, 1, "key %q must be lower-case words joined by dots, such as oracle.processor", c.src.Key.Value))
	}
	for _, cite := range c.src.Sources {
		if cite.URL == "" {
			c.fail(c.src.At, "a source lacks its url")
		}
	}
}

// options is the vocabulary of the metric's expressions.
func (c *compiler) options() expr.Options {
	o := expr.Options{Functions: functionDeclarations(c.m.kinds)}
	for _, f := range c.m.facts {
		o.Variables = append(o.Variables, expr.Variable{Name: f.name, Type: f.typ, Doc: f.about})
	}
	if s := givenSchema(c.m.facts); s != nil {
		o.Variables = append(o.Variables, expr.Variable{Name: "given", Type: expr.Object(s)})
	}
	if s := paramSchema(c.m.params); s != nil {
		o.Variables = append(o.Variables, expr.Variable{Name: "param", Type: expr.Object(s)})
	}
	if s := choiceSchema(c.m.choices); s != nil {
		o.Variables = append(o.Variables, expr.Variable{Name: "choice", Type: expr.Object(s)})
	}
	if c.m.items != nil {
		o.Variables = append(o.Variables, expr.Variable{Name: c.m.item, Type: c.m.items.typ.Elem()})
	}
	for _, name := range []string{"sum", "total"} {
		o.Variables = append(o.Variables, expr.Variable{Name: name, Type: expr.Decimal})
	}
	for _, d := range c.m.definitions {
		if d.node != nil {
			o.Variables = append(o.Variables, expr.Variable{Name: d.name, Type: d.node.Type})
		}
	}
	for _, t := range c.m.tables {
		o.Functions = append(o.Functions, t.declarations(c.m.kinds)...)
	}
	return o
}

func (c *compiler) makeEnv() {
	env, err := expr.NewEnv(c.options())
	if err != nil {
		c.fail(c.src.At, "%v", err)
		return
	}
	c.env = env
}

// The names that a stage of the count may use beside the facts.
const (
	itemStage  = "item"
	poolStage  = "sum"
	totalStage = "total"
	anyStage   = "any"
)

// check checks an expression of a stage; nil where the document left it out or
// it is wrong.
func (c *compiler) check(text document.Text, stage string, want ...expr.Type) *expr.Node {
	if text.IsZero() || c.env == nil {
		return nil
	}
	n, err := c.env.Check(text, want...)
	if err != nil {
		c.problems = append(c.problems, document.Collect(text.At(), err)...)
		return nil
	}
	c.names(n, stage, nil)
	c.constants(n)
	return n
}

// names refuses names that have no value at a stage.
func (c *compiler) names(n *expr.Node, stage string, loops []string) {
	if n.Op == expr.Name && !slices.Contains(loops, n.Name) {
		switch {
		case n.Name == c.m.item && c.m.items != nil && stage != itemStage && stage != anyStage,
			n.Name == "sum" && stage == itemStage,
			n.Name == "total" && stage != totalStage && stage != anyStage:
			c.problems = append(c.problems, n.Problem("%s has no value here", n.Name))
		}
	}
	if n.Op == expr.Loop {
		loops = append(slices.Clone(loops), n.LoopVar)
	}
	for _, a := range n.Args {
		c.names(a, stage, loops)
	}
}

// constants refuses constants that can never match: a row that a table lacks, or
// a word that is not among a field's values.
func (c *compiler) constants(n *expr.Node) {
	if n.Op == expr.Call && len(n.Args) > 0 && n.Args[0].Op == expr.Constant {
		for _, t := range c.m.tables {
			if s, ok := n.Args[0].Value.(string); ok && t.name == n.Name && !t.matches(s) {
				c.problems = append(c.problems, n.Args[0].Problem("table %s has no row for %q", t.name, s))
			}
		}
	}
	if n.Op == expr.Call && (n.Name == "==" || n.Name == "!=") {
		c.word(n.Args[0], n.Args[1])
		c.word(n.Args[1], n.Args[0])
	}
	for _, a := range n.Args {
		c.constants(a)
	}
}

func (c *compiler) word(field, constant *expr.Node) {
	s, ok := constant.Value.(string)
	if !ok || constant.Op != expr.Constant {
		return
	}
	var known []string
	switch field.Op {
	case expr.Select:
		if k := c.m.kinds[field.Args[0].Type.String()]; k != nil && k.field(field.Name) != nil {
			known = k.field(field.Name).oneOf
		}
	case expr.Name:
		if f := c.m.fact(field.Name); f != nil {
			known = f.oneOf
		}
	}
	if len(known) > 0 && !slices.Contains(known, s) {
		c.problems = append(c.problems, constant.Problem("%q is not a value here; known are %s", s, strings.Join(known, ", ")))
	}
}
