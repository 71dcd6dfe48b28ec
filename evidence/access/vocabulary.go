package access

import "github.com/trueup-dev/trueup/internal/expr"

var principalSchema = &expr.Schema{Name: "principal", Fields: []expr.Field{
	{Name: "id", Type: expr.String, Doc: "who asks", Get: func(o any) any { return o.(*Principal).ID }},
	{Name: "roles", Type: expr.List(expr.String), Doc: "what they are", Get: func(o any) any { return texts(o.(*Principal).Roles) }},
	{Name: "entity", Type: expr.String, Doc: "the legal entity they work for", Get: func(o any) any { return text(o.(*Principal).Entity) }},
}}

var resourceSchema = &expr.Schema{Name: "resource", Fields: []expr.Field{
	{Name: "kind", Type: expr.String, Doc: "the kind of the entry", Get: func(o any) any { return string(o.(*Resource).Kind) }},
	{Name: "run", Type: expr.String, Doc: "the run it is part of, empty outside of any", Get: func(o any) any { return string(o.(*Resource).Run) }},
	{Name: "level", Type: expr.String, Doc: "its level of confidentiality", Get: func(o any) any { return text(string(o.(*Resource).Level)) }},
	{Name: "at", Type: expr.Timestamp, Doc: "the instant that its facts are of", Get: func(o any) any {
		if at := o.(*Resource).At; !at.IsZero() {
			return at
		}
		return nil
	}},
	{Name: "frameworks", Type: expr.List(expr.String), Doc: "what it is evidence for", Get: func(o any) any { return texts(o.(*Resource).Frameworks) }},
	{Name: "publisher", Type: expr.String, Doc: "the publisher it is about", Get: func(o any) any { return text(o.(*Resource).Publisher) }},
	{Name: "product", Type: expr.String, Doc: "the product it is about", Get: func(o any) any { return text(o.(*Resource).Product) }},
	{Name: "entity", Type: expr.String, Doc: "the legal entity it is about", Get: func(o any) any { return text(o.(*Resource).Entity) }},
}}

// variables are the vocabulary of rules; scopes of grants have the resource only.
var variables = []expr.Variable{
	{Name: "principal", Type: expr.Object(principalSchema), Doc: "who asks"},
	{Name: "resource", Type: expr.Object(resourceSchema), Doc: "the entry asked for"},
	{Name: "action", Type: expr.String, Doc: "read or export"},
	{Name: "now", Type: expr.Timestamp, Doc: "the instant of asking"},
}

// text is a fact that is not known when it is empty.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func texts(ss []string) []any {
	out := make([]any, len(ss))
	for i, s := range ss {
		out[i] = s
	}
	return out
}
