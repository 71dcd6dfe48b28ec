// Command trueup-connector-rt opens, updates and closes tickets in Request Tracker
// through its REST 2 interface, and reads who has an account there.
//
// # The same delivery never opens two tickets
//
// A ticket refers to an address that is made from the key of its delivery
// (https://trueup.invalid/delivery/HASH, a name that leads nowhere). Before a ticket
// is opened, Request Tracker is asked for the one that refers to it; so an attempt
// whose answer was lost can be repeated, by another process too. An update leaves such
// a reference as well, as its last step. Two processes that open the same delivery at
// the same instant are not kept apart: Request Tracker has no constraint for it.
package main

import (
	"context"
	"sync"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), &desk{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "rt",
		Version: "1.0.0",
		Summary: "opens, updates and closes tickets in Request Tracker, and reads its users",
		Kinds:   []connectors.Kind{connectors.User},
		Settings: []connectors.Setting{
			{Name: "url", Required: true, Doc: "address of Request Tracker, such as https://desk.example.org/rt"},
			{Name: "queue", Default: "General", Doc: "queue of new tickets that name no other"},
			{Name: "requestor", Doc: "mail address of who asks, for tickets that name no other"},
			{Name: "update", Default: "comment", Values: []string{"comment", "correspond"}, Doc: "how the text of an update is added: correspond is sent to the requestor too"},
			{Name: "user", Doc: "name to sign in with; empty when a token is set"},
			{Name: "password", Secret: true, Doc: "its password"},
			{Name: "token", Secret: true, Doc: "token of the extension for tokens, in place of a user and password"},
		},
	}
}

// desk serialises the writing, so that one process cannot open a ticket twice.
type desk struct{ writing sync.Mutex }

// Check signs in and looks at the queue.
func (*desk) Check(ctx context.Context, s connectors.Settings) error {
	c, err := open(s)
	if err != nil {
		return err
	}
	return c.get(ctx, "queue/"+escape(s.Values["queue"]), nil, nil)
}
