package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

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
	status, out, errs := trueup(t, "renewals", "-estate", "testdata/before", "-notice", "30")
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "ACD-2")
}
