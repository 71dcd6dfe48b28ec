package audit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/playbook/audit"
)

// Each finding of a run is in the assessment with the entry of the log that has it.
func TestAssessmentOfARun(t *testing.T) {
	l, rep, p := full(t)
	require.NotEmpty(t, rep.Findings)
	a, err := audit.Assessment(t.Context(), l, p, rep, "trueup", "1", nil)
	require.NoError(t, err)
	require.Len(t, a.Findings, len(rep.Findings))
	assert.Contains(t, a.Rules, string(rep.Findings[0].Rule))
	for i, f := range a.Findings {
		assert.Equal(t, rep.Findings[i].Identity, f.ID)
		assert.Contains(t, f.Description, rep.Findings[i].Message)
		e, err := l.Entry(t.Context(), f.Entry)
		require.NoError(t, err)
		assert.Contains(t, string(e.Payload), f.ID)
		assert.Equal(t, rep.Run, e.Run)
	}
	require.NotEmpty(t, rep.Cases)
	assert.Equal(t, rep.Cases[0].Due.Remedy.At, a.Findings[0].Due)
	for name, write := range map[string]func() ([]byte, error){
		"results": func() ([]byte, error) { return export.AssessmentResults(a) },
		"plan":    func() ([]byte, error) { return export.POAM(a, "Example AG") },
	} {
		b, err := write()
		require.NoError(t, err, name)
		assert.Contains(t, string(b), rep.Findings[0].Message, name)
	}
	events, err := export.OCSF(a, "Example AG")
	require.NoError(t, err)
	assert.Len(t, events, len(rep.Findings))

	rep.Run = "another"
	_, err = audit.Assessment(t.Context(), l, p, rep, "trueup", "1", nil)
	require.ErrorContains(t, err, "no entry")
}
