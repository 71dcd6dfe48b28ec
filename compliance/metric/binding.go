package metric

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/internal/expr"
)

// binding is one measurement's answer to what a name stands for.
type binding struct {
	ctx    context.Context
	metric *Metric
	facts  *Facts
	eval   *reckon.Evaluator
	set    *settings
	cache  map[string]reckon.Value
	// item, sum and total are set at the stages that have them.
	item, sum, total *reckon.Value
	err              error
}

var _ reckon.Scope = (*binding)(nil)

func (m *Metric) bind(ctx context.Context, f *Facts) (*binding, error) {
	b := &binding{ctx: ctx, metric: m, facts: f, cache: map[string]reckon.Value{}}
	var err error
	if b.set, err = m.settings(f); err != nil {
		return nil, err
	}
	b.eval = &reckon.Evaluator{Functions: generalFunctions()}
	for _, t := range m.tables {
		b.eval.Functions[t.name] = t.on(f.AsOf)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Values)) {
		if fact := m.fact(name); fact != nil {
			if err := fact.accepts(f.Values[name]); err != nil {
				return nil, fmt.Errorf("metric %s: %w", m.key, err)
			}
		}
	}
	return b, nil
}

// settings are the parameters and choices in force.
func (m *Metric) settings(f *Facts) (*settings, error) {
	s := &settings{params: maps.Clone(f.Parameters), choices: maps.Clone(f.Choices)}
	if s.params == nil {
		s.params = map[string]decimal.Decimal{}
	}
	if s.choices == nil {
		s.choices = map[string]string{}
	}
	for _, p := range m.params {
		if _, ok := s.params[p.name]; !ok {
			s.params[p.name] = p.value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Parameters)) {
		if !slices.ContainsFunc(m.params, func(p parameter) bool { return p.name == name }) {
			return nil, fmt.Errorf("metric %s: %w: parameter %q", m.key, ErrUnknownName, name)
		}
	}
	for _, c := range m.choices {
		got, ok := s.choices[c.name]
		if !ok {
			s.choices[c.name] = c.fallback
			continue
		}
		if !slices.Contains(c.readings, got) {
			return nil, fmt.Errorf("metric %s: %w: choice %s has no reading %q; known are %s", m.key, ErrUnknownName, c.name, got, strings.Join(c.readings, ", "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Choices)) {
		if !slices.ContainsFunc(m.choices, func(c choice) bool { return c.name == name }) {
			return nil, fmt.Errorf("metric %s: %w: choice %q", m.key, ErrUnknownName, name)
		}
	}
	return s, nil
}

// Lookup gives the value of a name of an expression.
func (b *binding) Lookup(name string) (reckon.Value, bool) {
	switch {
	case name == "param" || name == "choice":
		return reckon.Value{Kind: reckon.ObjectKind, Object: b.set}, true
	case name == "given":
		return reckon.Value{Kind: reckon.ObjectKind, Object: b.facts}, true
	case name == "sum" && b.sum != nil:
		return *b.sum, true
	case name == "total" && b.total != nil:
		return *b.total, true
	case b.item != nil && name == b.metric.item:
		return *b.item, true
	}
	if v, ok := b.cache[name]; ok {
		return v, true
	}
	if f := b.metric.fact(name); f != nil {
		v := b.value(f)
		b.cache[name] = v
		return v, true
	}
	for _, d := range b.metric.definitions {
		if d.name != name {
			continue
		}
		v, err := b.eval.Eval(b.ctx, d.node, b)
		if err != nil {
			if b.err == nil {
				b.err = err
			}
			v = reckon.Unknown(d.node.Type, d.name, reckon.Number{}) // what is left of the expression is evaluated and thrown away
		}
		return v, true
	}
	return reckon.Value{}, false
}

// value reads a fact from the facts given.
func (b *binding) value(f *fact) reckon.Value {
	if f.elem != nil {
		things, given := b.things(f)
		if !given {
			return reckon.FromGo(f.typ, goValue(nil, b.fallback(f)), f.name, reckon.Number{})
		}
		out := make([]reckon.Value, len(things))
		for i, t := range things {
			out[i] = reckon.Value{Kind: reckon.ObjectKind, Object: t}
		}
		return reckon.ListOf(out)
	}
	bounds := reckon.Number{}
	if f.typ.Is(expr.Int) || f.typ.Is(expr.Decimal) {
		bounds.Low = rat(Number{}, int64(f.least()))
	}
	v := reckon.FromGo(f.typ, goValue(b.facts.Values[f.name], b.fallback(f)), f.name, bounds)
	if v.Kind == reckon.NumberKind && v.Known() {
		v.Term = reckon.Labelled(v.Number, f.name)
	}
	return v
}

// fallback is the default of a fact. Who states that a fact is not known, by an
// entry without a value, does not get it.
func (b *binding) fallback(f *fact) Value {
	if _, stated := b.facts.Values[f.name]; stated {
		return nil
	}
	return f.fallback
}

// accepts says whether a value given for the fact is of its type.
func (f *fact) accepts(v Value) error {
	ok := false
	switch v := v.(type) {
	case nil:
		ok = true
	case Number:
		ok = f.typ.Is(expr.Decimal) || f.typ.Is(expr.Int) && v.places == 0
	case Flag:
		ok = f.typ.Is(expr.Bool)
	case Text:
		ok = f.typ.Is(expr.String)
	case List:
		ok = f.elem == nil && f.typ.Elem() != (expr.Type{})
		for _, e := range v {
			inner := fact{name: f.name, typ: f.typ.Elem()}
			if err := inner.accepts(e); err != nil {
				return err
			}
		}
	}
	if !ok {
		return fmt.Errorf("%w: %s must be %s, not %v", ErrWrongType, f.name, f.typ, v)
	}
	return nil
}

func (f *fact) least() int {
	if f.low != nil {
		return *f.low
	}
	return 0
}

// things lists the elements of a list fact as pointers.
func (b *binding) things(f *fact) (out []any, given bool) {
	n, at, given := b.list(f)
	for i := range n {
		out = append(out, at(i))
	}
	return out, given
}

// list is the length of a list fact and access to its elements. The slices of
// [Facts] serve the list that the metric counts, and the only one of its kind.
func (b *binding) list(f *fact) (n int, at func(int) any, given bool) {
	if rs, ok := b.facts.Records[f.name]; ok {
		return len(rs), func(i int) any { return &rs[i] }, true
	}
	if f != b.metric.items && b.metric.items != nil && b.metric.items.elem == f.elem {
		return 0, nil, false
	}
	switch f.elem.name {
	case "host":
		return len(b.facts.Hosts), func(i int) any { return &b.facts.Hosts[i] }, b.facts.Hosts != nil
	case "vm":
		return len(b.facts.Machines), func(i int) any { return &b.facts.Machines[i] }, b.facts.Machines != nil
	case "use":
		return len(b.facts.Uses), func(i int) any { return &b.facts.Uses[i] }, b.facts.Uses != nil
	case "session":
		return len(b.facts.Sessions), func(i int) any { return &b.facts.Sessions[i] }, b.facts.Sessions != nil
	}
	return 0, nil, false
}
