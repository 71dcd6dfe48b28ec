package metric

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// fact is a value or a list that a metric reads.
type fact struct {
	name string
	as   []string
	typ  expr.Type
	// elem is the kind of a list's things, nil for values.
	elem     *kind
	mapping  bool
	fallback Value
	oneOf    []string
	low      *int
	about    string
}

// definition is a named part of the count.
type definition struct {
	name string
	node *expr.Node
}

// declare reads the document's vocabulary: kinds, facts, parameters, choices and
// tables.
func (c *compiler) declare() {
	c.m.kinds = vocabulary()
	for _, name := range slices.Sorted(maps.Keys(c.src.Records)) {
		c.record(name, c.src.Records[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.src.Names)) {
		field := c.src.Names[name]
		of, inner, _ := strings.Cut(field.Value, ".")
		if k := c.m.kinds[of]; k == nil || k.field(inner) == nil {
			c.problems = append(c.problems, field.Problem(1, 1, "%q is not a field such as host.runs", field.Value))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.src.Facts)) {
		c.name(name, c.src.Facts[name].At)
		c.m.facts = append(c.m.facts, c.fact(name, c.src.Facts[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(c.src.Parameters)) {
		p := c.src.Parameters[name]
		c.name(name, p.At)
		c.m.params = append(c.m.params, parameter{name: name, as: p.As, value: p.Value, about: p.About})
	}
	for _, name := range slices.Sorted(maps.Keys(c.src.Choices)) {
		c.choice(name, c.src.Choices[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.src.Tables)) {
		c.table(name, c.src.Tables[name])
	}
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

var reserved = []string{"sum", "total", "param", "choice", "given", "count", "true", "false", "in", "null", "name", "id"}

func (c *compiler) name(name string, at document.Position) {
	if !namePattern.MatchString(name) || slices.Contains(reserved, name) {
		c.fail(at, "%q cannot be a name here: use lower-case letters, digits and _, and none of %s", name, strings.Join(reserved, ", "))
	}
}

func (c *compiler) record(name string, src recordSource) {
	if c.m.kinds[name] != nil {
		for _, f := range src {
			c.fail(f.At, "kind %q exists already", name)
			return
		}
	}
	var fields []kindField
	for _, field := range slices.Sorted(maps.Keys(src)) {
		f := c.fact(field, src[field])
		if f.elem != nil {
			c.fail(src[field].At, "a record cannot hold things of another kind")
			continue
		}
		c.name(field, src[field].At)
		fields = append(fields, kindField{
			name: field, as: f.as, typ: f.typ, oneOf: f.oneOf, fallback: f.fallback,
			positive: f.low != nil && *f.low > 0,
		})
	}
	c.m.kinds[name] = recordKind(name, fields)
}

func (c *compiler) fact(name string, src factSource) fact {
	f := fact{name: name, as: src.As, oneOf: src.OneOf, low: src.Min, about: src.About}
	text := src.Type.Value
	switch text {
	case "int":
		f.typ = expr.Int
	case "decimal":
		f.typ = expr.Decimal
	case "bool":
		f.typ = expr.Bool
	case "string":
		f.typ = expr.String
	case "list(int)":
		f.typ = expr.List(expr.Int)
	case "list(decimal)":
		f.typ = expr.List(expr.Decimal)
	case "list(string)":
		f.typ = expr.List(expr.String)
	case "mapping":
		f.elem, f.mapping = c.m.kinds["entry"], true
	default:
		if inner, ok := strings.CutPrefix(text, "list("); ok {
			f.elem = c.m.kinds[strings.TrimSuffix(inner, ")")]
		}
		if f.elem == nil {
			c.problems = append(c.problems, src.Type.Problem(1, 1, "%q is not a type; known are int, decimal, bool, string, mapping and list(KIND) with int, decimal, string, %s",
				text, strings.Join(slices.Sorted(maps.Keys(c.m.kinds)), ", ")))
			f.typ = expr.Int
			return f
		}
	}
	if f.elem != nil {
		f.typ = expr.List(expr.Object(f.elem.schema))
	}
	f.fallback = c.fallback(f, src.Default)
	return f
}

// fallback reads the default of a fact: the value taken where nobody gives one.
func (c *compiler) fallback(f fact, text document.Text) Value {
	if text.IsZero() {
		return nil
	}
	switch {
	case f.typ.Is(expr.Bool) && (text.Value == "true" || text.Value == "false"):
		return flagOf(text.Value == "true")
	case f.typ.Is(expr.String):
		return Text(text.Value)
	case f.elem != nil || f.typ.Elem() != (expr.Type{}):
		if text.Value == "none" {
			return List{}
		}
	default:
		if d, err := decimal.NewFromString(text.Value); err == nil {
			if n, err := Decimal(d); err == nil && (n.places == 0 || f.typ.Is(expr.Decimal)) {
				return n
			}
		}
	}
	c.problems = append(c.problems, text.Problem(1, 1, "%q cannot be the default of a %s", text.Value, f.typ))
	return nil
}

func flagOf(b bool) Flag {
	if b {
		return Yes
	}
	return No
}

func (m *Metric) fact(name string) *fact {
	for i := range m.facts {
		if m.facts[i].name == name {
			return &m.facts[i]
		}
	}
	return nil
}

var wordPattern = regexp.MustCompile(`"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_.]*`)

// define checks the definitions in an order in which each follows those it uses.
func (c *compiler) define() {
	c.makeEnv()
	state := map[string]int{}
	var visit func(name string, path []string)
	visit = func(name string, path []string) {
		text := c.src.Define[name]
		if state[name] == 2 {
			return
		}
		if state[name] == 1 {
			at := slices.Index(path, name)
			c.problems = append(c.problems, text.Problem(1, 1, "definition needs itself: %s", strings.Join(append(path[at:], name), " -> ")))
			state[name] = 2
			return
		}
		state[name] = 1
		for _, w := range wordPattern.FindAllString(text.Value, -1) {
			w, _, _ = strings.Cut(w, ".")
			if _, ok := c.src.Define[w]; ok && state[w] != 2 {
				visit(w, append(path, name))
			}
		}
		if state[name] == 2 {
			return
		}
		state[name] = 2
		c.name(name, text.At())
		n := c.check(text, itemStage)
		if n == nil {
			return
		}
		c.m.definitions = append(c.m.definitions, definition{name, n})
		c.makeEnv()
	}
	for _, name := range slices.Sorted(maps.Keys(c.src.Define)) {
		visit(name, nil)
	}
}
