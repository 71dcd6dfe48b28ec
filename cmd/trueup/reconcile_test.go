package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
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

// Tables counted without holding them come to what lines come to.
func TestReconcileStream(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/before")))
	for _, name := range []string{"devices", "installs"} {
		lines := filepath.Join(dir, name+".jsonl")
		f, err := os.Open(lines)
		require.NoError(t, err)
		table, columns := [][]string{nil}, map[string]int{}
		for dec := json.NewDecoder(f); dec.More(); {
			record := map[string]any{}
			require.NoError(t, dec.Decode(&record))
			for key := range record {
				if _, known := columns[key]; !known {
					columns[key] = len(columns)
					table[0] = append(table[0], key)
				}
			}
			row := make([]string, 20)
			for key, value := range record {
				row[columns[key]] = fmt.Sprint(value)
			}
			table = append(table, row)
		}
		for i := range table {
			table[i] = append(table[i], make([]string, 20)...)[:len(columns)]
		}
		var text bytes.Buffer
		require.NoError(t, csv.NewWriter(&text).WriteAll(table))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".csv"), text.Bytes(), 0o600))
		require.NoError(t, errors.Join(f.Close(), os.Remove(lines)))
	}
	for _, args := range [][]string{{}, {"-stream"}} {
		status, out, errs := trueup(t, append([]string{"reconcile", "-estate", dir}, args...)...)
		require.Equal(t, 0, status, errs)
		golden(t, "testdata/reconcile.golden", out)
	}
	status, _, errs := trueup(t, "reconcile", "-estate", "testdata/before", "-stream")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "devices.jsonl:1:1: devices and installs are only counted from CSV")
	status, _, errs = trueup(t, "reconcile", "-estate", dir, "-stream", "-compare", "priority-list")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "-compare needs every consumer")
}
