package topology_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/topology"
)

// TestLocalHere reads the machine that runs the test.
func TestLocalHere(t *testing.T) {
	p, err := topology.Local(t.Context(), os.DirFS("/"))
	require.NoError(t, err)
	requireSound(t, p)
	require.GreaterOrEqual(t, p.Threads.N(), 1)
}
