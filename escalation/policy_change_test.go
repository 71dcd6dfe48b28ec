package escalation

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/route"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// TestLaterPolicy: a case lives by the plan that it was opened with. Another policy
// changes new cases, and an old one by an event that says so.
func TestLaterPolicy(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	s.until("2026-03-02 09:30")
	data, err := os.ReadFile("testdata/policy.yaml")
	require.NoError(t, err)
	text := strings.NewReplacer("tell: [sam-manager, deputy]", "tell: [new-manager]", "owner: sam-desk", "owner: new-desk", "[board-office]", "[new-board]").Replace(string(data))
	later, err := policy.Load("policy.yaml", []byte(text), policy.Options{})
	require.NoError(t, err)

	s.p = later
	s.until("2026-03-02 12:00")
	assert.Equal(t, []string{"sam-manager", "deputy"}, s.c.Stage.People, "the stages are the plan's")
	assert.Equal(t, "sam-desk", s.c.Owner)
	assert.Equal(t, []string{"board-office"}, s.c.Plan.Fallback)

	fresh, _, err := Open(t.Context(), later, Request{Finding: finding("250000", s.now), Severity: rubric.Severity{Name: "high", Rank: 3}}, s.now)
	require.NoError(t, err)
	assert.Equal(t, "new-desk", fresh.Owner, "a new case is the new policy's")

	subject := route.Subject{Severity: s.c.Grade.Severity}
	plan, err := later.Assign(t.Context(), &subject)
	require.NoError(t, err)
	o := s.c.Opening
	o.Plan = plan
	s.add(s.c.Rate(later, o, "engine", s.now))
	assert.Equal(t, Rated, s.events[len(s.events)-1].Kind)
	assert.Equal(t, []string{"new-board"}, s.c.Plan.Fallback, "and an old one's after the event")
}

// TestPlanWithoutStages: a policy whose chain asks nobody does not load, but a log may
// hold a plan of before. The fallback is told, and a lease that lapses ends nothing.
func TestPlanWithoutStages(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "2000", silent())
	o := s.c.Opening
	o.Plan.Stages = nil
	s.add(s.c.Rate(s.p, o, "engine", s.now))
	s.until("2026-03-02 09:30")
	s.add(s.c.Acknowledge(s.p, "controller", s.now))
	s.until("2026-06-02 09:00")
	assert.Equal(t, lifecycle.Assigned, s.c.State, "the lease has lapsed")
	assert.True(t, s.c.Exhausted)
	assert.Contains(t, s.told(), "board-office")
	_, err := s.c.Explain(s.p, s.now)
	require.NoError(t, err)
}
