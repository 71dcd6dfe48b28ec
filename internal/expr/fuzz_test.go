package expr

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Whatever stands in an expression, compiling and evaluating it neither panics
// nor gives a floating-point number, and every mistake has a place.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"host.cores * 2", "max(host.factor, 2) > limit", "hosts.exists(h, h.cores > 4)", "ceil(decimal(\"1e60\") * host.factor)", "1.0 + 2.0",
		"size(hosts.map(h, h.cores).filter(c, c > 1))", "has(host.cores) ? host.cores : 1", "host.name.matches('(a+)+$')", "\"é\" + host.name", "[1,2][5]",
	} {
		f.Add(seed)
	}
	env, err := NewEnv(Options{CostLimit: 10_000, Variables: []Variable{
		{Name: "host", Type: Object(hostSchema)}, {Name: "hosts", Type: List(Object(hostSchema))}, {Name: "limit", Type: Decimal},
	}})
	if err != nil {
		f.Fatal(err)
	}
	h := &host{cores: 8, factor: decimal.RequireFromString("0.5"), name: "aaaaaaaaaaaaaaaaaaaaaaaaa"}
	vars := Vars{"host": Bind("host", Object(hostSchema), h), "hosts": Bind("hosts", List(Object(hostSchema)), []any{h, &host{}})}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := env.CompileAny(document.Literal("fuzz", text))
		if err != nil {
			var ps document.Problems
			if !errors.As(err, &ps) || len(ps) == 0 || ps[0].At.Line < 1 || ps[0].At.Column < 1 {
				t.Fatalf("a mistake without a place: %v", err)
			}
			return
		}
		r, err := p.Eval(t.Context(), vars)
		if _, double := r.Value.(float64); err == nil && double {
			t.Fatalf("%q gives a floating-point number", text)
		}
	})
}
