package approval_test

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// directory says that every account is a person of its own, with its role.
type directory map[approval.AccountID]string

func (d directory) Principal(_ context.Context, a approval.AccountID, _ time.Time) (approval.Principal, error) {
	return approval.Principal{Account: a, Person: approval.PersonID(a), Roles: []string{d[a]}}, nil
}

func Example() {
	ctx, asked := context.Background(), time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	var doc approval.Document
	if err := document.Read("approvals.yaml", []byte(`
expire-days: 5
rules:
  - name: money
    when: plan.cost > 1000
    require: {role: budget owner}
`), &doc); err != nil {
		fmt.Println(err)
		return
	}
	rules, err := approval.New(doc)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan := remediation.Plan{Created: asked, Cost: compliance.Money{Amount: decimal.NewFromInt(3550), Currency: "EUR"}}
	staff := directory{"ann": "license manager", "bob": "budget owner", "cid": "operator"}
	c, err := approval.Open(ctx, rules, staff, approval.Request{Case: "2026-17", Plan: plan, Requester: "ann", At: asked})
	if err != nil {
		fmt.Println(err)
		return
	}
	vote := approval.Vote{Case: "2026-17", Digest: c.Digest(), Account: "ann", Approve: true, At: asked.Add(time.Hour)}
	fmt.Println(c.Vote(ctx, vote))
	vote.Account = "bob"
	fmt.Println(c.Vote(ctx, vote))
	_, err = c.Authorise(ctx, "bob", asked.Add(2*time.Hour))
	fmt.Println(err)
	grant, err := c.Authorise(ctx, "cid", asked.Add(2*time.Hour))
	fmt.Println(grant.Executor(), err, grant.Permits(plan, asked.Add(2*time.Hour)))
	// Output:
	// approval: separation of duties: ann asked for the plan
	// <nil>
	// approval: separation of duties: bob approved the plan and may not carry it out
	// cid <nil> <nil>
}
