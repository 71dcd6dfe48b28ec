package playbook

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// setting is what findings are rated in: the positions, the contracts that their
// entitlements belong to, and what was before.
type setting struct {
	p         *Playbook
	res       *compliance.Result
	past      *Past
	positions map[string]*compliance.Position
	contracts map[compliance.EntitlementID]compliance.ContractID
}

func newSetting(p *Playbook, res *compliance.Result, past *Past) *setting {
	s := &setting{p, res, past, map[string]*compliance.Position{}, map[compliance.EntitlementID]compliance.ContractID{}}
	for i := range res.Positions {
		s.positions["position "+res.Positions[i].Key()] = &res.Positions[i]
	}
	for _, e := range p.terms.Entitlements {
		if e.Contract != "" {
			s.contracts[e.ID] = e.Contract
		}
	}
	return s
}

// position is the one that a finding is about, nil where it is about none.
func (s *setting) position(f compliance.Finding) *compliance.Position { return s.positions[f.Subject] }

// duties are the words for what a contract demands, from the mildest to the hardest.
var duties = []string{rubric.DutyNone, rubric.DutyNotice, rubric.DutyTrueUp, rubric.DutyCure, rubric.DutyAudit}

// contract is the one whose duties a finding is under: the one it names, or of those
// that the entitlements of its position belong to the one that demands most.
func (s *setting) contract(f compliance.Finding, pos *compliance.Position) *compliance.Contract {
	if f.Contract != "" || pos == nil {
		return s.p.contract(f.Contract)
	}
	rank := func(c *compliance.Contract) int { return slices.Index(duties, rubric.Duty(c, f.At)) }
	var hardest *compliance.Contract
	for _, e := range pos.Entitlements {
		c := s.p.contract(s.contracts[e.Entitlement])
		if c == nil {
			continue
		}
		if hardest == nil || rank(c) > rank(hardest) || rank(c) == rank(hardest) && c.ID < hardest.ID {
			hardest = c
		}
	}
	return hardest
}

// spread is how many consumers of a position are short.
func spread(pos *compliance.Position) decimal.NullDecimal {
	n := 0
	for i := range pos.Consumers {
		if o := &pos.Consumers[i]; o.Short.IsPositive() {
			n += max(1, o.Alike)
		}
	}
	return decimal.NewNullDecimal(decimal.NewFromInt(int64(n)))
}
