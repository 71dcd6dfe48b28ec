package escalation

import (
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// The rules of the findings about drills.
const (
	RuleDrill        compliance.RuleID = "escalation-drill"
	RuleDrillOverdue compliance.RuleID = "escalation-drill-overdue"
)

// DrillFinding is what the case of a drill is about: nothing. Open it with the
// drill's name in [Request.Drill].
func DrillFinding(name string, at time.Time) compliance.Finding {
	return compliance.Finding{
		Rule: RuleDrill, Verdict: compliance.Fail, Subject: "drill " + name + " " + at.UTC().Format(time.DateOnly),
		Message: "This is a drill. Nothing has happened.", Remedy: "take the case and close it as false", At: at,
	}
}

// OverdueDrills are the findings about drills that have not been held in time. A
// drill was held when its case was taken by somebody: one that all stages let pass
// has shown that the escalation does not work.
func OverdueDrills(p *policy.Policy, cases []Case, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	for _, d := range p.Drills() {
		var last time.Time
		for _, c := range cases {
			if c.Drill == d.Name && !c.Acknowledged.IsZero() && c.Acknowledged.After(last) {
				last = c.Acknowledged
			}
		}
		due := d.Due(last)
		if at.Before(due) {
			continue
		}
		held := "never"
		if !last.IsZero() {
			held = last.UTC().Format(time.DateOnly)
		}
		out = append(out, compliance.Finding{
			Rule: RuleDrillOverdue, Verdict: compliance.Fail, Subject: "drill " + d.Name, At: at,
			Message: fmt.Sprintf("drill %s was due on %s and was last held: %s", d.Name, due.UTC().Format(time.DateOnly), held),
			Facts:   []compliance.Fact{{Name: "due", Value: due.UTC().Format(time.RFC3339)}, {Name: "last", Value: held}},
			Remedy:  "hold the drill",
		})
	}
	return out
}
