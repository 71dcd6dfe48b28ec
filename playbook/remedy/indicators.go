package remedy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/remediation/closure"
)

// Indicators say how remediation goes, from the entries of the log alone.
type Indicators struct {
	// Asked, Verified and Closed count cases: all, those whose last report says that
	// everything is done, and those that were closed.
	Asked, Verified, Closed int
	// MeanDays is how long it took from the run that a plan was made in to the report that
	// showed it done, over the verified cases, in days to two places; invalid without any.
	MeanDays decimal.NullDecimal
	// Reopened counts closed cases of which a position was short again later, and
	// ShareReopened is their part of the closed ones to four places; invalid without any.
	Reopened      int
	ShareReopened decimal.NullDecimal
	// PlannedSaving and Saving are by how much exposure was to fall in the closed cases
	// and did, PlannedCost and Cost what that was to cost and did, by currency, sorted.
	PlannedSaving, Saving, PlannedCost, Cost []compliance.Money
}

// Indicators are computed over all cases of the log.
func (d *Desk) Indicators(ctx context.Context) (Indicators, error) {
	cases, err := d.Cases(ctx)
	if err != nil {
		return Indicators{}, err
	}
	plans, err := d.Plans(ctx)
	if err != nil {
		return Indicators{}, err
	}
	var out Indicators
	var took time.Duration
	for _, c := range cases {
		out.Asked++
		if c.Report == nil || !c.Report.Report.Verified {
			continue
		}
		out.Verified++
		took += c.Report.Report.At.Sub(c.Planned.Plan.Created)
		if c.Closed == nil {
			continue
		}
		out.Closed++
		if reopened(c, plans) {
			out.Reopened++
		}
		out.count(c.Report.Report)
	}
	if out.Verified > 0 {
		days := decimal.NewFromInt(int64(took/time.Second)).DivRound(decimal.NewFromInt(int64(24*60*60*out.Verified)), 2)
		out.MeanDays = decimal.NewNullDecimal(days)
	}
	if out.Closed > 0 {
		out.ShareReopened = decimal.NewNullDecimal(decimal.NewFromInt(int64(out.Reopened)).DivRound(decimal.NewFromInt(int64(out.Closed)), 4))
	}
	return out, nil
}

func (i *Indicators) count(r closure.Report) {
	for _, p := range r.Positions {
		i.PlannedSaving = plus(i.PlannedSaving, p.PlannedSaving)
		i.Saving = plus(i.Saving, p.Saving)
	}
	i.PlannedCost = plus(i.PlannedCost, r.PlannedCost)
	i.Cost = plus(i.Cost, r.RealisedCost)
}

// reopened says whether a plan that was made after a case was closed mends one of its
// positions again.
func reopened(c Case, plans []Planned) bool {
	return slices.ContainsFunc(plans, func(p Planned) bool {
		if !p.Plan.Created.After(c.Closed.At) {
			return false
		}
		for _, change := range p.Plan.Positions {
			for _, before := range c.Planned.Plan.Positions {
				if change.Position == before.Position {
					return true
				}
			}
		}
		return false
	})
}

// plus adds an amount to those of its currency.
func plus(sum []compliance.Money, m compliance.Money) []compliance.Money {
	at := slices.IndexFunc(sum, func(s compliance.Money) bool { return s.Currency == m.Currency })
	if at >= 0 {
		sum[at].Amount = sum[at].Amount.Add(m.Amount)
		return sum
	}
	sum = append(sum, m)
	slices.SortFunc(sum, func(a, b compliance.Money) int { return strings.Compare(a.Currency, b.Currency) })
	return sum
}
