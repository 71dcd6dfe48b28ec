package metric

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/internal/expr"
)

// inputs reads facts of a metric from a JSON object, by the names that the
// metric's document gives them.
type inputs struct {
	m     *Metric
	facts Facts
	// ignored are names that the metric does not know, as paths.
	ignored []string
}

// Read reads facts from a JSON object such as {"servers": [{"sockets": 2}]}.
// Names are those of the metric's facts and parameters, or what the document
// calls them as well; null is what is not known. The second result lists the
// names that the metric does not read, so that a misspelt one does not pass
// unseen.
func (m *Metric) Read(object []byte) (Facts, []string, error) {
	v, err := parseJSON(object)
	if err != nil {
		return Facts{}, nil, fmt.Errorf("metric %s: %w", m.key, err)
	}
	return m.readJSON(v)
}

func (m *Metric) readJSON(v jsonValue) (Facts, []string, error) {
	if v.kind != jsonObject {
		return Facts{}, nil, fmt.Errorf("metric %s: facts must be an object, not %s", m.key, v.kind)
	}
	in := inputs{m: m, facts: Facts{
		Records: map[string][]Record{}, Values: map[string]Value{},
		Parameters: map[string]decimal.Decimal{}, Choices: map[string]string{},
	}}
	for _, member := range v.members {
		if err := in.member(member.name, member.value); err != nil {
			return Facts{}, nil, fmt.Errorf("metric %s: %w", m.key, err)
		}
	}
	return in.facts, in.ignored, nil
}

// member reads one name of the object. Several facts may share a name when the
// kind of value tells them apart: vms is a number of machines or a list of them.
func (in *inputs) member(name string, v jsonValue) error {
	var first error
	known := false
	if in.gather(name, v, &first) {
		return first
	}
	for i := range in.m.facts {
		f := &in.m.facts[i]
		if f.name != name && !slices.Contains(f.as, name) {
			if in.nested(f, name, v, &first) {
				known = true
			}
			continue
		}
		err := in.fact(f, name, v)
		if err == nil {
			return nil
		}
		known = true
		if first == nil {
			first = err
		}
	}
	if known {
		return first
	}
	return in.setting(name, v)
}

// gather reads a number whose name a mapping collects by a pattern: with rights_*
// for a name, rights_2016 becomes the entry 2016.
func (in *inputs) gather(name string, v jsonValue, failed *error) bool {
	if v.kind != jsonNumber {
		return false
	}
	for i := range in.m.facts {
		f := &in.m.facts[i]
		for _, as := range f.as {
			prefix, ok := strings.CutSuffix(as, "*")
			rest, fits := strings.CutPrefix(name, prefix)
			if !f.mapping || !ok || !fits || rest == "" {
				continue
			}
			n, err := scalar(name, expr.Decimal, nil, v)
			*failed = err
			in.facts.Records[f.name] = append(in.facts.Records[f.name], Record{ID: rest, Fields: map[string]Value{"name": Text(rest), "number": n}})
			return true
		}
	}
	return false
}

// nested reads a list within a list, called outer/inner: the name of the outer
// thing becomes the field of the inner that is called like the outer list.
func (in *inputs) nested(f *fact, name string, v jsonValue, failed *error) bool {
	for _, as := range f.as {
		outer, inner, ok := strings.Cut(as, "/")
		if !ok || outer != name || v.kind != jsonArray {
			continue
		}
		for i, o := range v.items {
			list, ok := o.member(inner)
			if !ok {
				in.ignored = append(in.ignored, fmt.Sprintf("%s[%d]", name, i))
				continue
			}
			id, _ := o.member("name")
			if err := in.things(f, fmt.Sprintf("%s[%d].%s", name, i, inner), list, strings.TrimSuffix(outer, "s"), id.text); err != nil {
				*failed = err
			}
		}
		return true
	}
	return false
}

func (in *inputs) setting(name string, v jsonValue) error {
	for _, p := range in.m.params {
		if p.name != name && !slices.Contains(p.as, name) {
			continue
		}
		if v.kind == jsonNull {
			return nil
		}
		d, err := number(name, v)
		if err != nil {
			return err
		}
		in.facts.Parameters[p.name] = d
		return nil
	}
	for _, c := range in.m.choices {
		if !slices.Contains(c.as, name) {
			continue
		}
		if reading := strings.ReplaceAll(v.text, "-", "_"); v.kind == jsonString && slices.Contains(c.readings, reading) {
			in.facts.Choices[c.name] = reading
			return nil
		}
		return fmt.Errorf("%s must be one of %s", name, strings.Join(c.readings, ", "))
	}
	in.ignored = append(in.ignored, name)
	return nil
}

func (in *inputs) fact(f *fact, name string, v jsonValue) error {
	switch {
	case v.kind == jsonNull:
		in.facts.Values[f.name] = nil
		return nil
	case f.mapping:
		return in.mapping(f, name, v)
	case f.elem != nil:
		return in.things(f, name, v, "", "")
	case f.typ.Elem() != (expr.Type{}):
		list, err := scalars(name, f.typ.Elem(), v)
		if err != nil {
			return err
		}
		in.facts.Values[f.name] = list
		return nil
	}
	s, err := scalar(name, f.typ, f.oneOf, v)
	if err != nil {
		return err
	}
	in.facts.Values[f.name] = s
	return nil
}

// mapping reads an object of numbers as entries. What is no number is ignored.
func (in *inputs) mapping(f *fact, name string, v jsonValue) error {
	if v.kind != jsonObject {
		return fmt.Errorf("%s must be an object of numbers, not %s", name, v.kind)
	}
	list := []Record{}
	for _, m := range v.members {
		e := Record{ID: m.name, Fields: map[string]Value{"name": Text(m.name)}}
		if m.value.kind != jsonNull {
			n, err := scalar(name+"."+m.name, expr.Decimal, nil, m.value)
			if err != nil {
				return err
			}
			e.Fields["number"] = n
		}
		list = append(list, e)
	}
	in.facts.Records[f.name] = list
	return nil
}

// things reads a list of things, or one thing where only one is given.
func (in *inputs) things(f *fact, path string, v jsonValue, field, value string) error {
	items := v.items
	switch v.kind {
	case jsonArray:
	case jsonObject:
		items = []jsonValue{v}
	default:
		return fmt.Errorf("%s must be a list, not %s", path, v.kind)
	}
	list := in.list(f, len(items))
	for i, it := range items {
		if c, ok := it.member("count"); ok && len(f.elem.called("count")) == 0 && c.kind == jsonNumber && c.text == "0" {
			continue // none of them
		}
		p := fmt.Sprintf("%s[%d]", path, i)
		o := f.elem.make()
		if err := in.thing(f.elem, p, it, o); err != nil {
			return err
		}
		if k := f.elem.field(field); k != nil && value != "" {
			k.set(o, Text(value))
		}
		list(o)
	}
	return nil
}

// list gives a function that appends to the list of a fact.
func (in *inputs) list(f *fact, n int) func(any) {
	facts := &in.facts
	switch f.elem.name {
	case "host":
		facts.Hosts = slices.Grow(orEmpty(facts.Hosts), n)
		return func(o any) { facts.Hosts = append(facts.Hosts, *o.(*Host)) }
	case "vm":
		facts.Machines = slices.Grow(orEmpty(facts.Machines), n)
		return func(o any) { facts.Machines = append(facts.Machines, *o.(*Machine)) }
	case "use":
		facts.Uses = slices.Grow(orEmpty(facts.Uses), n)
		return func(o any) { facts.Uses = append(facts.Uses, *o.(*Use)) }
	case "session":
		facts.Sessions = slices.Grow(orEmpty(facts.Sessions), n)
		return func(o any) { facts.Sessions = append(facts.Sessions, *o.(*Session)) }
	}
	facts.Records[f.name] = slices.Grow(orEmpty(facts.Records[f.name]), n)
	return func(o any) { facts.Records[f.name] = append(facts.Records[f.name], *o.(*Record)) }
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func (in *inputs) thing(k *kind, path string, v jsonValue, o any) error {
	if v.kind == jsonArray {
		return in.positional(k, path, v, o)
	}
	if v.kind != jsonObject {
		return fmt.Errorf("%s must be an object, not %s", path, v.kind)
	}
	for _, m := range v.members {
		if err := in.field(k, path+"."+m.name, m, o); err != nil {
			return err
		}
	}
	return nil
}

// positional reads [start, end] for {"start": start, "end": end}.
func (in *inputs) positional(k *kind, path string, v jsonValue, o any) error {
	if len(v.items) > len(k.fields) {
		return fmt.Errorf("%s has %d values, a %s has %d", path, len(v.items), k.name, len(k.fields))
	}
	for i, e := range v.items {
		if err := in.field(k, path+"."+k.fields[i].name, jsonMember{k.fields[i].name, e}, o); err != nil {
			return err
		}
	}
	return nil
}

func (in *inputs) field(k *kind, path string, m jsonMember, o any) error {
	fields := k.called(m.name)
	if field, ok := strings.CutPrefix(in.m.source.Names[m.name].Value, k.name+"."); ok {
		fields = append(fields, k.field(field))
	}
	switch {
	case len(fields) > 0:
	case m.name == "count":
		return setCount(k, path, m.value, o)
	case m.name == "name" || m.name == "id":
		k.rename(o, m.value.text)
		return nil
	default:
		in.ignored = append(in.ignored, path)
		return nil
	}
	if m.value.kind == jsonNull {
		if r, ok := o.(*Record); ok {
			r.Fields[fields[0].name] = nil
		}
		return nil
	}
	if m.value.kind == jsonArray && slices.ContainsFunc(fields, (*kindField).isList) {
		fields = slices.DeleteFunc(fields, func(f *kindField) bool { return !f.isList() })
	}
	var first error
	for _, f := range fields {
		err := in.fieldValue(f, path, m.value, o)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (in *inputs) fieldValue(f *kindField, path string, v jsonValue, o any) error {
	if f.elem == nil && f.typ.Elem() != (expr.Type{}) {
		list, err := scalars(path, f.typ.Elem(), v)
		if err != nil {
			return err
		}
		f.set(o, list)
		return nil
	}
	if f.elem == nil {
		s, err := scalar(path, f.typ, f.oneOf, v)
		if err != nil {
			return err
		}
		if n, ok := s.(Number); ok && f.positive && n.known && n.mantissa == 0 {
			return fmt.Errorf("%s must be 1 or more, which every machine has; give null where nobody knows", path)
		}
		f.set(o, s)
		return nil
	}
	if v.kind != jsonArray {
		return fmt.Errorf("%s must be a list, not %s", path, v.kind)
	}
	var things []any
	for i, e := range v.items {
		t := f.elem.make()
		if err := in.thing(f.elem, fmt.Sprintf("%s[%d]", path, i), e, t); err != nil {
			return err
		}
		things = append(things, t)
	}
	f.setList(o, things)
	return nil
}

func setCount(k *kind, path string, v jsonValue, o any) error {
	if v.kind == jsonNull {
		return fmt.Errorf("%s is not known; leave it out for one", path)
	}
	n, err := strconv.ParseInt(v.text, 10, 32)
	if v.kind != jsonNumber || err != nil || n < 0 {
		return fmt.Errorf("%s must be a whole number from 0 up", path)
	}
	return k.setTimes(o, path, int(n))
}

func number(path string, v jsonValue) (decimal.Decimal, error) {
	if v.kind != jsonNumber {
		return decimal.Decimal{}, fmt.Errorf("%s must be a number, not %s", path, v.kind)
	}
	if len(v.text) > 60 || strings.ContainsAny(v.text, "eE") {
		return decimal.Decimal{}, fmt.Errorf("%s must be written out in at most 60 digits", path)
	}
	d, err := decimal.NewFromString(v.text)
	if err != nil {
		return d, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// scalars reads a list of single values.
func scalars(path string, elem expr.Type, v jsonValue) (List, error) {
	if v.kind != jsonArray {
		return nil, fmt.Errorf("%s must be a list, not %s", path, v.kind)
	}
	list := List{}
	for i, e := range v.items {
		s, err := scalar(fmt.Sprintf("%s[%d]", path, i), elem, nil, e)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// scalar reads a single value of a type.
func scalar(path string, t expr.Type, oneOf []string, v jsonValue) (Value, error) {
	switch {
	case v.kind == jsonNull:
		return nil, nil
	case t.Is(expr.Bool):
		if v.kind != jsonBool {
			return nil, fmt.Errorf("%s must be true or false, not %s", path, v.kind)
		}
		return flagOf(v.yes), nil
	case t.Is(expr.String):
		if v.kind != jsonString {
			return nil, fmt.Errorf("%s must be a text, not %s", path, v.kind)
		}
		if len(oneOf) > 0 && !slices.Contains(oneOf, v.text) {
			return nil, fmt.Errorf("%s must be one of %s, not %q", path, strings.Join(oneOf, ", "), v.text)
		}
		return Text(v.text), nil
	}
	d, err := number(path, v)
	if err != nil {
		return nil, err
	}
	if d.Sign() < 0 {
		return nil, fmt.Errorf("%s is below zero", path)
	}
	if t.Is(expr.Int) && !d.IsInteger() {
		return nil, fmt.Errorf("%s must be a whole number, not %s", path, d)
	}
	n, err := Decimal(d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}
