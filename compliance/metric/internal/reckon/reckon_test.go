package reckon_test

import (
	"context"
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/internal/expr"
)

type machine struct {
	cores, sockets int64
	known          bool
}

var schema = &expr.Schema{Name: "machine", Fields: []expr.Field{
	{Name: "cores", Type: expr.Int, Low: decimal.NewNullDecimal(decimal.New(1, 0)), Get: func(o any) any {
		if m := o.(*machine); m.known {
			return m.cores
		}
		return nil
	}},
	{Name: "sockets", Type: expr.Int, Get: func(o any) any { return o.(*machine).sockets }},
}}

func environment(t testing.TB) *expr.Env {
	env, err := expr.NewEnv(expr.Options{Variables: []expr.Variable{
		{Name: "m", Type: expr.Object(schema)}, {Name: "all", Type: expr.List(expr.Object(schema))}, {Name: "f", Type: expr.Decimal},
	}})
	require.NoError(t, err)
	return env
}

// number, decimals and truth draw expressions of a type, of bounded depth.
func number(t *rapid.T, depth int) string {
	if depth == 0 {
		return rapid.SampledFrom([]string{"m.cores", "m.sockets", "2", "7", "0", "size(all)"}).Draw(t, "leaf")
	}
	a, b := number(t, depth-1), number(t, depth-1)
	return rapid.SampledFrom([]string{
		a + " + " + b, "(" + a + " - " + b + ")", "(" + a + ") * (" + b + ")", "max(" + a + ", " + b + ")", "min(" + a + ", " + b + ", 5)",
		"ceilDiv(" + a + ", max(1, " + b + "))", "floorDiv(" + a + ", 3)", "ceil(" + decimals(t, depth-1) + ")", "floor(" + decimals(t, depth-1) + ")",
		"(" + truth(t, depth-1) + " ? " + a + " : " + b + ")", "sum(all.map(x, x.cores * (" + a + ")))",
		"size(all.filter(x, x.cores > " + b + "))", "sum(all.map(x, x.cores > 3, x.sockets))", "-(" + a + ")",
	}).Draw(t, "number")
}

func decimals(t *rapid.T, depth int) string {
	a := "f"
	if depth > 0 {
		a = decimals(t, depth-1)
	}
	return rapid.SampledFrom([]string{"f", `decimal("0.75")`, "(" + a + " * " + `decimal("1.5"))`, "(" + a + " + 1)", "max(" + a + ", 2)"}).Draw(t, "decimal")
}

func truth(t *rapid.T, depth int) string {
	if depth == 0 {
		return rapid.SampledFrom([]string{"m.cores > 4", "m.cores == 8", "has(m.cores)", "f <= 2", "true"}).Draw(t, "truth")
	}
	a, b := truth(t, depth-1), truth(t, depth-1)
	return rapid.SampledFrom([]string{
		"(" + a + " && " + b + ")", "(" + a + " || " + b + ")", "!(" + a + ")", "all.exists(x, x.cores > 6)",
		"all.all(x, x.sockets <= m.sockets)", "all.exists_one(x, x.cores == 2)", number(t, depth-1) + " != 3",
	}).Draw(t, "truth")
}

func anyMachine(t *rapid.T) *machine {
	return &machine{rapid.Int64Range(1, 12).Draw(t, "cores"), rapid.Int64Range(0, 4).Draw(t, "sockets"), true}
}

// scopes binds the same facts for both evaluators.
func scopes(m *machine, all []*machine, f decimal.Decimal) (expr.Vars, reckon.Names) {
	items := make([]any, len(all))
	list := make([]reckon.Value, len(all))
	for i, a := range all {
		items[i], list[i] = a, reckon.Value{Kind: reckon.ObjectKind, Object: a}
	}
	r := f.Rat()
	return expr.Vars{
			"m": expr.Bind("m", expr.Object(schema), m), "all": expr.Bind("all", expr.List(expr.Object(schema)), items), "f": expr.Bind("f", expr.Decimal, f),
		}, reckon.Names{
			"m": {Kind: reckon.ObjectKind, Object: m}, "all": reckon.ListOf(list), "f": reckon.NumberValue(r, reckon.Labelled(reckon.Exactly(r), "f")),
		}
}

func facts(t *rapid.T) (*machine, []*machine, decimal.Decimal) {
	return anyMachine(t), rapid.SliceOfN(rapid.Custom(anyMachine), 0, 4).Draw(t, "all"), decimal.New(rapid.Int64Range(0, 40).Draw(t, "f"), -1)
}

// TestSameAsCEL compares this evaluator with CEL's on random expressions over
// facts that are all known.
func TestSameAsCEL(t *testing.T) {
	env := environment(t)
	var e reckon.Evaluator
	rapid.Check(t, func(t *rapid.T) {
		text := document.Literal("random", number(t, 3))
		vars, names := scopes(facts(t))
		program, err := env.Compile(text, expr.Int)
		require.NoError(t, err)
		tree, err := env.Check(text, expr.Int)
		require.NoError(t, err)
		want, err := program.Eval(context.Background(), vars)
		require.NoError(t, err)
		got, err := e.Eval(context.Background(), tree, names)
		require.NoError(t, err)
		n, ok := got.Number.Exact()
		require.True(t, ok && got.Known(), text.Value)
		require.Zero(t, n.Cmp(new(big.Rat).SetInt64(want.Value.(int64))), "%s is %v, not %s", text.Value, want.Value, n)
	})
}

// TestBoundsHoldWhateverTheFact forgets the cores of some machines: what the
// expression comes to with them lies within the interval without them.
func TestBoundsHoldWhateverTheFact(t *testing.T) {
	env := environment(t)
	var e reckon.Evaluator
	rapid.Check(t, func(t *rapid.T) {
		m, all, f := facts(t)
		text := document.Literal("random", number(t, 3))
		tree, err := env.Check(text, expr.Int)
		require.NoError(t, err)
		whole, part := &machine{m.cores, m.sockets, true}, &machine{m.cores, m.sockets, rapid.Bool().Draw(t, "m known")}
		var partAll []*machine
		for i, a := range all {
			partAll = append(partAll, &machine{a.cores, a.sockets, rapid.Bool().Draw(t, fmt.Sprint("known ", i))})
		}
		if asks(tree) {
			t.Skip() // has(m.cores) asks about knowledge and may answer otherwise: rapid draws another in its place
		}
		_, names := scopes(whole, all, f)
		exact, err := e.Eval(context.Background(), tree, names)
		require.NoError(t, err)
		_, names = scopes(part, partAll, f)
		open, err := e.Eval(context.Background(), tree, names)
		require.NoError(t, err)
		n, _ := exact.Number.Exact()
		require.False(t, open.Number.Low != nil && open.Number.Low.Cmp(n) > 0, "%s is %s, not %s", text.Value, n, open.Number)
		require.False(t, open.Number.High != nil && open.Number.High.Cmp(n) < 0, "%s is %s, not %s", text.Value, n, open.Number)
		if !open.Known() {
			require.NotContains(t, open.Missing, "", text.Value)
		}
	})
}

func asks(n *expr.Node) bool {
	if n.Op == expr.Has {
		return true
	}
	for _, a := range n.Args {
		if asks(a) {
			return true
		}
	}
	return false
}

func TestLimits(t *testing.T) {
	env := environment(t)
	tree, err := env.Check(document.Literal("costly", "sum(all.map(x, sum(all.map(y, y.cores))))"), expr.Int)
	require.NoError(t, err)
	all := make([]*machine, 100)
	for i := range all {
		all[i] = &machine{1, 1, true}
	}
	_, names := scopes(&machine{}, all, decimal.Zero)
	_, err = (&reckon.Evaluator{Steps: 500}).Eval(context.Background(), tree, names)
	require.ErrorIs(t, err, reckon.ErrSteps)
	assert.ErrorContains(t, err, "costly:1:")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = (&reckon.Evaluator{}).Eval(cancelled, tree, names)
	require.ErrorIs(t, err, context.Canceled)
}
