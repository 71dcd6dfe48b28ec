package route

import (
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/expr"
)

// Subject is what is routed. An empty field is not known and matches nothing.
type Subject struct {
	Rule, Verdict, Subject       string
	Publisher, Product, Contract string
	Source                       string
	// Severity is the name of the rubric's severity.
	Severity string
	// Tier and Duty are the words that the severity was given for.
	Tier, Duty string
	// Entity, Country and Environment are where the deviation is, when it is in
	// one place.
	Entity, Country, Environment string
	// Exposure is the money at risk; without a currency it is not known.
	Exposure compliance.Money
}

// SubjectOf takes from a finding what it tells. The caller adds what it knows of
// tier, duty and place.
func SubjectOf(f compliance.Finding, severity string) Subject {
	return Subject{
		Rule: string(f.Rule), Verdict: f.Verdict.String(), Subject: f.Subject,
		Publisher: f.Publisher, Product: string(f.Product), Contract: string(f.Contract),
		Source: string(f.Source), Severity: severity, Exposure: f.Exposure,
	}
}

// field is a text field of a subject.
type field uint8

const (
	fieldRule field = iota
	fieldVerdict
	fieldSubject
	fieldPublisher
	fieldProduct
	fieldContract
	fieldSource
	fieldSeverity
	fieldTier
	fieldDuty
	fieldEntity
	fieldCountry
	fieldEnvironment
	fieldCount
)

var fieldNames = [fieldCount]string{
	"rule", "verdict", "subject", "publisher", "product", "contract", "source",
	"severity", "tier", "duty", "entity", "country", "environment",
}

func fieldNamed(name string) (field, bool) {
	i := slices.Index(fieldNames[:], name)
	return field(i), i >= 0
}

func (s *Subject) get(f field) string {
	switch f {
	case fieldRule:
		return s.Rule
	case fieldVerdict:
		return s.Verdict
	case fieldSubject:
		return s.Subject
	case fieldPublisher:
		return s.Publisher
	case fieldProduct:
		return s.Product
	case fieldContract:
		return s.Contract
	case fieldSource:
		return s.Source
	case fieldSeverity:
		return s.Severity
	case fieldTier:
		return s.Tier
	case fieldDuty:
		return s.Duty
	case fieldEntity:
		return s.Entity
	case fieldCountry:
		return s.Country
	case fieldEnvironment:
		return s.Environment
	}
	return ""
}

// variable is what expressions call the subject.
const variable = "finding"

// schema lists what expressions may read of a subject.
func schema() *expr.Schema {
	s := &expr.Schema{Name: variable}
	for f := range fieldCount {
		s.Fields = append(s.Fields, expr.Field{
			Name: fieldNames[f], Type: expr.String,
			Get: func(o any) any { return known(o.(*Subject).get(f)) },
		})
	}
	s.Fields = append(s.Fields,
		expr.Field{Name: "exposure", Type: expr.Decimal, Get: func(o any) any {
			if m := o.(*Subject).Exposure; m.Currency != "" {
				return m.Amount
			}
			return nil
		}},
		expr.Field{Name: "currency", Type: expr.String, Get: func(o any) any { return known(o.(*Subject).Exposure.Currency) }})
	return s
}

func known(s string) any {
	if s == "" {
		return nil
	}
	return s
}
