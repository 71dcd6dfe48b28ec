package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run is written in the forms of others: as many findings in each as the run has.
func TestRunInOtherForms(t *testing.T) {
	bin, dir := connectorsBuilt(t), t.TempDir()
	forms := filepath.Join(dir, "forms")
	status, out, errs := trueup(t, "run", "-json", "-unpinned", "-now", "2026-11-16T09:00:00Z", "-log", filepath.Join(dir, "log"),
		"-connectors", bin, "-oscal", forms, "-system", "Example AG", filepath.Join("..", "..", "examples", "quickstart", "playbook.yaml"))
	require.Equal(t, 0, status, errs)
	var rep struct {
		Findings []struct{ Message string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &rep))
	require.NotEmpty(t, rep.Findings)

	read := func(name string, into any) {
		b, err := os.ReadFile(filepath.Join(forms, name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, into))
	}
	var results struct {
		Results struct {
			Results []struct{ Findings []struct{ Title string } }
		} `json:"assessment-results"`
	}
	read("assessment-results.json", &results)
	require.Len(t, results.Results.Results, 1)
	assert.Len(t, results.Results.Results[0].Findings, len(rep.Findings))
	var plan struct {
		Plan struct {
			Items []struct{ Title string } `json:"poam-items"`
		} `json:"plan-of-action-and-milestones"`
	}
	read("plan-of-action.json", &plan)
	assert.Len(t, plan.Plan.Items, len(rep.Findings))
	f, err := os.Open(filepath.Join(forms, "ocsf-findings.jsonl"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	lines := 0
	for s := bufio.NewScanner(f); s.Scan(); lines++ {
		assert.True(t, json.Valid(s.Bytes()))
	}
	assert.Equal(t, len(rep.Findings), lines)

	status, _, errs = trueup(t, "run", "-oscal", forms, "p.yaml")
	assert.NotEqual(t, 0, status)
	assert.Contains(t, errs, "-oscal needs -system")
}
