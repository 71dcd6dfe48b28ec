package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
)

// outputs of Slurm 22.05.8, in which three jobs held licenses, one of them still, and
// a fourth did for less than a second.
const outputs = "testdata/recorded"

func recordedSettings(dir string) map[string]string {
	return map[string]string{"path": dir, "since": "2026-11-28", "publisher": "Various"}
}

// without is the folder of outputs with changes: each replaces a file.
func without(t *testing.T, changes map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(outputs)))
	for name, text := range changes {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// changed is the recorded configuration with a setting changed.
func changed(t *testing.T, old, changed string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(outputs, "config.txt"))
	require.NoError(t, err)
	require.Contains(t, string(data), old)
	return strings.Replace(string(data), old, changed, 1)
}

func TestRecordedOutputs(t *testing.T) {
	tracked := changed(t, "license/ansys,", "license/abaqus,license/ansys,")
	dir := without(t, map[string]string{"config.txt": tracked})
	r, sink := shop.Connector(t).Collect(t, recordedSettings(dir), nil)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	assert.Equal(t, map[string]int{"matlab": 3, "ansys": 0, "fluent": 0, "abaqus": 0}, peaks(sink, false))
	assert.Equal(t, map[string]int{"matlab": 4, "ansys": 4, "fluent": 7}, peaks(sink, true))
	for _, u := range sink.Usage {
		if u.Title.Name == "fluent" && u.To.After(u.From) {
			assert.Equal(t, time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC), u.From)
			assert.Equal(t, time.Unix(1795992043, 0).UTC(), u.At)
		}
	}
	assert.Contains(t, r.Totals, connectors.Total{Name: "jobs that held licenses for less than a second, which are not counted", Count: 1})

	// In another zone the day is another.
	settings := recordedSettings(dir)
	settings["zone"] = "Asia/Tokyo"
	_, sink = shop.Connector(t).Collect(t, settings, nil)
	for _, u := range sink.Usage {
		if u.To.After(u.From) {
			assert.Equal(t, time.Date(2026, 11, 29, 15, 0, 0, 0, time.UTC), u.From)
		}
	}
	shop.Connector(t).Conforms(t, recordedSettings(dir), nil)
}

func TestFaults(t *testing.T) {
	hidden := changed(t, "PrivateData             = none", "PrivateData             = accounts,jobs")
	for name, c := range map[string]struct {
		files    map[string]string
		settings map[string]string
		kind     connectors.ErrorKind
		message  string
	}{
		"no such folder": {nil, map[string]string{"path": "nowhere"}, connectors.BadConfig, "setting path"},
		"zone":           {nil, map[string]string{"zone": "Tokio"}, connectors.BadConfig, "setting zone"},
		"since":          {nil, map[string]string{"since": "yesterday"}, connectors.BadConfig, "setting since"},
		"publishers":     {nil, map[string]string{"publishers": "matlab"}, connectors.BadConfig, "setting publishers"},
		"no commands":    {nil, map[string]string{"path": "", "bin": "nowhere"}, connectors.BadConfig, "install Slurm's commands"},
		"not a config":   {map[string]string{"config.txt": "something\n"}, nil, connectors.BadData, "no ClusterName"},
		"no accounts": {map[string]string{"config.txt": changed(t, "accounting_storage/slurmdbd", "accounting_storage/none")}, nil,
			connectors.BadConfig, "keeps no accounts"},
		"only its own jobs": {map[string]string{"config.txt": hidden, "admin.txt": "sam|None\n"}, nil, connectors.PermissionDenied, "only its own jobs"},
		"a cut license":     {map[string]string{"licenses.txt": "LicenseName=matlab Total=5"}, nil, connectors.BadData, "a license without Used"},
		"a bad count":       {map[string]string{"licenses.txt": "\nLicenseName=matlab Total=five"}, nil, connectors.BadData, "line 2, column 20: Total is no count"},
		"a bad job":         {map[string]string{"jobs.txt": "1|2|3|\n1|noon|Unknown|license/x=1\n"}, nil, connectors.BadData, "line 2, column 3: a time"},
		"a bad resource":    {map[string]string{"resources.txt": "fluent|flexhost|License|many\n"}, nil, connectors.BadData, "line 1, column 25: Count"},
		"names of people":   {map[string]string{"running.txt": "sam\n"}, nil, connectors.BadData, "line 1, column 1: want the number of a job"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := recordedSettings(without(t, c.files))
			for k, v := range c.settings {
				settings[k] = v
			}
			r, _ := shop.Connector(t).Collect(t, settings, nil)
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind})
			assert.ErrorContains(t, r.Err, c.message)
			assert.NotContains(t, r.Err.Error(), "sam")
			assert.False(t, r.Complete)
		})
	}
	dir := without(t, map[string]string{"config.txt": hidden})
	_, sink := shop.Connector(t).Collect(t, recordedSettings(dir), nil)
	assert.NotEmpty(t, peaks(sink, true), "an administrator sees all")
	require.NoError(t, os.Remove(filepath.Join(dir, "jobs.txt")))
	r, _ := shop.Connector(t).Collect(t, recordedSettings(dir), nil)
	assert.ErrorContains(t, r.Err, "record it with: sacct")
	_, err := parseCursor([]byte(`{"through":1}`))
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadCursor})
}

// A command that fails says why.
func TestFailingCommand(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho 'scontrol: error: Access/permission denied' >&2\nexit 1\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "scontrol"), []byte(script), 0o700))
	err := shop.Connector(t).Check(t, map[string]string{"bin": dir}, nil)
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.PermissionDenied})
	assert.ErrorContains(t, err, "scontrol: error: Access/permission denied")
}
