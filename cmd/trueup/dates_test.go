package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPositionsAtThreeDates(t *testing.T) {
	const dir = "testdata/corrected"
	status, out, errs := trueup(t, "reconcile", "-estate", dir, "-as-of", "2026-10-01", "-known-at", "2026-10-10", "-json")
	require.Equal(t, 0, status, errs)
	var res struct {
		AsOf      string `json:"as_of"`
		KnownAt   string `json:"known_at"`
		Documents struct{ Metrics, Catalog string }
		Positions []struct{ Status string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &res))
	assert.Equal(t, "2026-10-01T00:00:00Z", res.AsOf)
	assert.Equal(t, "2026-10-10T00:00:00Z", res.KnownAt)
	assert.Len(t, res.Documents.Metrics, 64)
	assert.Len(t, res.Documents.Catalog, 64)
	assert.Equal(t, "compliant", res.Positions[0].Status)

	status, out, errs = trueup(t, "diff", "-known-at", "2026-10-10,2026-11-24", dir)
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/diff-known.golden", out)

	status, out, errs = trueup(t, "diff", "-as-of", "2026-10-10,2027-01-01", dir)
	require.Equal(t, 0, status, errs)
	golden(t, "testdata/diff-as-of.golden", out)

	status, _, errs = trueup(t, "diff", "-as-of", "2026-10-10", dir)
	assert.Equal(t, 2, status, errs)
	status, _, errs = trueup(t, "reconcile", "-estate", dir, "-as-of", "tomorrow")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, `"tomorrow" is neither a date`)
}
