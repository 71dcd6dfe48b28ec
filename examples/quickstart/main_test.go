package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The whole loop: real builds, real connector processes, this very machine.
func TestQuickstart(t *testing.T) {
	keep := t.TempDir()
	require.NoError(t, run(t.Context(), ".", keep))
	_, err := os.Stat(filepath.Join(keep, "evidence-log", "checkpoint"))
	assert.NoError(t, err)
}
