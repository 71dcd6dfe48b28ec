package expr

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

func TestTree(t *testing.T) {
	tests := []struct {
		expr string
		want Type
		tree string
	}{
		{`host.cores * 2 - 1`, Int, `-(*(host.cores, 2), 1)`},
		{`host.cores * host.factor`, Decimal, `*(host.cores, host.factor)`},
		{`has(host.cores) ? -host.cores : 4`, Int, `?:(has(host.cores), neg(host.cores), 4)`},
		{`sum(hosts.filter(h, h.cores > 2).map(h, max(h.cores, 8)))`, Int, `sum(map(h: filter(h: hosts, >(h.cores, 2)), max(h.cores, 8)))`},
		{`sum(hosts.map(h, h.name == "a", h.cores))`, Int, `sum(map(h: hosts, ==(h.name, "a"), h.cores))`},
		{`hosts.all(h, hosts.exists(g, g.cores >= h.cores))`, Bool, `all(h: hosts, exists(g: hosts, >=(g.cores, h.cores)))`},
		{`hosts.exists_one(h, !("x" in h.tags) && h.cores != 3 || false)`, Bool, `exists_one(h: hosts, ||(&&(!(in("x", h.tags)), !=(h.cores, 3)), false))`},
		{`hosts[0].name.startsWith("a")`, Bool, `startsWith([](hosts, 0).name, "a")`},
		{`size(["a", "b"])`, Int, `size(["a", "b"])`},
		{`sum(hosts.map(h, sum(hosts.map(g, g.cores))))`, Int, `sum(map(h: hosts, sum(map(g: hosts, g.cores))))`},
	}
	env := testEnv(t)
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			n, err := env.Check(document.Literal("test", tt.expr), Bool, tt.want)
			require.NoError(t, err)
			assert.Equal(t, tt.tree, n.String())
			assert.True(t, n.Type.Is(tt.want), n.Type)
		})
	}
}

func TestTreeProblems(t *testing.T) {
	env := testEnv(t)
	_, err := env.Check(document.Literal("test", `host.name`), Int, Decimal)
	assert.ErrorContains(t, err, "expression gives string, but int or decimal is needed here")
	_, err = env.Check(document.Literal("test", `size({"a": 1}) > 0`), Bool)
	assert.ErrorContains(t, err, "test:1:6: maps and objects cannot be made in an expression")
	n, err := env.Check(document.Literal("test", `host.cores > hosts[0].cores`), Bool)
	require.NoError(t, err)
	assert.Equal(t, "test:1:22: here\n  host.cores > hosts[0].cores\n                       ^", n.Args[1].Problem("here").Error())
}
