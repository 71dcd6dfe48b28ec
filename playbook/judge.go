package playbook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/rule"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/route"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// Judged is a finding with what the playbook makes of it.
type Judged struct {
	compliance.Finding
	// Identity is that of the finding over all runs.
	Identity string `json:"identity"`
	// Severity is the rubric's word, Vector the answers it was given for, Row
	// the row of the rubric that decided, Reason why.
	Severity string `json:"severity"`
	Vector   string `json:"vector"`
	Row      string `json:"row"`
	Reason   string `json:"reason"`
	// Unanswered names the factors that nothing answered; they counted at the
	// level that the rubric assumes.
	Unanswered []string `json:"unanswered,omitempty"`
	// Unfit says which facts do not answer the factor that asks for them, such as
	// a tier that the rubric does not know, and which routes could not be decided.
	Unfit string `json:"unfit,omitempty"`
	// Route names where the finding goes, Owner who must act.
	Route string `json:"route"`
	Owner string `json:"owner,omitempty"`

	severity rubric.Severity
	subject  route.Subject
	plan     policy.Plan
	contract *compliance.Contract
}

// judge evaluates the rules and then the triggers over a result, and classifies and
// routes what they find.
func (p *Playbook) judge(ctx context.Context, facts Facts, res *compliance.Result, now time.Time) ([]Judged, error) {
	findings, err := p.rules.Evaluate(ctx, rule.Input{
		Result: res, Entitlements: p.terms.Entitlements, Contracts: p.terms.Contracts, Disagreements: facts.Estate.Disagreements(),
	})
	if err != nil {
		return nil, fmt.Errorf("playbook: rules: %w", err)
	}
	findings = append(findings, p.triggered(facts, res, now)...)
	out := make([]Judged, len(findings))
	in := newSetting(p, res, facts.Past)
	for i, f := range findings {
		if out[i], err = p.classify(ctx, f, in); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *Playbook) classify(ctx context.Context, f compliance.Finding, in *setting) (Judged, error) {
	pos := in.position(f)
	contract := in.contract(f, pos)
	facts := rubric.FactsOf(f, contract)
	facts.Tier = p.tier(f)
	if pos != nil {
		facts.Spread, facts.Trend = spread(pos), in.past.trend(pos)
	}
	facts.Confidence = confidence(f, in.res)
	answers, unfit := p.escalation.Rubric().Answer(&facts)
	sev := p.escalation.Rubric().Classify(answers)
	j := Judged{
		Finding: f, Identity: f.Identity(), Severity: sev.Name, Vector: sev.Vector(), Row: sev.Row, Reason: sev.Reason,
		Unanswered: sev.Unanswered(), severity: sev, subject: route.SubjectOf(f, sev.Name), contract: contract,
	}
	if unfit != nil {
		// The factor counts as unanswered, so the severity is not lower for it.
		j.Unfit = unfit.Error()
	}
	j.subject.Tier, j.subject.Duty = facts.Tier, facts.Duty
	var err error
	if j.plan, err = p.escalation.Assign(ctx, &j.subject); err != nil && j.plan.Chain == "" {
		return Judged{}, fmt.Errorf("playbook: route of %s: %w", f.Subject, err)
	} else if err != nil {
		// A route whose expression went wrong did not match; the finding has
		// another, and says so.
		j.Unfit = strings.TrimSpace(j.Unfit + "\n" + err.Error())
	}
	j.Route, j.Owner = j.plan.Route, j.plan.Owner
	return j, nil
}

func (p *Playbook) contract(id compliance.ContractID) *compliance.Contract {
	i := slices.IndexFunc(p.terms.Contracts, func(c compliance.Contract) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &p.terms.Contracts[i]
}

// tier is the risk tier of the finding's product, empty where no licensing line
// names one.
func (p *Playbook) tier(f compliance.Finding) string {
	for _, l := range p.terms.Licensing {
		if l.Product == f.Product && l.Tier != "" {
			return l.Tier
		}
	}
	return ""
}

// The words for how far the data behind a finding can be relied on.
const (
	confidenceHigh   = "high"
	confidenceMedium = "medium"
	confidenceLow    = "low"
)

// confidence is low where facts are missing or a source did not deliver, medium
// where a source is only old.
func confidence(f compliance.Finding, res *compliance.Result) string {
	if f.Verdict != compliance.Fail {
		return confidenceLow
	}
	word := confidenceHigh
	for _, p := range res.Positions {
		if p.Product != f.Product {
			continue
		}
		if len(p.Missing) > 0 {
			return confidenceLow
		}
		if len(p.Doubtful) > 0 {
			word = confidenceMedium
		}
	}
	return word
}
