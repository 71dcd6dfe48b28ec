package access_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"

	"github.com/trueup-dev/trueup/evidence"
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

// An auditor from outside reads by a grant, sees nothing beyond it, and cannot tell what
// is kept from them from what is not there. Each attempt is in the log.
func ExampleReader() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "log")
	check(err)
	defer os.RemoveAll(dir)
	signer, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	check(err)
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: signer})
	check(err)
	defer l.Close()
	for _, publisher := range []string{"oracle", "adobe"} {
		_, err := l.Append(ctx, evidence.Entry{Kind: "position", Payload: payload("internal", "AT", publisher, now)})
		check(err)
	}
	policy, err := access.New(access.Document{Levels: []access.Level{"internal", "personal"}})
	check(err)
	grant, err := policy.Entry(access.Grant{ID: "sox-2026", To: "auditor.example", By: "cfo", Framework: "sox", From: now.AddDate(-1, 0, 0), Until: now.AddDate(0, 1, 0),
		Scope: `resource.publisher == "oracle"`, Clearance: "internal", Actions: []access.Action{access.Read}, Purpose: "audit", Given: now, Expires: now.AddDate(0, 3, 0)})
	check(err)
	_, err = l.Append(ctx, grant)
	check(err)

	reader := access.NewReader(l, policy, describe)
	for _, i := range []evidence.Index{0, 1, 999} {
		_, err := reader.Read(ctx, access.Request{Principal: access.Principal{ID: "auditor.example"}, Purpose: "audit", Now: now}, i)
		fmt.Println(i, err, errors.Is(err, access.ErrDenied))
	}
	n, err := l.Len(ctx)
	check(err)
	fmt.Println(n-3, "attempts are in the log")
	// Output:
	// 0 <nil> false
	// 1 access: denied true
	// 999 access: denied true
	// 3 attempts are in the log
}
