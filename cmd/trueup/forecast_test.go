package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestForecast(t *testing.T) {
	args := []string{"forecast", "-estate", "testdata/corrected", "-at", "2027-03-01"}
	status, out, errs := trueup(t, args...)
	require.Equal(t, 0, status, errs)
	assert.Contains(t, out, "forecast unknown: no samples; at least 10 are needed")

	dir := t.TempDir()
	for i := range 12 {
		at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC).AddDate(0, i-11, 0)
		file := filepath.Join(dir, fmt.Sprintf("%02d.json", i))
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `{"as_of": %q, "positions": [
			{"product": "autodesk/autocad", "metric": "generic.user", "required": {"low": "%d", "high": "%d"}},
			{"product": "microsoft/sql-server", "metric": "generic.core.vm", "required": {"low": "8", "high": null}}]}`,
			at.Format(time.RFC3339), 1+i/6, 2+i/6), 0o600))
		args = append(args, file)
	}
	status, out, errs = trueup(t, args...)
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/forecast.golden", out)

	status, _, errs = trueup(t, "forecast", "-estate", "testdata/corrected")
	assert.Equal(t, 2, status, errs)
	status, _, errs = trueup(t, "forecast", "-estate", "testdata/corrected", "-at", "2027-03-01", "testdata/corrected/estate.json")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "testdata/corrected/estate.json: forecast: not a result: as_of is missing")
}

func TestCompare(t *testing.T) {
	status, out, errs := trueup(t, "reconcile", "-estate", "testdata/list", "-compare", "priority-list")
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/compare.golden", out)

	status, out, errs = trueup(t, "reconcile", "-estate", "testdata/list", "-compare", "rights-first", "-json")
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/compare-json.golden", out)

	status, _, errs = trueup(t, "reconcile", "-estate", "testdata/list", "-compare", "optimum")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, `not "optimum"`)
}
