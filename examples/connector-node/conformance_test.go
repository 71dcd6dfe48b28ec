//go:build unix

// Package connectornode holds the test of the connector beside it.
package connectornode

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/trust"
)

// A connector that shares no code with this module keeps every rule.
func TestConformance(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil && os.Getenv("CI") == "" {
		t.Skip("npm is not installed")
	}
	// Built in a copy, so that the repository stays as it is.
	top := t.TempDir()
	dir := filepath.Join(top, "examples", "connector-node")
	for from, to := range map[string]string{
		"package.json": dir, "package-lock.json": dir, "connector.js": dir,
		"../../connectors/internal/wire/connector.proto": filepath.Join(top, "connectors", "internal", "wire"),
	} {
		content, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(to, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(to, filepath.Base(from)), content, 0o600))
	}
	for _, args := range [][]string{{"ci", "--no-audit", "--no-fund"}, {"run", "build"}} {
		cmd := exec.CommandContext(t.Context(), "npm", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	binary := filepath.Join(dir, "dist", "trueup-connector-node")
	require.NoError(t, os.Chmod(binary, 0o700))
	list := filepath.Join(top, "seats.csv")
	require.NoError(t, os.WriteFile(list, []byte("user,publisher,name\nann,Acme,Base\nbob,Acme,Base\nann,Acme,Pro\n"), 0o600))
	report, err := connectortest.Run(t.Context(), connectortest.Target{Path: binary, Config: map[string]string{"file": list}}, connectortest.Options{})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	assert.Equal(t, trust.Resuming, report.Certificate().Level)
}
