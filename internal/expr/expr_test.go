package expr

import (
	"context"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

type host struct {
	cores  int
	factor decimal.Decimal
	name   string
	tags   []string
}

var hostSchema = &Schema{Name: "host", Fields: []Field{
	{Name: "cores", Type: Int, Get: func(o any) any {
		if h := o.(*host); h.cores > 0 {
			return h.cores
		}
		return nil
	}},
	{Name: "factor", Type: Decimal, Get: func(o any) any { return o.(*host).factor }},
	{Name: "name", Type: String, Get: func(o any) any { return o.(*host).name }},
	{Name: "seen", Type: Timestamp, Get: func(o any) any { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }},
	{Name: "tags", Type: List(String), Get: func(o any) any {
		out := make([]any, len(o.(*host).tags))
		for i, t := range o.(*host).tags {
			out[i] = t
		}
		return out
	}},
}}

func testEnv(t *testing.T) *Env {
	env, err := NewEnv(Options{Variables: []Variable{
		{Name: "host", Type: Object(hostSchema)},
		{Name: "hosts", Type: List(Object(hostSchema))},
		{Name: "limit", Type: Decimal},
	}})
	require.NoError(t, err)
	return env
}

func TestEval(t *testing.T) {
	known := &host{cores: 12, factor: decimal.RequireFromString("0.5"), name: "a", tags: []string{"prod"}}
	unknown := &host{name: "b"}
	vars := Vars{
		"host":  Bind("host", Object(hostSchema), known),
		"hosts": Bind("hosts", List(Object(hostSchema)), []any{known, unknown}),
	}
	tests := []struct {
		expr    string
		want    Type
		value   any
		missing []string
	}{
		{`host.cores * 2`, Int, int64(24), nil},
		{`host.cores * host.factor`, Decimal, "6", nil},
		{`decimal("0.1") + decimal("0.2") == decimal("0.3")`, Bool, true, nil},
		{`ceil(decimal("2.1")) + ceilDiv(7, 2) + floorDiv(7, 2)`, Int, int64(10), nil},
		{`ceilDiv(-7, 2)`, Int, int64(-3), nil},
		{`floorDiv(-7, 2)`, Int, int64(-4), nil},
		{`max(2, decimal("2.5"), 1)`, Decimal, "2.5", nil},
		{`max(hosts.filter(h, has(h.cores)).map(h, h.cores))`, Int, int64(12), nil},
		{`sum(hosts.map(h, h.cores))`, Int, nil, []string{"host.cores"}},
		{`hosts[1].cores > 4`, Bool, nil, []string{"host.cores"}},
		{`hosts[1].cores > 4 || host.name == "a"`, Bool, true, nil},
		{`hosts[1].cores > 4 && host.name == "b"`, Bool, false, nil},
		{`has(hosts[1].cores)`, Bool, false, nil},
		{`has(hosts[0].cores)`, Bool, true, nil},
		{`hosts.exists(h, h.cores > 100)`, Bool, nil, []string{"host.cores"}},
		{`hosts.exists(h, h.cores > 10)`, Bool, true, nil},
		{`string(host.factor) + "x"`, String, "0.5x", nil},
		{`-host.factor < 0 && -host.cores < 0`, Bool, true, nil},
		{`limit > 3`, Bool, nil, []string{"limit"}},
		{`"prod" in host.tags`, Bool, true, nil},
		{`host.seen < timestamp("2026-04-01T00:00:00Z")`, Bool, true, nil},
	}
	env := testEnv(t)
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			p, err := env.Compile(document.Literal("test", tt.expr), tt.want)
			require.NoError(t, err)
			got, err := p.Eval(t.Context(), vars)
			require.NoError(t, err)
			if d, ok := got.Value.(decimal.Decimal); ok {
				got.Value = d.String()
			}
			assert.Equal(t, tt.value, got.Value)
			assert.Equal(t, tt.missing, got.Missing)
		})
	}
}

func TestCompileProblems(t *testing.T) {
	tests := []struct{ expr, want string }{
		{`host.coers > 2`, "test:1:5: undefined field 'coers'\n  host.coers > 2\n      ^"},
		{`host.cores > 2.5`, "test:1:12: found no matching overload for '_>_' applied to '(int, double)'; floating-point numbers are not exact, write decimal(\"0.5\")\n  host.cores > 2.5\n             ^"},
		{`host.cores / 2 > 1`, "test:1:12: dividing whole numbers cuts off the rest in silence; use ceilDiv(a, b) or floorDiv(a, b)\n  host.cores / 2 > 1\n             ^"},
		{`host.cores`, "test:1:1: expression gives int, but bool is needed here\n  host.cores\n  ^"},
		{`host.factor == decimal("0.5") && 2.0 == 2.0`, "test:1:34: floating-point numbers are not exact; write decimal(\"0.5\")"},
		{`dyn(host.cores) == 2`, "test:1:4: dyn switches off type checking and is not allowed\n  dyn(host.cores) == 2\n     ^"},
	}
	env := testEnv(t)
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			_, err := env.Compile(document.Literal("test", tt.expr), Bool)
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
}

func TestEvalErrors(t *testing.T) {
	env := testEnv(t)
	p, err := env.Compile(document.Literal("rule.yaml", "9223372036854775807 + host.cores > 0"), Bool)
	require.NoError(t, err)
	_, err = p.Eval(t.Context(), Vars{"host": Bind("host", Object(hostSchema), &host{cores: 1})})
	assert.ErrorContains(t, err, "rule.yaml:1:")
	assert.ErrorContains(t, err, "overflow")

	small, err := NewEnv(Options{CostLimit: 10})
	require.NoError(t, err)
	p, err = small.Compile(document.Literal("costly", "[1,2,3,4,5].all(x, [1,2,3].all(y, x + y > 0))"), Bool)
	require.NoError(t, err)
	_, err = p.Eval(t.Context(), nil)
	assert.ErrorIs(t, err, ErrCost)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	big, err := env.Compile(document.Literal("long", "[1,2,3,4,5,6,7,8,9,10].all(x, [1,2,3,4,5,6,7,8,9,10].all(y, [1,2,3,4,5,6,7,8,9,10].all(z, x + y + z > 0)))"), Bool)
	require.NoError(t, err)
	_, err = big.Eval(ctx, nil)
	assert.ErrorIs(t, err, context.Canceled)
}
