package trigger

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// RuleSpike is the rule of the findings of [Spikes].
const RuleSpike compliance.RuleID = "spike"

// Point is what a position required, and was short of, at an instant before.
type Point struct {
	// Run names the run that computed it.
	Run      string              `json:"run"`
	At       time.Time           `json:"at"`
	Required compliance.Interval `json:"required"`
	Short    compliance.Interval `json:"short"`
}

// Series is a position with what it required before, the oldest first.
type Series struct {
	Position compliance.Position
	Before   []Point
}

// Spike says what a spike is.
type Spike struct {
	// Over is how many of the last points are looked at; 0 means 12.
	Over int
	// Least is the growth in units below which nothing is a spike; it is 1 at least.
	Least decimal.Decimal
	// Share is the part of the median by which the position must have grown, such as
	// 0.25.
	Share decimal.Decimal
}

const (
	spikeOver = 12
	// enough is how many points tell how far a position swings by itself.
	enough = 5
)

var (
	one  = decimal.NewFromInt(1)
	half = decimal.New(5, -1)
	// modified and outlier are the constants of the modified z-score: a value is an
	// outlier where 0.6745 x (value - median) / MAD exceeds 3.5 (B. Iglewicz and D.
	// Hoaglin, How to Detect and Handle Outliers, ASQC 1993; NIST/SEMATECH e-Handbook
	// of Statistical Methods, 1.3.5.17).
	modified = decimal.New(6745, -4)
	outlier  = decimal.New(35, -1)
)

// Spikes finds the positions that require suddenly more: by Least units, and by Share
// of the median of the points before. From five points on the growth must also be an
// outlier by its modified z-score, so that what swings anyway is no spike.
//
// Only points that are known count. A position with none before has not grown: what
// appears for the first time is [Undisclosed] or is licensed. Where the lower bound is
// no spike and the upper one is, or is open, the finding is unknown.
func Spikes(all []Series, s Spike, at time.Time) []compliance.Finding {
	var out []compliance.Finding
	for _, series := range all {
		before := series.known(s.Over)
		if len(before) == 0 {
			continue
		}
		p := series.Position
		f := about(p, RuleSpike, at)
		m := median(before)
		f.Remedy = "find out what has changed, and license it or take it back"
		f.Facts = []compliance.Fact{
			{Name: "required", Value: p.Required.String()}, {Name: "median", Value: m.String()},
			{Name: "deviation", Value: deviation(before, m).String()}, {Name: "runs", Value: fmt.Sprint(len(before))},
		}
		switch high := p.Required.High; {
		case s.jumps(p.Required.Low, before):
			f.Verdict = compliance.Fail
			f.Message = fmt.Sprintf("%s requires %s, after a median of %s in the %d runs before", p.Product, p.Required, m, len(before))
		case !p.Required.Known() && (!high.Valid || s.jumps(high.Decimal, before)):
			f.Verdict, f.Missing = compliance.Unknown, p.Missing
			f.Message = fmt.Sprintf("%s may require suddenly more: %s, after a median of %s in the %d runs before", p.Product, p.Required, m, len(before))
		default:
			continue
		}
		out = append(out, f)
	}
	return out
}

// known are the last points whose requirement is known.
func (s Series) known(over int) []decimal.Decimal {
	if over <= 0 {
		over = spikeOver
	}
	var out []decimal.Decimal
	for _, p := range s.Before {
		if p.Required.Known() {
			out = append(out, p.Required.Low)
		}
	}
	return out[max(0, len(out)-over):]
}

func (s Spike) jumps(now decimal.Decimal, before []decimal.Decimal) bool {
	m := median(before)
	growth := now.Sub(m)
	if growth.LessThan(decimal.Max(s.Least, one)) || !growth.GreaterThan(s.Share.Mul(m)) {
		return false
	}
	return len(before) < enough || modified.Mul(growth).GreaterThan(outlier.Mul(deviation(before, m)))
}

// median is exact: the middle value, or half the sum of the two in the middle.
func median(values []decimal.Decimal) decimal.Decimal {
	sorted := slices.SortedFunc(slices.Values(values), decimal.Decimal.Compare)
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return sorted[n/2-1].Add(sorted[n/2]).Mul(half)
}

// deviation is the median absolute deviation from the median m.
func deviation(values []decimal.Decimal, m decimal.Decimal) decimal.Decimal {
	away := make([]decimal.Decimal, len(values))
	for i, v := range values {
		away[i] = v.Sub(m).Abs()
	}
	return median(away)
}

// about is a finding about a position.
func about(p compliance.Position, rule compliance.RuleID, at time.Time) compliance.Finding {
	return compliance.Finding{
		Rule: rule, Subject: "position " + p.Key(), Publisher: p.Publisher, Product: p.Product, Exposure: p.Exposure, At: at,
	}
}
