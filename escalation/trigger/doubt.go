package trigger

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// The rules of the findings of [StaleSources] and [UnknownPositions].
const (
	RuleStaleSource     compliance.RuleID = "stale-source"
	RuleUnknownPosition compliance.RuleID = "unknown-position"
)

// Stale says from which age a source is stale.
type Stale struct {
	// After holds for every source that Sources does not name.
	After   time.Duration
	Sources map[compliance.SourceID]time.Duration
}

func (s Stale) after(id compliance.SourceID) time.Duration {
	if d, ok := s.Sources[id]; ok {
		return d
	}
	return s.After
}

// StaleSources finds the sources whose last full reading is older than allowed. One
// that was never read to its end has no age, so its finding is unknown.
func StaleSources(sources []compliance.SourceState, s Stale, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	for _, src := range sources {
		after := s.after(src.ID)
		f := compliance.Finding{
			Rule: RuleStaleSource, Verdict: compliance.Fail, Subject: "source " + string(src.ID), Source: src.ID, At: at,
			Remedy: "read the source again", Facts: []compliance.Fact{{Name: "allowed", Value: after.String()}},
		}
		switch age := at.Sub(src.Collected); {
		case src.Collected.IsZero():
			f.Verdict, f.Missing = compliance.Unknown, []string{"a full reading of source " + string(src.ID)}
			f.Message = fmt.Sprintf("source %s was never read to its end", src.ID)
		case age > after:
			f.Message = fmt.Sprintf("source %s was last read to its end on %s, %d days ago", src.ID, src.Collected.UTC().Format(time.DateOnly), int64(age/day))
			f.Facts = append(f.Facts, compliance.Fact{Name: "collected", Value: src.Collected.UTC().Format(time.RFC3339)})
		default:
			continue
		}
		out = append(out, f)
	}
	return out
}

// UnknownPositions finds the positions whose shortage is an interval at least as wide
// as so many units, or open. Least below 1 means 1. The money at risk is that of the
// upper bound; where that is open, it is not known.
func UnknownPositions(positions []compliance.Position, least decimal.Decimal, at time.Time) []compliance.Finding {
	least = decimal.Max(least, one)
	var out []compliance.Finding
	for _, p := range positions {
		high := p.Short.High
		if p.Short.Known() || high.Valid && high.Decimal.Sub(p.Short.Low).LessThan(least) {
			continue
		}
		f := about(p, RuleUnknownPosition, at)
		f.Verdict, f.Missing = compliance.Unknown, p.Missing
		f.Exposure = compliance.Money{}
		if p.ExposureHigh.Valid {
			f.Exposure = compliance.Money{Amount: p.ExposureHigh.Decimal, Currency: p.Exposure.Currency}
		}
		f.Message = fmt.Sprintf("how much of %s is short cannot be told: %s to %s", p.Product, p.Short.Low, upper(p.Short))
		f.Remedy = "find the missing facts"
		f.Facts = []compliance.Fact{{Name: "required", Value: p.Required.String()}, {Name: "short", Value: p.Short.String()}}
		out = append(out, f)
	}
	return out
}
