package escalation_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// opened is a case that was opened on a Monday morning, with its policy and events.
func opened() (*policy.Policy, escalation.Case, []escalation.Event, error) {
	data, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		return nil, escalation.Case{}, nil, err
	}
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	if err != nil {
		return nil, escalation.Case{}, nil, err
	}
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	c, events, err := escalation.Open(context.Background(), p, escalation.Request{
		Finding:  compliance.Finding{Rule: "shortfall", Subject: "position/acme:db", Verdict: compliance.Fail, At: now},
		Severity: rubric.Severity{Name: "high", Rank: 3},
	}, now)
	return p, c, events, err
}

// A case is what its events add up to, today or on any day before.
func ExampleReplay() {
	p, c, events, err := opened()
	if err != nil {
		fmt.Println(err)
		return
	}
	noon := c.Opened.Add(4 * time.Hour)
	more, err := c.Acknowledge(p, "ann", noon)
	if err != nil {
		fmt.Println(err)
		return
	}
	events = append(events, more...)
	now, err := escalation.Replay(events)
	fmt.Println(now.State, now.Lease.At.Format(time.RFC3339), err)
	before, err := escalation.AsOf(events, noon.Add(-time.Second))
	fmt.Println(before.State, err)
	_, err = escalation.Replay(events[1:])
	fmt.Println(err)
	// Output:
	// acknowledged 2026-03-03T16:00:00Z <nil>
	// assigned <nil>
	// event 2 of case-863162f6362704bd4b22a67b after event 0 of : event does not follow
}

func ExampleCase_Explain() {
	p, c, _, err := opened()
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := c.Explain(p, c.Opened)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Route, e.Chain, e.Stage, e.People, e.Open)
	for _, k := range e.Clocks {
		fmt.Println(k.Name, k.Span, k.State, k.At.In(e.Zone).Format("Mon 02 Jan 15:04"))
	}
	for _, ev := range e.Ahead[:4] {
		fmt.Println("if nobody acts:", ev.At.In(e.Zone).Format("Mon 02 Jan 15:04"), ev.Kind)
	}
	// Output:
	// all standard owner [ann bob] true
	// acknowledge 2 working hours running Mon 02 Mar 11:00
	// contain 2 working days running Wed 04 Mar 17:00
	// remedy 20 working days running Mon 30 Mar 17:00
	// stage owner 2 working hours running Mon 02 Mar 11:00
	// if nobody acts: Mon 02 Mar 11:00 staged
	// if nobody acts: Mon 02 Mar 11:00 missed
	// if nobody acts: Mon 02 Mar 16:00 staged
	// if nobody acts: Tue 03 Mar 17:00 staged
}

// A drill is a case about nothing that is marked wherever it shows; one that was not
// held in time is a finding.
func ExampleOverdueDrills() {
	data, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	data = append(data, "drills:\n  - {name: quarterly, every: 3 months, calendar: zurich, since: 2026-01-01}\n"...)
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 4, 15, 0, 0, 0, 0, time.UTC)
	for _, f := range escalation.OverdueDrills(p, nil, at) {
		fmt.Println(f.Rule, f.Message)
	}
	fmt.Println(escalation.DrillFinding("quarterly", at).Message)
	// Output:
	// escalation-drill-overdue drill quarterly was due on 2026-04-01 and was last held: never
	// This is a drill. Nothing has happened.
}
