package lifecycle

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden file anew")

func ExampleAfter() {
	next, ok := After(AwaitingApproval, Approve)
	fmt.Println(next, ok)
	_, ok = After(Closed, Approve)
	fmt.Println(ok)
	// Output:
	// remediating true
	// false
}

// TestTable holds the table against a page that a person has read.
func TestTable(t *testing.T) {
	var b strings.Builder
	for _, s := range States() {
		for _, step := range Steps() {
			to := "refused"
			if next, ok := After(s, step); ok {
				to = next.String()
			}
			fmt.Fprintf(&b, "%-18s %-12s %s\n", s, step, to)
		}
	}
	const golden = "testdata/table.txt"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// TestTableIsTotal reads the source: every state must spell out every step, so
// that a step added later cannot be forgotten in one of them.
func TestTableIsTotal(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "table.go", nil, 0)
	require.NoError(t, err)
	rows := 0
	ast.Inspect(file, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		row, ok := kv.Value.(*ast.CompositeLit)
		if !ok || fmt.Sprint(kv.Key) == "StateInvalid" {
			return true
		}
		rows++
		assert.Len(t, row.Elts, int(stepCount)-1, "state %s", kv.Key)
		return false
	})
	assert.Equal(t, len(States()), rows)
}

// TestEveryStateCanEnd: from every state a case can be closed, and every state
// can be reached from detection.
func TestEveryStateCanEnd(t *testing.T) {
	reached := map[State]bool{Detected: true}
	for queue := []State{Detected}; len(queue) > 0; queue = queue[1:] {
		for _, step := range Steps() {
			if next, ok := After(queue[0], step); ok && !reached[next] {
				reached[next] = true
				queue = append(queue, next)
			}
		}
	}
	for _, s := range States() {
		assert.True(t, reached[s], "%s is never reached", s)
		next, ok := After(s, Close)
		assert.Equal(t, s != Closed, ok, s)
		assert.True(t, !ok || next == Closed)
		for o := OutcomeNone; o <= outcomeCount; o++ {
			assert.True(t, !MayClose(s, o) || s != Closed && o != OutcomeNone, "%s %s", s, o)
		}
	}
	assert.True(t, MayClose(Verifying, Remedied))
	assert.False(t, MayClose(Remediating, Remedied), "what no snapshot shows is not remedied")
	assert.True(t, MayClose(Remediating, Accepted))
}

func TestNames(t *testing.T) {
	for _, s := range States() {
		var got State
		require.NoError(t, got.UnmarshalText([]byte(s.String())))
		assert.Equal(t, s, got)
	}
	for _, s := range Steps() {
		var got Step
		require.NoError(t, got.UnmarshalText([]byte(s.String())))
		assert.Equal(t, s, got)
	}
	for o := OutcomeNone; o < outcomeCount; o++ {
		var got Outcome
		require.NoError(t, got.UnmarshalText([]byte(o.String())))
		assert.Equal(t, o, got)
	}
	var s State
	assert.Error(t, s.UnmarshalText([]byte("invalid")))
	assert.Error(t, new(Step).UnmarshalText([]byte("jump")))
	assert.Error(t, new(Outcome).UnmarshalText([]byte("jump")))
	assert.Equal(t, "invalid", State(200).String())
	_, ok := After(State(200), Close)
	assert.False(t, ok)
	_, ok = After(Detected, Step(200))
	assert.False(t, ok)
}
