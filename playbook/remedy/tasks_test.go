package remedy_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
	"github.com/trueup-dev/trueup/remediation/closure"
)

type prop struct{ Name, Value string }

// poam is what the test reads of a plan of action and milestones.
type poam struct {
	Plan struct {
		Risks []struct {
			Remediations []struct {
				Title string
				Tasks []struct {
					Title, Description string
					Timing             struct {
						Within struct{ Start, End time.Time } `json:"within-date-range"`
					}
					Props []prop
				}
			}
		}
		Items []struct{ Title string } `json:"poam-items"`
	} `json:"plan-of-action-and-milestones"`
}

// poamOf is the plan of action of a run, as an auditor gets it.
func (s *scene) poamOf(rep *playbook.Report) (out poam) {
	s.t.Helper()
	remedies, err := s.desk.Remedies(s.t.Context(), rep)
	require.NoError(s.t, err)
	a, err := audit.Assessment(s.t.Context(), s.log, s.book, rep, "trueup", "1", remedies)
	require.NoError(s.t, err)
	b, err := export.POAM(a, "Example AG")
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(b, &out))
	return out
}

// The plan of action and milestones of a real run lists the steps of its plan as tasks,
// with their dates, and says which are done once a later run has shown it.
func TestTasksOfThePlanOfAction(t *testing.T) {
	h := newHeld(t, 8, 4, nil)
	rep := h.look()
	before := h.poamOf(rep)
	require.Len(t, before.Plan.Items, 1)
	require.Len(t, before.Plan.Risks, 1)
	require.Len(t, before.Plan.Risks[0].Remediations, 1)
	tasks := before.Plan.Risks[0].Remediations[0].Tasks
	require.Len(t, tasks, len(h.plan.Steps))
	for i, st := range h.plan.Steps {
		assert.Equal(t, st.Verb, tasks[i].Title)
		assert.Equal(t, st.Start, tasks[i].Timing.Within.Start)
		assert.Equal(t, st.Due, tasks[i].Timing.Within.End)
		assert.Contains(t, tasks[i].Description, st.Criterion)
		assert.Contains(t, tasks[i].Description, "Undo: "+st.Undo)
	}
	h.through(closure.Lesson{Cause: "handed on"})
	after := h.poamOf(rep)
	for _, task := range tasks {
		assert.NotContains(t, task.Props, prop{"state", "done"}, task.Title)
	}
	for _, task := range after.Plan.Risks[0].Remediations[0].Tasks {
		assert.Contains(t, task.Props, prop{"state", "done"}, task.Title)
	}
}
