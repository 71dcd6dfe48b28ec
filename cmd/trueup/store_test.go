package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/postgres/postgrestest"
)

// A run into a database is the run into a folder: the same report, a package that
// verifies and is computed anew, and, exported, a log that verifies. A second run
// appends nothing; one from another process goes on with the same cases.
func TestRunOnPostgreSQL(t *testing.T) {
	url := postgrestest.Start(t).URL()
	bin, dir := connectorsBuilt(t), t.TempDir()
	estate, err := filepath.Abs("../../examples/quickstart/estate")
	require.NoError(t, err)
	book := writeBook(t, dir, estate)
	pack, key := filepath.Join(dir, "package"), filepath.Join(dir, "key")
	args := []string{"run", "-json", "-unpinned", "-now", "2026-11-16T09:00:00Z", "-connectors", bin}
	status, inDatabase, errs := trueup(t, append(args, "-log", url, "-key", key,
		"-package", pack, "-audience", "auditor.example", "-purpose", "audit of 2026", book)...)
	require.Equal(t, 0, status, errs)
	status, again, errs := trueup(t, append(args, "-log", url, "-key", key, book)...)
	require.Equal(t, 0, status, errs)
	assert.Equal(t, inDatabase, again, "the same run appends nothing")

	status, out, errs := trueup(t, "verify", "-key", key+".pub", "-audience", "auditor.example", "-now", "2026-12-01T00:00:00Z", pack)
	require.Equal(t, 0, status, errs)
	assert.Equal(t, "integrity: pass\ncompleteness: pass\nprovenance: pass\nrecomputation: pass\n", out)

	exported := filepath.Join(dir, "exported")
	status, out, errs = trueup(t, "log", "export", "-log", url, "-key", key, exported)
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "root ")
	status, out, errs = trueup(t, "verify", "-key", key+".pub", exported)
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "integrity: pass\ncompleteness: pass\n")

	require.NoError(t, os.Rename(key, filepath.Join(dir, "log.key")))
	require.NoError(t, os.Rename(key+".pub", filepath.Join(dir, "log.key.pub")))
	status, inFolder, errs := trueup(t, append(args, "-log", filepath.Join(dir, "log"), book)...)
	require.Equal(t, 0, status, errs)
	assert.Equal(t, withoutRoot(t, inFolder), withoutRoot(t, inDatabase))
}

// withoutRoot is a report without the root of its log, which has salts in it.
func withoutRoot(t *testing.T, report string) map[string]any {
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(report), &m))
	delete(m["log"].(map[string]any), "root")
	return m
}

func TestStoresThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		says   string
		status int
		args   []string
	}{
		{"-key is needed with a log in a database", 2, []string{"run", "-log", "postgres://localhost/x", "../../examples/quickstart/playbook.yaml"}},
		{"a log in a folder is one already", 2, []string{"log", "export", "-log", "folder", "out"}},
		{"connect", 1, []string{"log", "export", "-log", "postgres://nobody:s3cret@127.0.0.1:1/x?connect_timeout=2", "-key", filepath.Join(t.TempDir(), "k"), "out"}},
	} {
		status, _, errs := trueup(t, c.args...)
		assert.Equal(t, c.status, status, errs)
		assert.Contains(t, errs, c.says)
		assert.NotContains(t, errs, "s3cret")
	}
}
