package trigger

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// Facts are what triggers look at.
type Facts struct {
	// Result is the run's; the others are what it does not hold.
	Result *compliance.Result
	// Series are the result's positions with what they required before.
	Series    []Series
	Measured  []Measured
	Contracts []compliance.Contract
	Policy    *policy.Policy
}

// Rules are the identifiers of the rules of all triggers, of which no rule of a
// playbook may have one.
func Rules() []compliance.RuleID {
	return []compliance.RuleID{
		RuleSpike, RuleUndisclosed, RuleOutsideScope, RuleUsageUnseen, RuleUsageOver, RuleStaleSource, RuleUnknownPosition,
		RuleContractEnd, RuleExceptionEnding, RuleExceptionEnded, RuleCoverageGap, RuleFreeSeats,
	}
}

// Machinery says whether what went wrong with cases is to be found too; it is not
// among what Find finds, since it is in the events of cases.
func (t *Thresholds) Machinery() bool { return t.doc.Machinery }

// Measures says whether the facts must hold what was measured.
func (t *Thresholds) Measures() bool { return t.doc.Mismatch != nil }

// Document is what was checked.
func (t *Thresholds) Document() Document { return t.doc }

// Find applies the triggers that are set, in the order of [Rules].
func (t *Thresholds) Find(f Facts, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	d := &t.doc
	if s := d.Spike; s != nil {
		out = append(out, Spikes(f.Series, Spike{Over: s.Over, Least: s.Least, Share: s.Share}, at)...)
	}
	if d.Undisclosed != nil {
		out = append(out, Undisclosed(f.Result, d.Undisclosed.Least, at)...)
	}
	if d.Scope != nil {
		out = append(out, OutsideScope(f.Result.Positions, d.Scope.Least, at)...)
	}
	if m := d.Mismatch; m != nil {
		out = append(out, Mismatches(f.Measured, Mismatch{Share: m.Share, Least: m.Least}, at)...)
	}
	if d.Stale != nil {
		out = append(out, StaleSources(f.Result.Sources, t.stale, at)...)
	}
	if d.Unknown != nil {
		out = append(out, UnknownPositions(f.Result.Positions, d.Unknown.Least, at)...)
	}
	if d.ContractEnd != nil {
		out = append(out, ContractEnds(f.Contracts, time.Duration(d.ContractEnd.WithinDays)*day, at)...)
	}
	if d.Exceptions {
		out = append(out, Exceptions(f.Policy, at)...)
	}
	if g := d.Coverage; g != nil {
		out = append(out, CoverageGaps(f.Policy, g.WithinDays, at)...)
	}
	return append(out, FreeSeats(t.supplies(f.Series, at), at)...)
}

// supplies are the positions whose free seats are watched.
func (t *Thresholds) supplies(all []Series, at time.Time) []Supply {
	var out []Supply
	for _, s := range all {
		d, ok := t.seats[s.Position.Product]
		if !ok {
			continue
		}
		supply := Supply{Position: s.Position, Lead: time.Duration(d.LeadDays) * day, PerDay: s.perDay(at)}
		if d.PerDay != nil {
			supply.PerDay = decimal.NewNullDecimal(*d.PerDay)
		}
		out = append(out, supply)
	}
	return out
}

// perDay is how many units the position has come to need more each day between the
// first and the last point that are known, now among them, rounded up to the
// thousandth and never below zero; not valid where they are less than a day apart.
func (s Series) perDay(at time.Time) decimal.NullDecimal {
	var known []Point
	for _, p := range append(slices.Clip(s.Before), Point{At: at, Required: s.Position.Required}) {
		if p.Required.Known() {
			known = append(known, p)
		}
	}
	if len(known) < 2 {
		return decimal.NullDecimal{}
	}
	first, last := known[0], known[len(known)-1]
	apart := last.At.Sub(first.At)
	if apart < day {
		return decimal.NullDecimal{}
	}
	grown := last.Required.Low.Sub(first.Required.Low)
	perDay := grown.Mul(decimal.NewFromInt(int64(day))).DivRound(decimal.NewFromInt(int64(apart)), perDayScale+3).RoundCeil(perDayScale)
	return decimal.NewNullDecimal(decimal.Max(decimal.Zero, perDay))
}

const perDayScale = 3
