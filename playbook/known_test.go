package playbook_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/playbook"
)

// A purchase that is recorded tomorrow is not in today's run, and is in tomorrow's.
func TestARunGoesByWhatIsKnown(t *testing.T) {
	s := open(t, t.TempDir())
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata")))
	tomorrow := now.AddDate(0, 0, 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "entitlements.csv"), []byte(
		"id,product,metric,quantity,unit_price,currency,recorded_at\n"+
			"A,autodesk/autocad,generic.device,1,2100,EUR,\n"+
			"B,autodesk/autocad,generic.device,2,2100,EUR,"+tomorrow.Format(time.RFC3339)+"\n"), 0o600))
	p, err := playbook.Load(filepath.Join(dir, "playbook.yaml"))
	require.NoError(t, err)
	s.engine, err = playbook.Open(t.Context(), playbook.Options{Playbook: p, Log: s.log})
	require.NoError(t, err)

	facts := estate(t, now, 3, "")
	rep := s.run(facts, now)
	assert.Equal(t, "1", rep.Result.Positions[0].Owned.String())
	assert.Equal(t, now, rep.Result.KnownAt)
	assert.Equal(t, "3", s.run(facts, tomorrow).Result.Positions[0].Owned.String())

	var known []time.Time
	for rec, err := range s.log.Entries(t.Context(), 0) {
		require.NoError(t, err)
		if rec.Entry.Kind != playbook.KindRun {
			continue
		}
		var run playbook.RunRecord
		require.NoError(t, json.Unmarshal(rec.Entry.Payload, &run))
		known = append(known, run.KnownAt)
		assert.Equal(t, rep.Result.Documents, run.Documents)
		assert.NotEmpty(t, run.Documents.Catalog)
	}
	assert.Equal(t, []time.Time{now, tomorrow}, known)
}
