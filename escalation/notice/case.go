package notice

import (
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/escalation"
)

// Facts are those of the case itself, each with the clearance that it takes: its
// dates are public, what it is about is internal, and why it is how severe, who
// is on it and the words of people are confidential.
func Facts(c escalation.Case) []Fact {
	date := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	facts := []Fact{
		{Name: "Case", Value: string(c.ID), Needs: Public},
		{Name: "State", Value: c.State.String(), Needs: Public},
		{Name: "Severity", Value: c.Grade.Severity, Needs: Public},
		{Name: "Acknowledge by", Value: date(c.Due.Acknowledge.At), Needs: Internal},
		{Name: "Contain by", Value: date(c.Due.Contain.At), Needs: Internal},
		{Name: "Remedy by", Value: date(c.Due.Remedy.At), Needs: Internal},
		{Name: "Rule", Value: c.Rule, Needs: Internal},
		{Name: "Vector", Value: c.Grade.Vector, Needs: Confidential},
		{Name: "Reason", Value: c.Grade.Reason, Needs: Confidential},
		{Name: "Subject", Value: c.Subject, Needs: Confidential},
		{Name: "Finding", Value: c.Message, Needs: Confidential},
		{Name: "Owner", Value: c.Owner, Needs: Confidential},
	}
	for _, t := range c.Inquiries {
		facts = append(facts, Fact{
			Name:  "Inquiry",
			Value: fmt.Sprintf("%s of %s, %s, due %s: %s", t.Reference, t.Supplier, t.State, date(t.Due), t.Scope), Needs: Confidential,
		})
	}
	for _, e := range c.Log {
		if e.Text != "" {
			facts = append(facts, Fact{Name: "Note", Value: e.Text, Needs: Privileged})
		}
		if e.Name != "" {
			facts = append(facts, Fact{Name: "File", Value: e.Name, Needs: Privileged})
		}
	}
	return facts
}
