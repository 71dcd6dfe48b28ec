package rubric

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// Facts are what the factors of a rubric are answered from. What is left empty
// is not known.
type Facts struct {
	// Exposure is the money at risk. Without a currency it is not known.
	Exposure compliance.Money
	// Spread is how many devices, users or entities are affected.
	Spread decimal.NullDecimal
	// Trend is the change of the shortfall since the run before, in percent.
	Trend decimal.NullDecimal
	// Proximity is the days that are left until an audit, a count or a renewal.
	Proximity decimal.NullDecimal
	// Tier is the risk tier of the license type.
	Tier string
	// Duty is what the contract demands: see [Duty].
	Duty string
	// Regulation is the word for what the law demands of this product's use.
	Regulation string
	// Confidence is the word for how far the data can be relied on.
	Confidence string
	// Asked are answers that a person gave: the name of a level for the name of
	// a factor. They take precedence over the facts above.
	Asked map[string]string
}

// fact is the kind of thing that answers a factor.
type fact uint8

const (
	factInvalid fact = iota
	factExposure
	factSpread
	factTrend
	factProximity
	factTier
	factDuty
	factRegulation
	factConfidence
	factAsked
)

var factNames = [...]string{"", "exposure", "spread", "trend", "proximity", "tier", "duty", "regulation", "confidence", "asked"}

func (f fact) isNumber() bool { return f >= factExposure && f <= factProximity }
func (f fact) isWord() bool   { return f >= factTier && f <= factConfidence }

func (c *compiler) factOf(d FactorDocument) fact {
	at := d.Fact
	if at.IsZero() {
		at = d.Name
	}
	if i := slices.Index(factNames[1:], at.Value); i >= 0 {
		return fact(i + 1)
	}
	c.fail(at, "factor %q is answered by no known fact; give it one of %s", d.Name.Value, strings.Join(factNames[1:], ", "))
	return factInvalid
}

// ErrAnswer is wrapped by the error of a fact that a factor cannot be answered
// from. The factor then counts as unanswered, so the severity is not lower for
// it; mend the fact, or the rubric's words, and classify again.
var ErrAnswer = errors.New("fact does not answer the factor")

// Answer turns facts into answers. Whatever the error, the answers can be
// classified: a fact that does not fit leaves its factor unanswered. The error
// wraps [ErrAnswer] and names every such factor.
func (r *Rubric) Answer(f *Facts) (Answers, error) {
	var a Answers
	var errs []error
	for i := range r.factors {
		level, err := r.answer(&r.factors[i], f)
		if err != nil {
			errs = append(errs, err)
		}
		a[i] = Level(level + 1)
	}
	return a, errors.Join(errs...)
}

// none is the place of a level that is not known.
const none = -1

func (r *Rubric) answer(f *factor, facts *Facts) (int, error) {
	if len(facts.Asked) > 0 {
		if asked, ok := facts.Asked[f.name]; ok {
			return f.named(asked)
		}
	}
	switch f.fact {
	case factExposure:
		switch facts.Exposure.Currency {
		case r.currency:
			return f.bands.level(facts.Exposure.Amount), nil
		case "":
			return none, nil
		}
		return none, fmt.Errorf("%s is in %s, the bands of rubric %q are in %s: %w", f.name, facts.Exposure.Currency, r.name, r.currency, ErrAnswer)
	case factSpread:
		return f.number(facts.Spread), nil
	case factTrend:
		return f.number(facts.Trend), nil
	case factProximity:
		return f.number(facts.Proximity), nil
	case factTier:
		return f.word(facts.Tier)
	case factDuty:
		return f.word(facts.Duty)
	case factRegulation:
		return f.word(facts.Regulation)
	case factConfidence:
		return f.word(facts.Confidence)
	}
	return none, nil
}

func (f *factor) number(d decimal.NullDecimal) int {
	if !d.Valid {
		return none
	}
	return f.bands.level(d.Decimal)
}

func (f *factor) word(w string) (int, error) {
	if w == "" {
		return none, nil
	}
	for i, words := range f.words {
		for _, known := range words {
			if known == w {
				return i, nil
			}
		}
	}
	return none, fmt.Errorf("%s %q is no word of factor %q: %w", factNames[f.fact], w, f.name, ErrAnswer)
}

func (f *factor) named(level string) (int, error) {
	if i := slices.Index(f.levels, level); i >= 0 {
		return i, nil
	}
	return none, fmt.Errorf("%q is no level of factor %q, which has %s: %w", level, f.name, strings.Join(f.levels, ", "), ErrAnswer)
}

// The words for what a contract demands, from the mildest to the hardest.
const (
	DutyNone   = "none"    // the contract demands nothing, or there is no contract
	DutyNotice = "notice"  // the publisher may audit after notice
	DutyTrueUp = "true-up" // a count is due on a date
	DutyCure   = "cure"    // a shortfall must be mended within a period
	DutyAudit  = "audit"   // an audit is announced
)

// Duty is the word for the hardest thing that a contract demands at an instant.
func Duty(c *compliance.Contract, at time.Time) string {
	switch {
	case c == nil:
		return DutyNone
	case !c.AuditAnnounced.IsZero() && !at.Before(c.AuditAnnounced):
		return DutyAudit
	case c.CureDays >= 0:
		return DutyCure
	case !c.TrueUp.IsZero() && !at.After(c.TrueUp):
		return DutyTrueUp
	case c.AuditNoticeDays >= 0:
		return DutyNotice
	}
	return DutyNone
}

// FactsOf takes from a finding and its contract what they tell: exposure, duty
// and proximity. The contract is nil when the finding has none; where the finding
// names one that is not at hand, its duty is not known. The caller adds tier,
// confidence and whatever else it knows.
func FactsOf(f compliance.Finding, c *compliance.Contract) Facts {
	facts := Facts{Exposure: f.Exposure}
	if c == nil && f.Contract != "" {
		return facts
	}
	facts.Duty = Duty(c, f.At)
	facts.Proximity = proximity(c, f.At)
	return facts
}

// proximity is the whole days from an instant to the next date of the contract.
func proximity(c *compliance.Contract, at time.Time) decimal.NullDecimal {
	if c == nil {
		return decimal.NullDecimal{}
	}
	dates := []time.Time{c.TrueUp, c.End}
	if !c.AuditAnnounced.IsZero() && c.AuditNoticeDays >= 0 {
		dates = append(dates, c.AuditAnnounced.AddDate(0, 0, c.AuditNoticeDays))
	}
	var next time.Time
	for _, d := range dates {
		if !d.IsZero() && !d.Before(at) && (next.IsZero() || d.Before(next)) {
			next = d
		}
	}
	if next.IsZero() {
		return decimal.NullDecimal{}
	}
	days := int64(next.Sub(at) / (24 * time.Hour))
	return decimal.NewNullDecimal(decimal.NewFromInt(days))
}
