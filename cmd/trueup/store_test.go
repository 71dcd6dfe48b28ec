package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/access"
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
	assert.Equal(t, withoutLog(t, inDatabase), withoutLog(t, again), "the same run appends nothing")

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
	assert.Equal(t, withoutLog(t, inFolder), withoutLog(t, inDatabase))
}

// withoutLog is a report without the state of its log, which has salts in its root and
// grows by every export.
func withoutLog(t *testing.T, report string) map[string]any {
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(report), &m))
	delete(m, "log")
	return m
}

// Whatever leaves the log by the program is an entry of it, with who, why and how much.
func TestExportsAreEntries(t *testing.T) {
	url := postgrestest.Start(t).URL()
	bin, dir := connectorsBuilt(t), t.TempDir()
	estate, err := filepath.Abs("../../examples/quickstart/estate")
	require.NoError(t, err)
	book, key := writeBook(t, dir, estate), filepath.Join(dir, "key")
	do := func(args ...string) {
		t.Helper()
		status, _, errs := trueup(t, args...)
		require.Equal(t, 0, status, errs)
	}
	do("run", "-unpinned", "-now", "2026-11-16T09:00:00Z", "-connectors", bin, "-log", url, "-key", key, book)
	count := func() (n int) {
		l, _, err := openStore(t.Context(), url, key)
		require.NoError(t, err)
		for rec, err := range l.Entries(t.Context(), 0) {
			require.NoError(t, err)
			if rec.Kind != access.KindRecord {
				continue
			}
			var r access.Record
			require.NoError(t, json.Unmarshal(rec.Payload, &r))
			assert.True(t, r.Allowed && r.Action == access.Export && r.Principal != "" && r.Purpose != "" && r.Entries > 0, "%+v", r)
			n++
		}
		require.NoError(t, l.Close())
		return n
	}
	require.Equal(t, 0, count())
	for i, args := range [][]string{
		{"run", "-unpinned", "-now", "2026-11-16T09:00:00Z", "-connectors", bin, "-package", filepath.Join(dir, "p"), "-audience", "a", "-purpose", "audit", "-log", url, "-key", key, book},
		{"run", "-unpinned", "-now", "2026-11-16T09:00:00Z", "-connectors", bin, "-oscal", filepath.Join(dir, "o"), "-system", "Example AG", "-log", url, "-key", key, book},
		{"log", "export", "-log", url, "-key", key, "-by", "ann", "-purpose", "backup", filepath.Join(dir, "l")},
	} {
		do(args...)
		require.Equal(t, i+1, count(), args)
	}
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
