package trigger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// The rules of the findings of [Undisclosed] and [OutsideScope].
const (
	RuleUndisclosed  compliance.RuleID = "undisclosed"
	RuleOutsideScope compliance.RuleID = "outside-scope"
)

// Undisclosed finds what is in use and was never declared: positions that require
// something and have no entitlement at all, not even one that has run out, and paid
// products of which nothing says how they are licensed. What requires or has fewer
// than least is left; least below 1 means 1.
func Undisclosed(res *compliance.Result, least decimal.Decimal, at time.Time) []compliance.Finding {
	least = decimal.Max(least, one)
	var out []compliance.Finding
	for _, p := range res.Positions {
		if len(p.Entitlements) > 0 {
			continue
		}
		f := about(p, RuleUndisclosed, at)
		f.Remedy = "buy, take it off, or record what was bought"
		f.Facts = []compliance.Fact{{Name: "required", Value: p.Required.String()}, {Name: "consumers", Value: fmt.Sprint(consumers(p))}}
		switch high := p.Required.High; {
		case p.Required.Low.GreaterThanOrEqual(least):
			f.Verdict = compliance.Fail
			f.Message = fmt.Sprintf("%s requires %s and nothing of it was ever bought", p.Product, p.Required)
		case !high.Valid || high.Decimal.GreaterThanOrEqual(least):
			f.Verdict, f.Missing = compliance.Unknown, p.Missing
			f.Message = fmt.Sprintf("%s may require up to %s and nothing of it was ever bought", p.Product, upper(p.Required))
		default:
			continue
		}
		out = append(out, f)
	}
	for _, u := range res.Unmanaged {
		if !u.Paid || decimal.NewFromInt(int64(u.Installs)).LessThan(least) {
			continue
		}
		maker, _, _ := strings.Cut(string(u.Product), "/")
		out = append(out, compliance.Finding{
			Rule: RuleUndisclosed, Verdict: compliance.Fail, Subject: "product " + string(u.Product), Publisher: maker, Product: u.Product, At: at,
			Message: fmt.Sprintf("%s needs a license, is installed %d times, and nothing says how it is licensed", u.Product, u.Installs),
			Remedy:  "record how it is licensed, or take it off",
			Facts:   []compliance.Fact{{Name: "installs", Value: fmt.Sprint(u.Installs)}},
		})
	}
	return out
}

// consumers counts what a position's outcomes stand for.
func consumers(p compliance.Position) int {
	n := 0
	for i := range p.Consumers {
		n += max(1, p.Consumers[i].Alike)
	}
	return n
}

// upper is the upper bound in words.
func upper(i compliance.Interval) string {
	if !i.High.Valid {
		return "any number"
	}
	return i.High.Decimal.String()
}

// scopes are the refusals that come of where something is used.
var scopes = []compliance.Reason{compliance.OutsideEntity, compliance.OutsideCountry, compliance.OutsideEnvironment}

// OutsideScope finds the positions of which at least so many units are used where no
// entitlement reaches: every one there is may not cover the use, and one at least
// because of its entity, country or environment. Least below 1 means 1.
func OutsideScope(positions []compliance.Position, least decimal.Decimal, at time.Time) []compliance.Finding {
	least = decimal.Max(least, one)
	var out []compliance.Finding
	for _, p := range positions {
		var units decimal.Decimal
		by := map[compliance.Reason]decimal.Decimal{}
		for i := range p.Consumers {
			o := &p.Consumers[i]
			if o.Reason != compliance.NoEntitlement || !o.Short.IsPositive() {
				continue
			}
			scoped := false
			for _, s := range scopes {
				if slices.ContainsFunc(o.Refusals, func(r compliance.Refusal) bool { return r.Reason == s }) {
					by[s] = by[s].Add(o.Short)
					scoped = true
				}
			}
			if scoped {
				units = units.Add(o.Short)
			}
		}
		if units.LessThan(least) {
			continue
		}
		f := about(p, RuleOutsideScope, at)
		f.Verdict = compliance.Fail
		f.Message = fmt.Sprintf("%s %s of %s are used outside the scope of what was bought", units, p.Unit, p.Product)
		f.Remedy = "move the use into the scope, have the scope widened, or buy for where it is"
		f.Facts = []compliance.Fact{{Name: "units", Value: units.String()}}
		for _, s := range scopes {
			if q, ok := by[s]; ok {
				f.Facts = append(f.Facts, compliance.Fact{Name: string(s), Value: q.String()})
			}
		}
		out = append(out, f)
	}
	return out
}
