package trigger

import (
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// RuleCoverageGap is the rule of the findings of [CoverageGaps].
const RuleCoverageGap compliance.RuleID = "coverage-gap"

// CoverageGaps finds the stages that will have nobody on duty on a day from today on,
// within so many days: each stage once, with its first gap. A stage that found nobody
// already is an alarm of its case and not here.
func CoverageGaps(p *policy.Policy, within int, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	seen := map[string]bool{}
	today := calendar.DateOf(at.UTC())
	for _, g := range p.Gaps(today, today.AddDays(within)) {
		subject := "stage " + g.Chain + "/" + g.Stage + " of " + strings.Join(g.Tell, ", ")
		if seen[subject] {
			continue
		}
		seen[subject] = true
		out = append(out, compliance.Finding{
			Rule: RuleCoverageGap, Verdict: compliance.Fail, Subject: subject, At: at,
			Message: fmt.Sprintf("stage %s of chain %s has nobody on duty from %s until %s", g.Stage, g.Chain, g.From, g.Until),
			Remedy:  "put somebody on duty or name a deputy",
			Facts:   []compliance.Fact{{Name: "from", Value: g.From.String()}, {Name: "until", Value: g.Until.String()}},
		})
	}
	return out
}
