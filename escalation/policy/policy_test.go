package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/route"
)

const sound = `calendars:
  - name: zurich
    zone: Europe/Zurich
    week:
      monday: ["08:00-12:00", "13:00-17:00"]
      tuesday: ["08:00-12:00", "13:00-17:00"]
    holidays-from: [swiss]
teams:
  - name: sam-desk
    members:
      - {name: ann, away: [{from: 2026-07-06, until: 2026-07-17}]}
      - name: bob
chains:
  - name: standard
    calendar: zurich
    clocks:
      - {severity: high or more, acknowledge: 2 working hours, contain: 1 working day, remedy: 20 working days, lease: 4 working hours}
      - {severity: medium or less, acknowledge: 1 working day, contain: 5 working days, remedy: 60 working days}
    stages:
      - {name: owner, tell: [owner], wait: 2 working hours}
      - {name: manager, tell: [sam-manager, owner], wait: 4 working hours, acknowledgement: all}
      - {name: sponsor, tell: [cio], wait: 1 working day, severity: critical}
      - {name: counsel, tell: [counsel], wait: 1 working day, duty: [audit, cure]}
    repeat: {times: 1, after: 1 working day}
    fallback: [board-office]
routes:
  name: all
  owner: sam-desk
  chain: standard
  participants: [controller]
  routes:
    - {name: audits, match: {duty: audit}, owner: audit-lead, continue: true}
    - {name: oracle, match: {publisher: Oracle}, owner: oracle-desk, participants: [dba]}
`

func options() Options { return Options{Holidays: map[string][]calendar.Holiday{"swiss": nil}} }

func load(t testing.TB) *Policy {
	p, err := Load("policy.yaml", []byte(sound), options())
	require.NoError(t, err)
	return p
}

func ExamplePolicy_Assign() {
	p, err := Load("policy.yaml", []byte(sound), options())
	if err != nil {
		fmt.Println(err)
		return
	}
	s := route.SubjectOf(compliance.Finding{Rule: "shortfall", Publisher: "Oracle"}, "high")
	s.Duty = "audit"
	plan, err := p.Assign(context.Background(), &s)
	fmt.Println(plan.Route, plan.Also, plan.Owner, plan.Participants, err)
	fmt.Println("acknowledge within", plan.Clock.Acknowledge)
	for _, st := range plan.Stages {
		fmt.Println(st.Name, st.Tell, st.Wait)
	}
	// Output:
	// audits [oracle] audit-lead [controller oracle-desk dba] <nil>
	// acknowledge within 2 working hours
	// owner [audit-lead] 2 working hours
	// manager [sam-manager audit-lead] 4 working hours
	// counsel [counsel] 1 working day
}

func TestAssign(t *testing.T) {
	p := load(t)
	s := route.Subject{Severity: "critical", Duty: "none"}
	plan, err := p.Assign(t.Context(), &s)
	require.NoError(t, err)
	assert.Equal(t, "all", plan.Route)
	assert.Equal(t, []string{"owner", "manager", "sponsor"}, stageNames(plan))
	assert.Equal(t, []string{"sam-desk"}, plan.Stages[0].Tell)
	assert.Equal(t, All, plan.Stages[1].Acknowledgement)
	assert.Equal(t, "4 working hours", plan.Clock.Lease.String())

	s.Severity = "low"
	plan, err = p.Assign(t.Context(), &s)
	require.NoError(t, err)
	assert.Equal(t, "5 working days", plan.Clock.Lease.String(), "a lease that is left out is the time to contain")

	data, err := json.Marshal(plan)
	require.NoError(t, err)
	var back Plan
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, plan, back)

	s.Severity = "grave"
	_, err = p.Assign(t.Context(), &s)
	assert.ErrorContains(t, err, `no severity "grave"`)
}

func stageNames(p Plan) []string {
	var out []string
	for _, s := range p.Stages {
		out = append(out, s.Name)
	}
	return out
}

func TestOnDuty(t *testing.T) {
	p := load(t)
	cal := p.Calendar("zurich")
	at := func(s string) time.Time {
		tm, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return tm
	}
	assert.Equal(t, []string{"ann", "bob"}, p.OnDuty("sam-desk", at("2026-07-05T21:59:59Z"), cal))
	assert.Equal(t, []string{"bob"}, p.OnDuty("sam-desk", at("2026-07-05T22:00:00Z"), cal), "the sixth begins in Zurich")
	assert.Equal(t, []string{"bob"}, p.OnDuty("sam-desk", at("2026-07-17T21:59:59Z"), cal))
	assert.Equal(t, []string{"ann", "bob"}, p.OnDuty("sam-desk", at("2026-07-17T22:00:00Z"), cal))
	assert.Equal(t, []string{"cio"}, p.OnDuty("cio", at("2026-07-17T22:00:00Z"), cal))
}

func TestEnough(t *testing.T) {
	assert.True(t, Acknowledgement(1).Enough(1, 3))
	assert.False(t, Acknowledgement(2).Enough(1, 3))
	assert.True(t, Acknowledgement(5).Enough(3, 3), "a quorum is never more than those told")
	assert.False(t, All.Enough(2, 3))
	assert.True(t, All.Enough(3, 3))
}

func TestFaults(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no clock for a severity", "medium or less", "low to medium", "policy.yaml:14:11: chain \"standard\" has no clock for severity info"},
		{"two clocks", "medium or less", "high or less", "policy.yaml:18:20: severity high has two clocks, the other one on line 17"},
		{"clocks out of order", "acknowledge: 1 working day,", "acknowledge: 6 working days,", "policy.yaml:18:20: acknowledge takes 6 working days, longer than contain, which takes 5 working days"},
		{"more severe has longer", "remedy: 20 working days", "remedy: 90 working days", "policy.yaml:17:20: a more severe case has 90 working days to remedy, a less severe one (line 18) only 60 working days"},
		{"no unit", "lease: 4 working hours", "lease: 4", "policy.yaml:17:120: lease: \"4\" is no span"},
		{"no such calendar", "calendar: zurich", "calendar: zurch", "policy.yaml:15:15: no calendar \"zurch\"; known are zurich"},
		{"no such feed", "[swiss]", "[french]", "policy.yaml:7:21: no feed of holidays \"french\" was given"},
		{"no fallback", "fallback: [board-office]", "fallback: []", "policy.yaml:14:11: chain \"standard\" has no fallback"},
		{"owner as fallback", "fallback: [board-office]", "fallback: [owner]", "policy.yaml:25:16: the owner cannot be the fallback"},
		{"repeat without a wait", "{times: 1, after: 1 working day}", "{times: 1}", "chain \"standard\" repeats, so it needs repeat.after"},
		{"stage tells nobody", "tell: [cio]", "tell: []", "policy.yaml:22:16: stage \"sponsor\" tells nobody"},
		{"stage without time", "tell: [cio], wait: 1 working day", "tell: [cio], wait: 0 working days", "policy.yaml:22:16: stage \"sponsor\" waits no time"},
		{"stage twice", "name: sponsor", "name: manager", "policy.yaml:22:16: stage \"manager\" is listed twice"},
		{"acknowledgement", "acknowledgement: all", "acknowledgement: both", "acknowledgement \"both\" must be any, all, or how many people"},
		{"stage of no severity", "severity: critical", "severity: urgent", "no level \"urgent\""},
		{"route without chain", "  chain: standard\n", "", "route \"all\" needs chain"},
		{"route to another chain", "  chain: standard\n", "  chain: standrad\n", "no chain \"standrad\"; known are standard"},
		{"away backwards", "until: 2026-07-17", "until: 2026-07-01", "policy.yaml:11:54: ann is away until 2026-07-01, before it begins"},
		{"no date", "from: 2026-07-06", "from: July", "policy.yaml:11:35: \"July\" is no date"},
		{"team called owner", "name: sam-desk", "name: owner", "policy.yaml:9:11: \"owner\" stands for somebody already"},
		{"calendar twice", "teams:", "  - {name: zurich, zone: UTC, week: {monday: [\"08:00-12:00\"]}}\nteams:", "calendar \"zurich\" is listed twice"},
		{"no zone", "zone: Europe/Zurich", "zone: Local", "policy.yaml:3:11: \"Local\" is no zone"},
		{"overlap of the day", "\"13:00-17:00\"]\n      tuesday", "\"11:00-17:00\"]\n      tuesday", "policy.yaml:5:32: 11:00-17:00 overlaps another stretch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, sound, tt.old)
			_, err := Load("policy.yaml", []byte(strings.Replace(sound, tt.old, tt.new, 1)), options())
			var ps document.Problems
			require.ErrorAs(t, err, &ps)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(sound))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Load("f.yaml", data, options())
		if err != nil {
			_ = err.Error()
			return
		}
		sev := p.Rubric().Severities()
		plan, _ := p.Assign(t.Context(), &route.Subject{Severity: sev[0]})
		if plan.Owner == "" || len(plan.Fallback) == 0 {
			t.Fatal("a case without an owner or a fallback")
		}
	})
}
