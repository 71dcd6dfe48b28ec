package route

import (
	"context"
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// matcher is a compiled expression of a route.
type matcher struct {
	route   string
	program *expr.Program
	typ     expr.Type
	// field is the one field that decides the expression; results remembers by
	// its value and is nil when more than one field decides.
	field   field
	results *memo[outcome]
}

type outcome struct {
	ok  bool
	err error
}

type vocabulary struct {
	env *expr.Env
	typ expr.Type
}

func newVocabulary() (vocabulary, error) {
	typ := expr.Object(schema())
	env, err := expr.NewEnv(expr.Options{Variables: []expr.Variable{{Name: variable, Type: typ, Doc: "what is routed"}}})
	if err != nil {
		return vocabulary{}, fmt.Errorf("route: %w", err)
	}
	return vocabulary{env, typ}, nil
}

func (v vocabulary) compile(route string, when document.Text) (*matcher, error) {
	p, err := v.env.Compile(when, expr.Bool)
	if err != nil {
		return nil, err
	}
	m := &matcher{route: route, program: p, typ: v.typ}
	if reads := p.Reads(); len(reads) == 1 {
		name, ok := strings.CutPrefix(reads[0], variable+".")
		if f, known := fieldNamed(name); ok && known {
			m.field, m.results = f, &memo[outcome]{}
		}
	}
	return m, nil
}

// matches is the expression's outcome, remembered where one field decides.
func (m *matcher) matches(ctx context.Context, s *Subject) (bool, error) {
	if m.results == nil {
		return m.eval(ctx, s)
	}
	value := s.get(m.field)
	if o, ok := m.results.get(value); ok {
		return o.ok, o.err
	}
	ok, err := m.eval(ctx, s)
	if ctx.Err() == nil {
		m.results.put(value, outcome{ok, err})
	}
	return ok, err
}

// eval evaluates the expression. What hangs on a field that is not known does
// not match.
func (m *matcher) eval(ctx context.Context, s *Subject) (bool, error) {
	r, err := m.program.Eval(ctx, expr.Vars{variable: expr.Bind(variable, m.typ, s)})
	if err != nil {
		return false, fmt.Errorf("route %q: %w", m.route, err)
	}
	ok, _ := r.Value.(bool)
	return ok, nil
}
