package escalation_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

func ExampleOpen() {
	data, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	finding := compliance.Finding{
		Rule: "shortfall", Subject: "position/acme:db", Verdict: compliance.Fail, At: now,
		Exposure: compliance.Money{Amount: decimal.NewFromInt(250_000), Currency: "EUR"},
	}
	facts := rubric.FactsOf(finding, nil)
	facts.Tier, facts.Confidence = "high", "high"
	answers, err := p.Rubric().Answer(&facts)
	if err != nil {
		fmt.Println(err)
	}
	c, events, err := escalation.Open(context.Background(), p, escalation.Request{
		Finding: finding, Severity: p.Rubric().Classify(answers),
	}, now)
	fmt.Println(c.State, c.Owner, c.Grade.Severity, len(events), err)
	fmt.Println("acknowledge by", c.Due.Acknowledge.At.Format(time.RFC3339))

	// Nobody acts: two hours later the next stage begins.
	for _, m := range c.Outbox {
		sent, _ := c.Record(m, escalation.Attempt{}, now)
		c, _ = c.Apply(sent[0])
	}
	later := now.Add(2 * time.Hour)
	action, _ := c.Next(later)
	more, err := c.Perform(p, *action, later)
	fmt.Println(action.Kind, more[0].Kind, more[0].Stage.Name, more[0].Stage.People, err)
	// Output:
	// assigned sam-desk high 4 <nil>
	// acknowledge by 2026-03-02T10:00:00Z
	// advance staged manager [sam-manager deputy] <nil>
}

// A supplier asks about a case. What is written in answer leaves when somebody other
// than its writer has released it, and only then.
func ExampleCase_Ask() {
	data, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	finding := compliance.Finding{Rule: "audit-notice", Subject: "contract/EA-17", Verdict: compliance.Fail, At: now}
	c, _, err := escalation.Open(context.Background(), p, escalation.Request{
		Finding: finding, Severity: rubric.Severity{Name: "high", Rank: 3},
	}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	apply := func(events []escalation.Event, err error) {
		if err != nil {
			fmt.Println(err)
		}
		for _, e := range events { // append them to the journal first
			c, _ = c.Apply(e)
			for _, d := range e.Tell {
				fmt.Println(e.Kind, "tells", d.To)
			}
		}
	}
	apply(c.Ask(p, inquiry.Question{
		Reference: "AUD-7", Supplier: "oracle-audit", Scope: "Oracle Database in Switzerland",
		Data: []string{"installs by host"}, Within: calendar.Span{Count: 30, Unit: calendar.Days},
	}, "counsel", now))
	fmt.Println("answer by", c.Inquiries[0].Due.Format(time.RFC3339))
	apply(c.Answer(p, "AUD-7", []inquiry.Part{{Name: "Installs", Text: "419", Needs: "supplier"}}, "ann", now))
	digest := c.Inquiries[0].Draft().Digest()
	apply(c.Release("AUD-7", digest, "ann", now))
	apply(c.Release("AUD-7", digest, "counsel", now))
	// Output:
	// asked tells ann
	// asked tells bob
	// asked tells controller
	// answer by 2026-04-01T22:00:00Z
	// drafted tells ann
	// drafted tells bob
	// drafted tells controller
	// case-03a6d44cf688c5b855b487f6: inquiry AUD-7: ann has written the answer, so somebody else must release it: the correspondence does not allow it
	// released tells oracle-audit
}
