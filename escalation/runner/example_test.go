package runner_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/rubric"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// memory is a journal that forgets with the process. A real one appends to the
// evidence log.
type memory map[escalation.CaseID][]escalation.Event

func (m memory) Cases(context.Context) (ids []escalation.CaseID, err error) {
	for id := range m {
		ids = append(ids, id)
	}
	return ids, nil
}

func (m memory) Events(_ context.Context, id escalation.CaseID) ([]escalation.Event, error) {
	return m[id], nil
}

func (m memory) Append(_ context.Context, events []escalation.Event) error {
	id := events[0].Case
	if events[0].Seq != len(m[id])+1 {
		return fmt.Errorf("%s has other events by now: %w", id, escalation.ErrSequence)
	}
	m[id] = append(m[id], events...)
	return nil
}

// printer is a sender that writes down who is told what. A real one is a post.Office.
type printer struct{}

func (printer) Send(_ context.Context, n runner.Notice) error {
	fmt.Println(n.Delivery.Reason, "to", n.Delivery.To)
	return nil
}

func ExampleStart() {
	ctx := context.Background()
	data, err := os.ReadFile("../testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := policy.Load("policy.yaml", data, policy.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	journal := memory{}
	r, err := runner.Start(ctx, runner.Options{Journal: journal, Sender: printer{}, Directory: p})
	if err != nil {
		fmt.Println(err)
		return
	}
	// A finding needs a case: append its events and tell the runner.
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	c, events, err := escalation.Open(ctx, p, escalation.Request{
		Finding:  compliance.Finding{Rule: "shortfall", Subject: "position/acme:db", Verdict: compliance.Fail, At: now},
		Severity: rubric.Severity{Name: "high", Rank: 3},
	}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := journal.Append(ctx, events); err != nil {
		fmt.Println(err)
	}
	if err := r.Refresh(ctx, c.ID); err != nil {
		fmt.Println(err)
	}
	// Run does this by itself, by the machine's clock.
	for range 2 {
		next, err := r.Tick(ctx, now)
		fmt.Println("next", next.Format(time.RFC3339), err)
		now = next
	}
	// Output:
	// opened to controller
	// stage to ann
	// stage to bob
	// next 2026-03-02T10:00:00Z <nil>
	// stage to sam-manager
	// stage to deputy
	// missed to ann
	// missed to bob
	// missed to controller
	// next 2026-03-02T15:00:00Z <nil>
}
