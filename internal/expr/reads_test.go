package expr

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

func TestReads(t *testing.T) {
	tests := []struct {
		expr string
		want []string
	}{
		{`true`, []string{}},
		{`host.cores > 4`, []string{"host.cores"}},
		{`host.name.matches("^db") && host.cores > 4 || host.name == "a"`, []string{"host.cores", "host.name"}},
		{`has(host.cores)`, []string{"host.cores"}},
		{`limit > 3`, []string{"limit"}},
		{`host == hosts[0]`, []string{"host", "hosts"}},
	}
	env := testEnv(t)
	for _, tt := range tests {
		p, err := env.Compile(document.Literal("test", tt.expr), Bool)
		require.NoError(t, err)
		assert.Equal(t, tt.want, p.Reads(), tt.expr)
	}
	p, err := env.Compile(document.Literal("test", `hosts.exists(h, h.cores > 4)`), Bool)
	require.NoError(t, err)
	assert.Contains(t, p.Reads(), "hosts", "a list that is gone through is read as a whole")
}
