package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReconcileExplainDiff(t *testing.T) {
	status, out, errs := trueup(t, "reconcile", "-estate", "testdata/before")
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/reconcile.golden", out)

	status, out, errs = trueup(t, "explain", "-estate", "testdata/before", "ann")
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/explain.golden", out)

	status, out, errs = trueup(t, "explain", "-estate", "testdata/after", "ann")
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/explain-short.golden", out)

	status, out, errs = trueup(t, "diff", "testdata/before", "testdata/after")
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/diff.golden", out)

	status, out, errs = trueup(t, "reconcile", "-estate", "testdata/before", "-json")
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, `"product": "autodesk/autocad"`)

	status, _, errs = trueup(t, "explain", "-estate", "testdata/before", "nobody")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, `"nobody" consumes nothing in any position`)
	status, _, errs = trueup(t, "reconcile", "-estate", t.TempDir())
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "estate.json")
}

// A host, a machine that its licenses carry, and a replica whose primary's do.
func TestExplainChoices(t *testing.T) {
	for _, consumer := range []string{"esx1", "db3", "db6"} {
		status, out, errs := trueup(t, "explain", "-estate", "testdata/layers", consumer)
		require.Equal(t, 0, status, errs)
		golden(t, "testdata/explain-"+consumer+".golden", out)
	}
}

// golden compares with a file that TRUEUP_UPDATE=1 writes anew.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("TRUEUP_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(filepath.FromSlash(file))
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}
