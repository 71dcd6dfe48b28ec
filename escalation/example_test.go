package escalation_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
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
