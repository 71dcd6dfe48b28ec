package access_test

import (
	"context"
	"fmt"

	"github.com/trueup-dev/trueup/evidence/access"
)

func ExamplePolicy_Decide() {
	p, err := access.New(access.Document{
		Levels: []access.Level{"internal", "confidential"},
		Rules: []access.Rule{{
			Name: "buyers", Actions: []access.Action{access.Read},
			When: `"buyer" in principal.roles && resource.publisher == "oracle"`,
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	q := access.Request{
		Principal: access.Principal{ID: "ada", Roles: []string{"buyer"}, Clearance: "internal"},
		Action:    access.Read, Purpose: "renewal", Now: now,
	}
	for _, r := range []access.Resource{
		{Level: "internal", Publisher: "oracle"},
		{Level: "confidential", Publisher: "oracle"},
		{Level: "internal"},
	} {
		fmt.Printf("%+v\n", p.Decide(context.Background(), q, r, nil))
	}
	// Output:
	// {Allowed:true By:rule buyers Reason:}
	// {Allowed:false By: Reason:the clearance does not reach}
	// {Allowed:false By: Reason:rule buyers: not known: [resource.publisher]}
}
