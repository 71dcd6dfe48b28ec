// Package trigger finds what nobody wrote a rule for, because it shows only beside
// what was before, beside what was bought or beside the calendar: use that jumps,
// use that nobody declared, measured use that the inventory does not bear out, seats
// that run out before new ones can be bought, contracts and exceptions that end,
// sources that have grown old and positions that cannot be told.
//
// Each trigger is a pure function from facts, positions and thresholds to findings in
// the order of the facts. [Thresholds] are data of a playbook, and [Thresholds.Find]
// applies all that it sets. A finding's identity is that of what it is about and not
// of the day, so it has one case until it is gone. What is not known gives an unknown
// finding, never none.
//
// Deviations that one position, source or entitlement shows by itself are rules
// (package compliance/rule) and not here.
package trigger

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// The rules of the findings.
const (
	RuleFreeSeats       compliance.RuleID = "free-seats"
	RuleContractEnd     compliance.RuleID = "contract-end"
	RuleExceptionEnding compliance.RuleID = "exception-ending"
	RuleExceptionEnded  compliance.RuleID = "exception-ended"
)

// Supply says how fast a product is used up and bought.
type Supply struct {
	Position compliance.Position
	// PerDay is how many units are needed more each day; not valid where nobody
	// knows.
	PerDay decimal.NullDecimal
	// Lead is how long it takes to buy.
	Lead time.Duration
}

const day = 24 * time.Hour

// FreeSeats finds the positions whose surplus does not last until bought units
// would arrive: surplus < per day x days of lead time, the days rounded up.
func FreeSeats(supplies []Supply, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	for _, s := range supplies {
		p := s.Position
		f := compliance.Finding{
			Rule: RuleFreeSeats, Subject: "position " + p.Key(), Publisher: p.Publisher, Product: p.Product, At: at,
			Remedy: "buy before the lead time has run", Facts: []compliance.Fact{{Name: "surplus", Value: p.Surplus.String()}},
		}
		days := int64((s.Lead + day - 1) / day)
		switch {
		case !s.PerDay.Valid:
			f.Verdict, f.Missing = compliance.Unknown, []string{"units needed each day"}
			f.Message = fmt.Sprintf("nobody knows how fast %s is used up", p.Product)
		case p.Surplus.LessThan(s.PerDay.Decimal.Mul(decimal.NewFromInt(days))):
			f.Verdict = compliance.Fail
			f.Message = fmt.Sprintf("%s free of %s, at %s a day, do not last the %d days that buying takes", p.Surplus, p.Product, s.PerDay.Decimal, days)
		default:
			continue
		}
		out = append(out, f)
	}
	return out
}

// ContractEnds finds the contracts that end within a time from now, or have ended
// for no longer than that. One without an end has none.
func ContractEnds(contracts []compliance.Contract, within time.Duration, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	for _, c := range contracts {
		if c.End.IsZero() || c.End.After(at.Add(within)) || c.End.Before(at.Add(-within)) {
			continue
		}
		verb := "ends"
		if !at.Before(c.End) {
			verb = "ended"
		}
		out = append(out, compliance.Finding{
			Rule: RuleContractEnd, Verdict: compliance.Fail, Subject: "contract " + string(c.ID), Publisher: c.Publisher, Contract: c.ID, At: at,
			Message: fmt.Sprintf("contract %s %s on %s", c.ID, verb, c.End.UTC().Format(time.DateOnly)),
			Remedy:  "renew, replace or let it end",
		})
	}
	return out
}

// Exceptions finds those that must be looked at because their end is near, and
// those that have ended.
func Exceptions(p *policy.Policy, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	for _, e := range p.Exceptions() {
		f := compliance.Finding{Verdict: compliance.Fail, Subject: "exception " + e.Name, At: at, Remedy: "mend the deviation, or have it approved anew"}
		end := e.Until.UTC().Format(time.DateOnly)
		switch e.StatusAt(at) {
		case policy.Ending:
			f.Rule, f.Message = RuleExceptionEnding, fmt.Sprintf("exception %s ends on %s", e.Name, end)
		case policy.Expired:
			f.Rule, f.Message = RuleExceptionEnded, fmt.Sprintf("exception %s ended on %s: what it let stand is a deviation again", e.Name, end)
		default:
			continue
		}
		out = append(out, f)
	}
	return out
}
