package norace

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Under the detector a test is run by a process that has none, and only there.
func TestAgain(t *testing.T) {
	file := os.Getenv("TRUEUP_NORACE_FILE")
	if file == "" {
		file = t.TempDir() + "/ran"
		t.Setenv("TRUEUP_NORACE_FILE", file)
	}
	if Again(t) {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, "x", string(b))
		return
	}
	require.False(t, detector)
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = f.WriteString("x")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
