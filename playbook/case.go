package playbook

import (
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/evidence"
)

// Case is a deviation that somebody has to see to: a finding with an owner and
// due times. One finding is one case over all runs.
type Case struct {
	// ID is the identity of the finding.
	ID      string            `json:"id"`
	Rule    compliance.RuleID `json:"rule"`
	Subject string            `json:"subject"`
	State   lifecycle.State   `json:"state"`
	// Outcome says how it ended, for a closed case.
	Outcome  lifecycle.Outcome `json:"outcome,omitempty"`
	Severity string            `json:"severity"`
	Vector   string            `json:"vector"`
	// Plan is who acts and by when, as the policy of the time of opening has it. A
	// later policy changes new cases only.
	Plan policy.Plan `json:"plan"`
	// Opened is when the case was opened, or reopened.
	Opened time.Time `json:"opened"`
	// AcknowledgeBy, ContainBy and RemedyBy are when each is due.
	AcknowledgeBy time.Time `json:"acknowledge_by"`
	ContainBy     time.Time `json:"contain_by"`
	RemedyBy      time.Time `json:"remedy_by"`
}

// CaseEvent is one step of a case, as evidence keeps it. A case is the fold of
// its events and of nothing else.
type CaseEvent struct {
	Case string         `json:"case"`
	Step lifecycle.Step `json:"step"`
	At   time.Time      `json:"at"`
	Run  evidence.RunID `json:"run"`

	// Triage carries what was found, Assign who acts and by when, Close how it
	// ended.
	Rule          compliance.RuleID `json:"rule,omitempty"`
	Subject       string            `json:"subject,omitempty"`
	Severity      string            `json:"severity,omitempty"`
	Vector        string            `json:"vector,omitempty"`
	Plan          *policy.Plan      `json:"plan,omitempty"`
	AcknowledgeBy time.Time         `json:"acknowledge_by,omitzero"`
	ContainBy     time.Time         `json:"contain_by,omitzero"`
	RemedyBy      time.Time         `json:"remedy_by,omitzero"`
	Outcome       lifecycle.Outcome `json:"outcome,omitempty"`
}

// apply moves the case on by an event, and says whether the event is one that
// the case's state allows.
func (c *Case) apply(e CaseEvent) bool {
	from := c.State
	if from == lifecycle.StateInvalid {
		from = lifecycle.Detected
	}
	next, ok := lifecycle.After(from, e.Step)
	if !ok {
		return false
	}
	c.State = next
	switch e.Step {
	case lifecycle.Triage:
		c.ID, c.Rule, c.Subject, c.Severity, c.Vector = e.Case, e.Rule, e.Subject, e.Severity, e.Vector
		if c.Opened.IsZero() {
			c.Opened = e.At
		}
	case lifecycle.Assign:
		c.Plan, c.AcknowledgeBy, c.ContainBy, c.RemedyBy = *e.Plan, e.AcknowledgeBy, e.ContainBy, e.RemedyBy
	case lifecycle.Reopen:
		c.Opened, c.Outcome = e.At, lifecycle.OutcomeNone
	case lifecycle.Close:
		c.Outcome = e.Outcome
	}
	return true
}

// opening are the events that open, or reopen, a case for a finding.
func opening(f Judged, cal *calendar.Calendar, run evidence.RunID, now time.Time, again bool) []CaseEvent {
	event := func(step lifecycle.Step) CaseEvent {
		return CaseEvent{Case: f.Identity, Step: step, At: now, Run: run}
	}
	var out []CaseEvent
	if again {
		out = append(out, event(lifecycle.Reopen))
	}
	triage := event(lifecycle.Triage)
	triage.Rule, triage.Subject, triage.Severity, triage.Vector = f.Rule, f.Subject, f.Severity, f.Vector
	assign := event(lifecycle.Assign)
	plan, clock := f.plan, f.plan.Clock
	assign.Plan = &plan
	assign.AcknowledgeBy, assign.ContainBy, assign.RemedyBy = cal.Add(now, clock.Acknowledge), cal.Add(now, clock.Contain), cal.Add(now, clock.Remedy)
	return append(out, triage, assign)
}

// closing is the event that closes a case whose deviation is gone.
func closing(c Case, run evidence.RunID, now time.Time) CaseEvent {
	return CaseEvent{Case: c.ID, Step: lifecycle.Close, At: now, Run: run, Outcome: lifecycle.Remedied}
}
