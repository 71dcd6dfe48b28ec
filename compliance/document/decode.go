package document

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Decode fills into, a pointer to a struct, from the document. It reads
//
//   - structs, whose fields are named by a `yaml:"name"` tag; "name,required"
//     makes leaving a field out a problem;
//   - slices, maps with string keys, pointers, strings, integers and booleans;
//   - [Text], [Position] (a field tagged `yaml:"-"` of that type takes the place
//     of the struct itself) and whatever implements encoding.TextUnmarshaler,
//     such as decimals and instants, from a scalar.
//
// Floating-point fields do not exist: quantities and money are decimals. The
// error, where there is one, is of type [Problems] and holds them all.
func (f *File) Decode(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("document: Decode needs a pointer to a struct, not %T", into)
	}
	d := decoder{f: f}
	d.value(f.root, v.Elem(), "document")
	return d.problems.Err()
}

// Read parses a document and decodes it in one step.
func Read(name string, data []byte, into any) error {
	f, err := Parse(name, data)
	if err != nil {
		return err
	}
	return f.Decode(into)
}

type decoder struct {
	f        *File
	problems Problems
}

func (d *decoder) fail(n *yaml.Node, format string, args ...any) {
	d.problems = append(d.problems, d.f.Problem(d.f.position(n), format, args...))
}

var (
	textType        = reflect.TypeFor[Text]()
	positionType    = reflect.TypeFor[Position]()
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value decodes n into v; what names the thing in problems.
func (d *decoder) value(n *yaml.Node, v reflect.Value, what string) {
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), what)
	case v.Type() == textType:
		if d.scalar(n, what, "a text") {
			v.Set(reflect.ValueOf(d.f.text(n)))
		}
	case reflect.PointerTo(v.Type()).Implements(unmarshalerType):
		d.unmarshal(n, v, what)
	case v.Kind() == reflect.Struct:
		d.fields(n, v, what)
	case v.Kind() == reflect.Slice:
		d.items(n, v, what)
	case v.Kind() == reflect.Map:
		d.entries(n, v, what)
	default:
		d.basic(n, v, what)
	}
}

func (d *decoder) scalar(n *yaml.Node, what, want string) bool {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, "%s must be %s, not %s", what, want, kindName(n))
		return false
	}
	if n.Tag == "!!null" {
		d.fail(n, "%s is empty: give %s or leave the field out", what, want)
		return false
	}
	return true
}

func (d *decoder) unmarshal(n *yaml.Node, v reflect.Value, what string) {
	if !d.scalar(n, what, "a value") {
		return
	}
	err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Value))
	if err != nil {
		d.fail(n, "%s: %v", what, err)
	}
}

func (d *decoder) basic(n *yaml.Node, v reflect.Value, what string) {
	switch v.Kind() {
	case reflect.String:
		if d.scalar(n, what, "a text") {
			v.SetString(n.Value)
		}
	case reflect.Bool:
		if d.scalar(n, what, "true or false") {
			if n.Value != "true" && n.Value != "false" {
				d.fail(n, "%s must be true or false, not %q", what, n.Value)
			}
			v.SetBool(n.Value == "true")
		}
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		if d.scalar(n, what, "a whole number") {
			i, err := strconv.ParseInt(n.Value, 10, v.Type().Bits())
			if err != nil {
				d.fail(n, "%s must be a whole number, not %q", what, n.Value)
			}
			v.SetInt(i)
		}
	default:
		d.fail(n, "%s: a %s cannot be read from a document", what, v.Type())
	}
}

func (d *decoder) items(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "%s must be a list, not %s", what, kindName(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		d.value(c, v.Index(i), fmt.Sprintf("%s[%d]", what, i))
	}
}

func (d *decoder) entries(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a mapping, not %s", what, kindName(n))
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Content)/2))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := reflect.New(v.Type().Key()).Elem()
		e := reflect.New(v.Type().Elem()).Elem()
		d.basic(n.Content[i], k, "key of "+what)
		d.value(n.Content[i+1], e, what+"."+n.Content[i].Value)
		v.SetMapIndex(k, e)
	}
}

func (d *decoder) fields(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a mapping, not %s", what, kindName(n))
		return
	}
	known := d.known(n, v)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		at := slices.IndexFunc(known, func(k field) bool { return k.name == key.Value })
		if at < 0 {
			d.fail(key, "unknown field %q%s", key.Value, suggest(key.Value, known))
			continue
		}
		seen[key.Value] = true
		d.value(n.Content[i+1], v.Field(known[at].index), key.Value)
	}
	for _, k := range known {
		if k.required && !seen[k.name] {
			d.fail(n, "%s lacks the field %q", what, k.name)
		}
	}
}

type field struct {
	name     string
	index    int
	required bool
}

// known lists the fields of a struct that a document may name, and notes the
// struct's place in its Position field.
func (d *decoder) known(n *yaml.Node, v reflect.Value) []field {
	var out []field
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		name, opts, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		switch {
		case name == "-" && sf.Type == positionType:
			v.Field(i).Set(reflect.ValueOf(d.f.position(n)))
		case name == "" || name == "-":
		default:
			out = append(out, field{name, i, opts == "required"})
		}
	}
	return out
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}

// suggest names the known field that was likely meant, and else all of them.
func suggest(got string, known []field) string {
	best, bestDistance := "", 3
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.name
		if dist := distance(got, k.name); dist < bestDistance {
			best, bestDistance = k.name, dist
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return "; known are " + strings.Join(names, ", ")
}

// distance is the Levenshtein distance of two field names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		prev := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			prev, row[j+1] = row[j+1], min(prev+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
