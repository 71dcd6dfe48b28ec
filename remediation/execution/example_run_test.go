package execution_test

import (
	"context"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Undo and Undone make the fleet one that takes actions back.
func (f fleet) Undo(_ context.Context, _ string, a remediation.Action) error {
	f[string(a.Device)] = true
	return nil
}

func (f fleet) Undone(_ context.Context, _ string, a remediation.Action) (bool, error) {
	return f[string(a.Device)], nil
}

// Notice tells users; here by printing.
func (f fleet) Notice(_ context.Context, _ string, s remediation.Step) error {
	fmt.Println("told:", s.Verb)
	return nil
}

// granted has a plan approved by someone else than who asked and who carries it out.
func granted(plan remediation.Plan, at time.Time) (approval.Grant, error) {
	ctx := context.Background()
	var doc approval.Document
	if err := document.Read("approvals.yaml", []byte("expire-days: 30\nrules: [{name: owner, require: {role: owner}}]"), &doc); err != nil {
		return approval.Grant{}, err
	}
	rules, err := approval.New(doc)
	if err != nil {
		return approval.Grant{}, err
	}
	people, err := approval.NewPeople([]approval.PersonDocument{{Account: "ann"}, {Account: "bob", Roles: []string{"owner"}}, {Account: "cid"}})
	if err != nil {
		return approval.Grant{}, err
	}
	c, err := approval.Open(ctx, rules, people, approval.Request{Case: "2026-17", Plan: plan, Requester: "ann", At: at})
	if err != nil {
		return approval.Grant{}, err
	}
	if err := c.Vote(ctx, approval.Vote{Case: "2026-17", Digest: c.Digest(), Account: "bob", Approve: true, At: at}); err != nil {
		return approval.Grant{}, err
	}
	return c.Authorise(ctx, "cid", at)
}

// Users are told, one objects, the rest is done when the notice is over, and taken back
// again.
func ExampleNew() {
	ctx, now := context.Background(), time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	there := []remediation.Fact{{Name: "install", Value: "present"}}
	plan := remediation.Plan{Created: now}
	for _, device := range []string{"ws-1", "ws-2"} {
		plan.Steps = append(plan.Steps, remediation.Step{
			ID: device, Verb: "reclaim from " + device, Start: now, Earliest: now.AddDate(0, 0, 14), Undo: "install again",
			Actions: []remediation.Action{{Verb: remediation.Uninstall, Device: compliance.DeviceID(device), Preconditions: there}},
		})
	}
	grant, err := granted(plan, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	devices, journal := fleet{"ws-1": true, "ws-2": true}, execution.NewMemory()
	run, err := execution.New(plan, grant, execution.Options{Journal: journal, Actuator: devices, Notifier: devices, Holder: "process 1", Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := run.Go(ctx)
	fmt.Println(res.State.Status, "until", res.Next.Format(time.DateOnly), err)

	// Somebody without a grant speaks up.
	user := execution.NewControl(grant.Case(), plan, journal, func() time.Time { return now })
	fmt.Println(user.Object(ctx, "ws-2", "dora", "needed for the tender"))

	now = res.Next
	res, err = run.Go(ctx)
	fmt.Println(res.State.Status, err, "left:", len(devices))
	for _, s := range res.State.Steps {
		fmt.Printf("%s %s %q\n", s.ID, s.Outcome(), s.Actions[0].Detail)
	}
	state, err := run.Compensate(ctx)
	fmt.Println("taken back:", state.Steps[0].Actions[0].Undone, err, "left:", len(devices))
	// Output:
	// told: reclaim from ws-1
	// told: reclaim from ws-2
	// running until 2026-06-15 <nil>
	// <nil>
	// over <nil> left: 1
	// ws-1 done ""
	// ws-2 skipped "objection of dora: needed for the tender"
	// taken back: done <nil> left: 2
}
