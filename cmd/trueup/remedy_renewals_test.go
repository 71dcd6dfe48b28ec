package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/remediation/renewal"
)

// The quickstart's company in November: what ends with the year and what it reports.
func TestRenewalsOfTheSampleEstate(t *testing.T) {
	args := []string{"renewals", "-connectors", connectorsBuilt(t), "-unpinned", "-now", "2026-11-20T09:00:00Z", "-notice", "60,ADSK-1=30", "-playbook", sampleBook(t)}
	status, out, errs := trueup(t, args...)
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/renewals.golden", out)

	status, out, errs = trueup(t, append(args, "-json")...)
	require.Equal(t, 0, status, errs)
	var ahead renewal.Ahead
	require.NoError(t, json.Unmarshal([]byte(out), &ahead))
	require.Len(t, ahead.TrueUps, 1)
	for _, l := range ahead.TrueUps[0].Lines {
		assert.Equal(t, l.Required.Low.IsPositive(), len(l.Counted) > 0, "%s: every number has its evidence", l.Product)
	}
}

// sampleBook is the quickstart without the source that reads the machine it runs on.
func sampleBook(t *testing.T) string {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../examples/quickstart")))
	file := filepath.Join(dir, "playbook.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(withoutThisMachine(string(text))), 0o600))
	return file
}

const reclaimPolicy = `currency: EUR
idle-days: 90
new-days: 30
actions:
  - {kind: reclaim, owner: design desk, notice-days: 14, effort: "10", disruption: 1}
  - {kind: buy, owner: purchasing, lead-days: 10}
waivers:
  - {guard: critical-system, reason: these are workstations}
  - {guard: leave, reason: the sample estate knows no absences}
  - {guard: work-pattern, reason: the sample estate knows no working hours}
`

// An end is planned: what is needed all the same is bought by then.
func TestLetEnd(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(policy, []byte(reclaimPolicy), 0o600))
	args := []string{"renewals", "-connectors", connectorsBuilt(t), "-unpinned", "-now", "2026-11-20T09:00:00Z", "-policy", policy, "-playbook", sampleBook(t)}
	status, out, errs := trueup(t, append(args, "-let-end", "ACD-25")...)
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/let-end.golden", out)
	status, _, errs = trueup(t, append(args, "-let-end", "ACD-23")...)
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "entitlement ACD-23 does not end")
}

func TestRenewalsUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"-estate", "testdata/before", "-playbook", "x.yaml"}, {"-estate", "testdata/before", "-let-end", "ACD-2"}, {"-estate", "testdata/before", "-notice", "x"}} {
		status, _, errs := trueup(t, append([]string{"renewals"}, args...)...)
		assert.Equal(t, 2, status, errs)
	}
}

// What is renewed follows the results that are given as history.
func TestRenewalsFollowTheForecast(t *testing.T) {
	args := []string{"renewals", "-estate", "testdata/before", "-notice", "10"}
	status, out, errs := trueup(t, args...)
	require.Equal(t, 0, status, errs)
	assert.Regexp(t, `ACD-2 .* use stays as it is: no samples`, out)
	dir := t.TempDir()
	for i := range 12 {
		at := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC).AddDate(0, i-11, 0)
		file := filepath.Join(dir, fmt.Sprintf("%02d.json", i))
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `{"as_of": %q, "positions": [
			{"product": "autodesk/autocad", "metric": "generic.user", "required": {"low": "2", "high": "2"}}]}`, at.Format(time.RFC3339)), 0o600))
		args = append(args, file)
	}
	status, out, errs = trueup(t, args...)
	require.Equal(t, 0, status, errs)
	assert.Regexp(t, `ACD-2 .* forecast from 12 samples`, out)
	status, _, errs = trueup(t, append(args, "testdata/before/estate.json")...)
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "testdata/before/estate.json: forecast: not a result")
}
