package ledger

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Revision is one thing that is in force by what was known at one instant and not
// so by what was known at another.
type Revision struct {
	// Kind is entitlement, contract or licensing; ID the identifier, of a licensing
	// line the product and the edition.
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// Verb says what became of it: added, corrected or withdrawn.
	Verb string `json:"verb"`
	// Fields are those that a correction changed, in the order of the model.
	Fields []Field `json:"fields,omitempty"`
}

// Field is a value that a correction changed; empty is what was not stated.
type Field struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Revisions lists what makes terms differ, such as those in force on the same day by
// what was known at two instants: by kind, then identifier.
func Revisions(before, after Terms) []Revision {
	return slices.Concat(
		revisions("entitlement", before.Entitlements, after.Entitlements, func(e compliance.Entitlement) string { return string(e.ID) }),
		revisions("contract", before.Contracts, after.Contracts, func(c compliance.Contract) string { return string(c.ID) }),
		revisions("licensing", before.Licensing, after.Licensing, func(x compliance.Licensing) string { return lineID(x.Product, x.Edition) }),
	)
}

func revisions[T any](kind string, before, after []T, id func(T) string) []Revision {
	then := map[string]T{}
	for _, t := range before {
		then[id(t)] = t
	}
	var out []Revision
	for _, now := range after {
		r := Revision{Kind: kind, ID: id(now), Verb: "added"}
		old, had := then[r.ID]
		delete(then, r.ID)
		if had {
			r.Verb = "corrected"
			if r.Fields = fields(reflect.ValueOf(old), reflect.ValueOf(now)); len(r.Fields) == 0 {
				continue
			}
		}
		out = append(out, r)
	}
	for gone := range then {
		out = append(out, Revision{Kind: kind, ID: gone, Verb: "withdrawn"})
	}
	slices.SortFunc(out, func(a, b Revision) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// fields compares two facts of one type, value by value, as text.
func fields(before, after reflect.Value) []Field {
	var out []Field
	for _, f := range reflect.VisibleFields(before.Type()) {
		was, is := rendered(before.FieldByIndex(f.Index)), rendered(after.FieldByIndex(f.Index))
		if was != is {
			out = append(out, Field{snake(f.Name), was, is})
		}
	}
	return out
}

// rendered is a value as a person reads it; what was not stated is empty.
func rendered(v reflect.Value) string {
	switch t := v.Interface().(type) {
	case time.Time:
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	case compliance.Money:
		return t.String()
	case catalog.ProductKey:
		return string(t)
	}
	if (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0 {
		return ""
	}
	return fmt.Sprint(v.Interface())
}

// snake turns UnitPrice into unit_price.
func snake(name string) string {
	var out strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
		before = r
	}
	return out.String()
}
