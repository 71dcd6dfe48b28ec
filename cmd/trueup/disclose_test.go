package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quickstartRun is the folder of a log with the quickstart's estate in it.
func quickstartRun(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "book"), os.DirFS("../../examples/quickstart")))
	file := filepath.Join(dir, "book", "playbook.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	text = []byte(strings.Replace(string(text), "  - {id: this-machine, connector: local}\n", "", 1))
	require.NoError(t, os.WriteFile(file, text, 0o600))
	status, _, errs := trueup(t, "run", "-unpinned", "-now", "2026-11-16T09:00:00Z", "-log", filepath.Join(dir, "log"), "-connectors", connectorsBuilt(t), file)
	require.Equal(t, 0, status, errs)
	return dir
}

// A bundle shows what its clearance shows, with its header, totals and sample, to its
// audience and until its expiry; making it is in the log.
func TestDisclose(t *testing.T) {
	dir := quickstartRun(t)
	log, key := filepath.Join(dir, "log"), filepath.Join(dir, "log.key.pub")
	make := func(name string, more ...string) (int, string) {
		status, out, errs := trueup(t, append(append([]string{"disclose", "-log", log, "-product", "autodesk/autocad", "-audience", "supplier.example",
			"-purpose", "true-up of 2026", "-by", "ann", "-now", "2026-11-17T09:00:00Z"}, more...), filepath.Join(dir, name))...)
		return status, out + errs
	}
	check := func(name string, more ...string) (int, string) {
		status, out, errs := trueup(t, append(append([]string{"bundle", "verify", "-key", key, "-audience", "supplier.example", "-now", "2026-11-18T09:00:00Z"}, more...),
			filepath.Join(dir, name))...)
		return status, out + errs
	}
	status, out := make("totals", "-clearance", "totals")
	require.Equal(t, 0, status, out)
	status, out = check("totals")
	require.Equal(t, 0, status, out)
	for _, line := range []string{"The bundle holds: for supplier.example, true-up of 2026, until 2026-12-17 09:00 UTC.", "Consumers of autodesk/autocad",
		"As of", "Known at", "Population", " rows", "Digest metrics", "Digest catalog", "Total short", "proved by their sum trees", "Digest playbook", "No row of "} {
		assert.Contains(t, out, line)
	}
	assert.Regexp(t, `Source estate +collected 2026-`, out)
	assert.NotContains(t, out, "PLACE")

	status, out = make("places", "-clearance", "places", "-leaves", "-columns", "required,device")
	require.Equal(t, 0, status, out)
	status, out = check("places")
	require.Equal(t, 0, status, out)
	assert.Contains(t, out, "added up anew from the quantities of all rows")
	assert.Regexp(t, `PLACE +REQUIRED +DEVICE`, out)

	status, out = make("sample", "-clearance", "quantities", "-sample", "3", "-challenge", "42")
	require.Equal(t, 0, status, out)
	status, out = check("sample", "-challenge", "42")
	require.Equal(t, 0, status, out)
	assert.Contains(t, out, "rows, drawn from the checkpoint")
	assert.Regexp(t, `Detection +of 1 deviating: \d+\.\d\d %`, out)
	assert.Contains(t, out, "\n3 of ")
	status, out = check("sample", "-challenge", "43")
	assert.Equal(t, 1, status, out)

	for _, c := range []struct{ says, flag, value string }{
		{"for another audience", "-audience", "other.example"}, {"has expired", "-now", "2026-12-17T09:00:00Z"},
	} {
		status, out = check("totals", c.flag, c.value)
		assert.Equal(t, 1, status)
		assert.Contains(t, out, c.says)
	}
	b, err := os.ReadFile(filepath.Join(dir, "totals"))
	require.NoError(t, err)
	b[len(b)/2] ^= 1
	require.NoError(t, os.WriteFile(filepath.Join(dir, "totals"), b, 0o600))
	status, _ = check("totals")
	assert.Equal(t, 1, status)

	entries, err := filepath.Glob(filepath.Join(log, "entries", "*"))
	require.NoError(t, err)
	text, err := os.ReadFile(entries[len(entries)-1])
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(string(text), `"action":"export"`), "each export is an entry")
	assert.Equal(t, 1, strings.Count(string(text), "disclosure/"), "what was committed to once is not again")
	status, out, errs := trueup(t, "verify", "-key", key, log)
	assert.Equal(t, 0, status, errs)
	assert.Contains(t, out, "integrity: pass")
}

// Someone from outside gets what the log grants them, no more, no longer, and nothing
// once that has ended.
func TestDiscloseByGrant(t *testing.T) {
	dir := quickstartRun(t)
	log := filepath.Join(dir, "log")
	n := 0
	make := func(clearance, valid, product string) (int, string) {
		n++
		status, out, errs := trueup(t, "disclose", "-grant", "-log", log, "-product", product, "-audience", "auditor.example", "-purpose", "audit",
			"-clearance", clearance, "-valid", valid, "-now", "2026-11-17T09:00:00Z", filepath.Join(dir, "bundle"+strings.Repeat("x", n)))
		return status, out + errs
	}
	status, out := make("totals", "24h", "autodesk/autocad")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "the log has no grant that allows auditor.example")
	status, out, errs := trueup(t, "grant", "-log", log, "-id", "g1", "-to", "auditor.example", "-by", "cfo", "-scope", `resource.product == "autodesk/autocad"`,
		"-clearance", "quantities", "-from", "2026-10-01T00:00:00Z", "-until", "2027-01-01T00:00:00Z", "-expires", "2026-12-01T00:00:00Z",
		"-purpose", "audit of 2026", "-now", "2026-11-16T12:00:00Z")
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "auditor.example may see totals, quantities until 2026-12-01T00:00:00Z")
	for _, c := range []struct {
		clearance, valid, product string
		status                    int
	}{
		{"quantities", "24h", "autodesk/autocad", 0}, {"totals", "300h", "autodesk/autocad", 0}, {"places", "24h", "autodesk/autocad", 1},
		{"quantities", "400h", "autodesk/autocad", 1}, {"totals", "24h", "autodesk/revit", 1},
	} {
		status, out := make(c.clearance, c.valid, c.product)
		assert.Equal(t, c.status, status, "%v: %s", c, out)
	}
	status, _, errs = trueup(t, "grant", "revoke", "-log", log, "-by", "cfo", "-now", "2026-11-17T08:00:00Z", "g1")
	require.Equal(t, 0, status, errs)
	status, _ = make("quantities", "24h", "autodesk/autocad")
	assert.Equal(t, 1, status)
}

func TestDisclosuresThatAreRefused(t *testing.T) {
	dir := quickstartRun(t)
	base := []string{"disclose", "-log", filepath.Join(dir, "log"), "-audience", "a", "-purpose", "p"}
	for _, c := range []struct {
		says   string
		status int
		args   []string
	}{
		{"-product, -clearance, -audience", 2, []string{"out"}},
		{"clearance \"all\" is none of totals", 2, []string{"-product", "autodesk/autocad", "-clearance", "all", "out"}},
		{"has none of x/y", 1, []string{"-product", "x/y", "-clearance", "totals", "out"}},
		{"the log has no run nope", 1, []string{"-product", "x/y", "-clearance", "totals", "-run", "nope", "out"}},
		{"shows the columns required", 2, []string{"-product", "autodesk/autocad", "-clearance", "quantities", "-columns", "user", "out"}},
		{"-sample shows rows", 2, []string{"-product", "autodesk/autocad", "-clearance", "totals", "-sample", "3", "out"}},
		{"-leaves shows the quantity of every row", 2, []string{"-product", "autodesk/autocad", "-clearance", "totals", "-leaves", "out"}},
	} {
		status, _, errs := trueup(t, append(append([]string(nil), base...), c.args...)...)
		assert.Equal(t, c.status, status, errs)
		assert.Contains(t, errs, c.says)
	}
	for _, args := range [][]string{{"bundle", "verify", "x"}, {"grant", "-id", "g"}, {"grant", "revoke"}} {
		status, _, errs := trueup(t, args...)
		assert.Equal(t, 2, status, errs)
	}
}
