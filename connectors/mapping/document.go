package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/connectors"
)

// Mapping is a document that was read and found sound. It is immutable.
type Mapping struct {
	rules  []Rule
	locale locale
}

// Rules are the rules in the order of the document.
func (m *Mapping) Rules() []Rule { return m.rules }

// Rule says how the rows of one table become rows of one kind.
type Rule struct {
	Kind connectors.Kind
	// From names the table, in the words of whoever reads it.
	From string
	// At is where the rule stands in the document.
	At document.Position

	columns, constants map[string]string
	values             map[string]map[string]string
}

// file is the document as it is written.
type file struct {
	Decimal string          `yaml:"decimal"`
	Zone    document.Text   `yaml:"zone"`
	Dates   []document.Text `yaml:"dates"`
	Empty   []string        `yaml:"empty"`
	List    document.Text   `yaml:"list"`
	Rows    []ruleFile      `yaml:"rows,required"`
}

type ruleFile struct {
	At        document.Position            `yaml:"-"`
	Kind      document.Text                `yaml:"kind,required"`
	From      string                       `yaml:"from"`
	Columns   map[string]document.Text     `yaml:"columns,required"`
	Constants map[string]document.Text     `yaml:"constants"`
	Values    map[string]map[string]string `yaml:"values"`
}

// Read reads a document. The error is of type document.Problems; name is the
// file in it.
func Read(name string, data []byte) (*Mapping, error) {
	var f file
	if err := document.Read(name, data, &f); err != nil {
		return nil, err
	}
	c := &checker{}
	m := &Mapping{locale: c.locale(name, &f)}
	for _, r := range f.Rows {
		m.rules = append(m.rules, c.rule(r, m.locale))
	}
	if len(f.Rows) == 0 {
		c.fail(document.Position{File: name, Line: 1, Column: 1}, errors.New("rows is empty: nothing would be read"))
	}
	return m, c.problems.Err()
}

type checker struct{ problems document.Problems }

func (c *checker) fail(at document.Position, err error) {
	c.problems = append(c.problems, &document.Problem{At: at, Message: err.Error()})
}

// failAt reports a problem of a scalar, with its line.
func (c *checker) failAt(t document.Text, err error) {
	c.problems = append(c.problems, t.Problem(1, 1, "%s", err.Error()))
}

func (c *checker) locale(name string, f *file) locale {
	l := locale{decimal: '.', zone: time.UTC, empty: map[string]bool{"": true}, list: ";"}
	switch f.Decimal {
	case "", ".":
	case ",":
		l.decimal = ','
	default:
		c.fail(document.Position{File: name, Line: 1, Column: 1}, fmt.Errorf("decimal is %q, want . or ,", f.Decimal))
	}
	for _, text := range f.Empty {
		l.empty[text] = true
	}
	switch mark := f.List.Value; {
	case mark == "":
	case strings.TrimSpace(mark) == "" || strings.ContainsAny(mark, "[]{}"):
		c.failAt(f.List, fmt.Errorf("list is %q, want what parts the entries of a list, such as ; or |", mark))
	default:
		l.list = mark
	}
	if f.Zone.Value != "" {
		zone, err := time.LoadLocation(f.Zone.Value)
		if err != nil {
			c.failAt(f.Zone, fmt.Errorf("zone %q is not known: write one such as Europe/Vienna", f.Zone.Value))
		} else {
			l.zone = zone
		}
	}
	for _, pattern := range f.Dates {
		layout, err := layoutOf(pattern.Value)
		if err != nil {
			c.failAt(pattern, err)
			continue
		}
		l.layouts = append(l.layouts, layout)
	}
	return l
}

func (c *checker) rule(f ruleFile, l locale) Rule {
	r := Rule{From: f.From, At: f.At, columns: map[string]string{}, constants: map[string]string{}, values: f.Values}
	for _, k := range connectors.Kinds() {
		if k.String() == f.Kind.Value && len(fieldsOf(k)) > 0 {
			r.Kind = k
		}
	}
	if r.Kind == connectors.KindInvalid {
		c.failAt(f.Kind, fmt.Errorf("kind %q is none of %s", f.Kind.Value, strings.Join(kinds(), ", ")))
		return r
	}
	known := names(r.Kind)
	for _, field := range slices.Sorted(maps.Keys(f.Columns)) {
		text := f.Columns[field]
		if !slices.Contains(known, field) {
			c.failAt(text, fmt.Errorf("%s has no field %q; it has %q", r.Kind, field, known))
		}
		r.columns[field] = text.Value
	}
	for _, field := range slices.Sorted(maps.Keys(f.Constants)) {
		text := f.Constants[field]
		_, both := f.Columns[field]
		switch {
		case !slices.Contains(known, field):
			c.failAt(text, fmt.Errorf("%s has no field %q; it has %q", r.Kind, field, known))
		case both:
			c.failAt(text, fmt.Errorf("%s is among the columns and the constants", field))
		default:
			r.constants[field] = text.Value
			if err := tryField(r.Kind, field, text.Value, l); err != nil {
				c.failAt(text, fmt.Errorf("%s: %w", field, err))
			}
		}
	}
	c.values(r, l)
	c.required(r)
	return r
}

// kinds are the names of the kinds that rows can become.
func kinds() []string {
	var out []string
	for _, k := range connectors.Kinds() {
		if len(fieldsOf(k)) > 0 {
			out = append(out, k.String())
		}
	}
	return out
}

// values checks that what cells are replaced by can be read.
func (c *checker) values(r Rule, l locale) {
	for _, field := range slices.Sorted(maps.Keys(r.values)) {
		if r.columns[field] == "" {
			c.fail(r.At, fmt.Errorf("values are given for %q, which is not among the columns", field))
			continue
		}
		for _, cell := range slices.Sorted(maps.Keys(r.values[field])) {
			to := r.values[field][cell]
			if err := tryField(r.Kind, field, to, l); err != nil && to != "" {
				c.fail(r.At, fmt.Errorf("values of %s: %q: %w", field, cell, err))
			}
		}
	}
}

func (c *checker) required(r Rule) {
	for _, f := range fieldsOf(r.Kind) {
		if f.required && r.columns[f.name] == "" && r.constants[f.name] == "" {
			c.fail(r.At, fmt.Errorf("a %s needs %s: name its column", r.Kind, f.name))
		}
	}
}
