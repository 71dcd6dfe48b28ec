package reckon

import "github.com/trueup-dev/trueup/internal/expr"

// inner is a scope with one more name.
type inner struct {
	outer Scope
	name  string
	value Value
}

func (i *inner) Lookup(name string) (Value, bool) {
	if name == i.name {
		return i.value, true
	}
	return i.outer.Lookup(name)
}

// loop evaluates a macro over a list.
func (r *run) loop(n *expr.Node, s Scope) Value {
	list := r.eval(n.Args[0], s)
	if r.err != nil {
		return Value{}
	}
	if !list.Known() {
		v := Unknown(n.Type, "", Number{})
		v.Missing, v.Truth = list.Missing, Open
		return v
	}
	in := &inner{outer: s, name: n.LoopVar}
	switch n.Name {
	case "map", "filter":
		return r.project(n, list, in)
	case "exists":
		return r.quantify(n, list, in, True)
	case "all":
		return r.quantify(n, list, in, False)
	case "exists_one":
		return r.existsOne(n, list, in)
	}
	return r.failf(n, "%s is not known here", n.Name)
}

// project is map, filter, and map with a condition.
func (r *run) project(n *expr.Node, list Value, in *inner) Value {
	out := make([]Value, 0, len(list.List))
	for _, e := range list.List {
		in.value = e
		in.value.Perhaps = nil
		perhaps := e.Perhaps
		if n.Name == "filter" || len(n.Args) == 3 {
			c := r.eval(n.Args[1], in)
			if c.Truth == False {
				continue
			}
			perhaps = Union(perhaps, c.Missing)
		}
		v := in.value
		if n.Name == "map" {
			v = r.eval(n.Args[len(n.Args)-1], in)
		}
		if r.err != nil {
			return Value{}
		}
		v.Perhaps = perhaps
		out = append(out, v)
	}
	return ListOf(out)
}

// quantify is exists, decided by one true element, and all, decided by one false.
func (r *run) quantify(n *expr.Node, list Value, in *inner, decides Truth) Value {
	var missing []string
	for _, e := range list.List {
		in.value = e
		c := r.eval(n.Args[1], in)
		if r.err != nil {
			return Value{}
		}
		switch {
		case c.Truth == decides && len(e.Perhaps) == 0:
			return Bool(decides == True)
		case c.Truth == decides || c.Truth == Open:
			missing = Union(missing, Union(c.Missing, e.Perhaps))
		}
	}
	if missing != nil {
		return Value{Kind: TruthKind, Missing: missing}
	}
	return Bool(decides != True)
}

func (r *run) existsOne(n *expr.Node, list Value, in *inner) Value {
	sure, missing := 0, []string(nil)
	for _, e := range list.List {
		in.value = e
		c := r.eval(n.Args[1], in)
		if r.err != nil {
			return Value{}
		}
		switch {
		case c.Truth == True && len(e.Perhaps) == 0:
			sure++
		case c.Truth != False:
			missing = Union(missing, Union(c.Missing, e.Perhaps))
		}
	}
	if missing != nil && sure < 2 {
		return Value{Kind: TruthKind, Missing: missing}
	}
	return Bool(sure == 1)
}
