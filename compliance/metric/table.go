package metric

import (
	"context"
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/internal/expr"
)

// tableSource is a table of a document. Graduated tables give each slice of a
// quantity its own factor and add the slices; flat ones give the value of the
// bracket that the quantity reached; lookups give the value of a name; processors
// give that of a host's processor, whose rows are in the publisher's own words.
type tableSource struct {
	At     document.Position `yaml:"-"`
	Kind   document.Text     `yaml:"kind"`
	About  string            `yaml:"about"`
	Source *Citation         `yaml:"source"`
	Rows   []rowSource       `yaml:"rows"`
	// From is the metric whose table of the same name this is.
	From document.Text `yaml:"from"`
}

type rowSource struct {
	At document.Position `yaml:"-"`
	// To is the upper end of a bracket, inclusive; the last row may lack it.
	To   *decimal.Decimal `yaml:"to"`
	From *decimal.Decimal `yaml:"from"`
	// Match is a name, in which * stands for anything.
	Match []string `yaml:"match"`
	// Family is processors as the publisher's table words them; see
	// [topology.Row].
	Family string `yaml:"family"`
	// Value is missing where the publisher prints none.
	Value *decimal.Decimal `yaml:"value"`
	// Since and Until bound the days on which the row holds: Since inclusive,
	// Until exclusive.
	Since day `yaml:"since"`
	Until day `yaml:"until"`
}

// day is a date of a document.
type day struct{ time.Time }

// UnmarshalText reads a date.
func (d *day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a date such as 2026-01-31", text)
	}
	d.Time = t
	return nil
}

type table struct {
	name string
	kind string
	rows []row
}

type row struct {
	to           *big.Rat
	match        []string
	family       string
	value        *big.Rat
	since, until time.Time
}

func (c *compiler) table(name string, src tableSource) {
	c.name(name, src.At)
	if !src.From.IsZero() {
		if src = c.shared(name, src); src.Rows == nil {
			return
		}
	}
	if len(src.Rows) == 0 {
		c.fail(src.At, "table %s has no rows", name)
		return
	}
	t := &table{name: name, kind: src.Kind.Value}
	for _, r := range src.Rows {
		out := row{match: r.Match, family: r.Family, since: r.Since.Time, until: r.Until.Time}
		if r.Value != nil {
			out.value = r.Value.Rat()
		}
		if r.To != nil {
			out.to = r.To.Rat()
		}
		t.rows = append(t.rows, out)
	}
	switch t.kind {
	case "graduated", "flat":
		c.brackets(t, src)
	case "lookup":
		c.lookups(t, src)
	case processors:
		c.processors(t, src)
	default:
		c.problems = append(c.problems, src.Kind.Problem(1, 1, "%q is not a kind of table; known are graduated, flat, lookup and processors", t.kind))
	}
	c.m.tables = append(c.m.tables, t)
}

// shared follows a table to the metric that holds its rows.
func (c *compiler) shared(name string, src tableSource) tableSource {
	path := []string{string(c.m.key)}
	for !src.From.IsZero() {
		from := src.From
		at := slices.Index(path, from.Value)
		if path = append(path, from.Value); at >= 0 {
			c.problems = append(c.problems, from.Problem(1, 1, "table %s comes from itself: %s", name, strings.Join(path[at:], " -> ")))
			return tableSource{}
		}
		next, ok := c.others[Key(from.Value)]
		if !ok {
			c.problems = append(c.problems, from.Problem(1, 1, "there is no metric %q", from.Value))
			return tableSource{}
		}
		if src, ok = next.Tables[name]; !ok {
			c.problems = append(c.problems, from.Problem(1, 1, "metric %s has no table %s", from.Value, name))
			return tableSource{}
		}
	}
	return src
}

// brackets checks that brackets rise without overlap or gap.
func (c *compiler) brackets(t *table, src tableSource) {
	for i, r := range src.Rows {
		switch {
		case len(r.Match) > 0 || r.Family != "":
			c.fail(r.At, "a bracket has no match and no family")
		case r.Value == nil && t.kind == "graduated":
			c.fail(r.At, "a slice lacks its value")
		case r.To == nil && i < len(src.Rows)-1:
			c.fail(r.At, "only the last bracket may lack its upper end")
		}
		if i == 0 {
			continue
		}
		before := src.Rows[i-1].To
		if before == nil {
			continue
		}
		if r.To != nil && r.To.Cmp(*before) <= 0 {
			c.fail(r.At, "bracket up to %s overlaps the one before, which goes up to %s", r.To, before)
		}
		if r.From != nil && !r.From.Equal(before.Add(decimal.New(1, 0))) && !r.From.Equal(*before) {
			word := "a gap after"
			if r.From.Cmp(*before) <= 0 {
				word = "an overlap with"
			}
			c.fail(r.At, "bracket from %s leaves %s the one before, which goes up to %s", r.From, word, before)
		}
	}
}

// lookups checks that no name has two rows on the same day.
func (c *compiler) lookups(t *table, src tableSource) {
	for i, r := range src.Rows {
		if len(r.Match) == 0 || r.To != nil || r.From != nil || r.Family != "" {
			c.fail(r.At, "a row of a lookup has a match, no bracket and no family")
		}
		for _, m := range r.Match {
			if _, err := path.Match(strings.ToLower(m), ""); err != nil {
				c.fail(r.At, "%q is not a pattern: %v", m, err)
			}
			for j := range i {
				if t.rows[j].has(m) && overlap(t.rows[j], t.rows[i]) {
					c.fail(r.At, "%q has another row on the same days", m)
				}
			}
		}
	}
}

func (r row) has(match string) bool {
	for _, m := range r.match {
		if strings.EqualFold(m, match) {
			return true
		}
	}
	return false
}

func overlap(a, b row) bool {
	return (a.until.IsZero() || b.since.Before(a.until)) && (b.until.IsZero() || a.since.Before(b.until))
}

func (t *table) declarations(kinds map[string]*kind) []expr.Function {
	f := func(arg expr.Type) expr.Function {
		return expr.Function{Name: t.name, Args: []expr.Type{arg}, Result: expr.Decimal}
	}
	switch t.kind {
	case processors:
		return []expr.Function{f(expr.Object(kinds["host"].schema))}
	case "lookup":
		return []expr.Function{f(expr.String)}
	}
	return []expr.Function{f(expr.Int), f(expr.Decimal)}
}

// valid lists the rows that hold on a day; the zero day asks for the newest.
func (t *table) valid(at time.Time) []row {
	var out []row
	for _, r := range t.rows {
		if at.IsZero() && r.until.IsZero() || !at.IsZero() && !at.Before(r.since) && (r.until.IsZero() || at.Before(r.until)) {
			out = append(out, r)
		}
	}
	return out
}

// matches says whether some row, on some day, has the name.
func (t *table) matches(name string) bool {
	return len(named(t.rows, name)) > 0
}

// named lists the rows for a name: those that spell it out before those whose
// pattern fits it.
func named(rows []row, name string) []row {
	var exact, fitting []row
	for _, r := range rows {
		if r.has(name) {
			exact = append(exact, r)
			continue
		}
		for _, m := range r.match {
			if ok, _ := path.Match(strings.ToLower(m), strings.ToLower(name)); ok {
				fitting = append(fitting, r)
				break
			}
		}
	}
	return append(exact, fitting...)
}

// on is the table's function on a day.
func (t *table) on(at time.Time) reckon.Function {
	rows := t.valid(at)
	if t.kind == processors {
		return t.finder(rows)
	}
	return func(_ context.Context, args []reckon.Value) (reckon.Value, error) {
		switch t.kind {
		case "lookup":
			return t.look(rows, args[0]), nil
		case "graduated":
			return t.graduate(rows, args[0])
		}
		return t.reach(rows, args[0])
	}
}

// look finds the row of a name. A name that no row has leaves the value open
// between the least and the greatest of the table.
func (t *table) look(rows []row, name reckon.Value) reckon.Value {
	missing := name.Missing
	if name.Known() {
		if found := named(rows, name.Text); len(found) > 0 && found[0].value != nil {
			return reckon.NumberValue(found[0].value, reckon.Labelled(reckon.Exactly(found[0].value), t.name))
		}
		missing = []string{fmt.Sprintf("%s of %q", t.name, name.Text)}
	}
	return t.open(rows, missing)
}

// open is a value of the table that is not known, within the table's range.
func (t *table) open(rows []row, missing []string) reckon.Value {
	v := reckon.Value{Kind: reckon.NumberKind, Missing: missing}
	for i, r := range rows {
		if r.value == nil {
			v.Number = reckon.Number{}
			break
		}
		if i == 0 {
			v.Number = reckon.Exactly(r.value)
		}
		v.Number = v.Number.Hull(reckon.Exactly(r.value))
	}
	v.Term = reckon.Labelled(v.Number, t.name)
	return v
}

// graduate adds the slices of a quantity, each times its factor.
func (t *table) graduate(rows []row, q reckon.Value) (reckon.Value, error) {
	v := reckon.Value{Kind: reckon.NumberKind, Missing: q.Missing}
	var err error
	low, terms, err := t.slices(rows, q.Number.Low)
	if err != nil {
		return v, err
	}
	v.Number.Low = low
	if v.Number.High, _, err = t.slices(rows, q.Number.High); err != nil {
		return v, err
	}
	if q.Known() && len(terms) > 0 {
		v.Term = reckon.Sum(v.Number, terms)
	} else {
		v.Term = reckon.Labelled(v.Number, "")
	}
	return v, nil
}

func (t *table) slices(rows []row, q *big.Rat) (*big.Rat, []*reckon.Term, error) {
	if q == nil {
		return nil, nil, nil
	}
	total, from := new(big.Rat), new(big.Rat)
	var terms []*reckon.Term
	for _, r := range rows {
		if q.Cmp(from) <= 0 {
			return total, terms, nil
		}
		to := q
		if r.to != nil && r.to.Cmp(q) < 0 {
			to = r.to
		}
		slice := new(big.Rat).Sub(to, from)
		part := new(big.Rat).Mul(slice, r.value)
		terms = append(terms, reckon.Product(reckon.Exactly(part), reckon.Labelled(reckon.Exactly(slice), ""), reckon.Labelled(reckon.Exactly(r.value), "")))
		total = new(big.Rat).Add(total, part)
		from = to
	}
	if q.Cmp(from) > 0 {
		return nil, nil, fmt.Errorf("table %s ends at %s and has no row for %s", t.name, reckon.Format(from), reckon.Format(q))
	}
	return total, terms, nil
}

// reach is the value of the bracket that a quantity falls into.
func (t *table) reach(rows []row, q reckon.Value) (reckon.Value, error) {
	if n, ok := q.Number.Exact(); ok {
		for _, r := range rows {
			if r.to != nil && n.Cmp(r.to) > 0 {
				continue
			}
			if r.value == nil {
				return t.open(nil, []string{fmt.Sprintf("%s of %s", t.name, reckon.Format(n))}), nil
			}
			return reckon.NumberValue(r.value, reckon.Labelled(reckon.Exactly(r.value), t.name)), nil
		}
		return reckon.Value{}, fmt.Errorf("table %s has no row for %s", t.name, reckon.Format(n))
	}
	var touched []row
	from := (*big.Rat)(nil)
	for _, r := range rows {
		below := q.Number.Low != nil && r.to != nil && r.to.Cmp(q.Number.Low) < 0
		above := q.Number.High != nil && from != nil && from.Cmp(q.Number.High) >= 0
		if !below && !above {
			touched = append(touched, r)
		}
		from = r.to
	}
	return t.open(touched, q.Missing), nil
}
