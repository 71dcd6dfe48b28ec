package remedy_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/export"
)

// The plan of action and milestones lists the steps of the plan as its tasks.
func TestTasksOfThePlanOfAction(t *testing.T) {
	s := newScene(t, 4, 1, false)
	rep := s.run()
	s.approved(rep.Plan)
	remedies, err := s.desk.Remedies(t.Context(), rep)
	require.NoError(t, err)
	require.Len(t, remedies, 1)
	f := rep.Findings[0]
	b, err := export.POAM(export.Assessment{
		Run: rep.Run, Title: "fleet", Start: rep.Now, End: rep.Now, Engine: "trueup", Version: "1", Plan: "playbook.yaml", PlanDigest: s.book.Digest(),
		Rules: []string{string(f.Rule)}, Remedies: remedies, Checkpoint: rep.Checkpoint,
		Findings: []export.Finding{{ID: f.Identity, Rule: string(f.Rule), Subject: f.Subject, Title: f.Message, Description: f.Message, Outcome: export.NotSatisfied, Severity: export.High}},
	}, "Example AG")
	require.NoError(t, err)
	var doc struct {
		Plan struct {
			Risks []struct {
				Remediations []struct {
					Tasks []struct{ Title string }
				}
			}
		} `json:"plan-of-action-and-milestones"`
	}
	require.NoError(t, json.Unmarshal(b, &doc))
	require.Len(t, doc.Plan.Risks, 1)
	require.Len(t, doc.Plan.Risks[0].Remediations, 1)
	var titles []string
	for _, task := range doc.Plan.Risks[0].Remediations[0].Tasks {
		titles = append(titles, task.Title)
	}
	var want []string
	for _, st := range rep.Plan.Steps {
		want = append(want, st.Verb)
	}
	assert.Equal(t, want, titles)
}
