// Command trueup-connector-webhook opens and updates tickets at any address that takes
// signed JSON: a desk without a connector of its own, a workflow, a small program.
//
// # The same delivery never opens two tickets
//
// Every attempt of a delivery has the same webhook-id header, made from its key. Who
// receives it must know it again: the answer to the second attempt names the same
// ticket, with status 208 if nothing was done.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

func main() { sdk.Serve(about(), desk{}) }

func about() connectors.Description {
	return connectors.Description{
		Name:    "webhook",
		Version: "1.0.0",
		Summary: "opens and updates tickets by signed JSON",
		Settings: []connectors.Setting{
			{Name: "url", Required: true, Doc: "address that tickets are posted to, such as https://desk.example.org/hooks/trueup"},
			{Name: "key", Secret: true, Required: true, Doc: "key of the signature, as Standard Webhooks has it: whsec_ and base64, of 24 bytes or more"},
			{Name: "template", Default: plain, Doc: "JSON to send, in which {key}, {id}, {title}, {body}, {field.NAME} and {fields} are replaced"},
			{Name: "id", Default: "id", Doc: "where the answer has the ticket's identifier, such as result.number"},
			{Name: "state", Default: "state", Doc: "where the answer has its state"},
			{Name: "link", Default: "url", Doc: "where the answer has its address for people"},
			{Name: "ca-file", Doc: "certificates to trust in place of the system's, in PEM"},
		},
	}
}

type desk struct{}

// open checks the settings, for the delivery of a key.
func open(s connectors.Settings, delivery string) (*httpsource.Client, template, error) {
	key, err := signingKey(s.Secrets["key"])
	if err != nil {
		return nil, template{}, badConfig(err)
	}
	t, err := parse(s.Values["template"])
	if err != nil {
		return nil, template{}, badConfig(err)
	}
	client, err := httpsource.New(httpsource.Config{
		Base: s.Values["url"], CAFile: s.Values["ca-file"], Auth: signature{delivery, key, time.Now},
		Header: http.Header{"User-Agent": {"trueup-connector-webhook"}},
	}, nil)
	return client, t, err
}

func badConfig(err error) error { return &connectors.Error{Kind: connectors.BadConfig, Err: err} }

// Check looks at the settings only: a hook has nothing that could be asked.
func (desk) Check(_ context.Context, s connectors.Settings) error {
	client, _, err := open(s, "")
	if err == nil {
		client.Close()
	}
	return err
}

// Collect has nothing to read: tickets are all that there is.
func (desk) Collect(_ context.Context, _ sdk.Request, to *sdk.Writer) error {
	return to.Complete("", nil)
}

// Ticket posts a ticket. A dry run fills in the template and posts nothing.
func (desk) Ticket(ctx context.Context, s connectors.Settings, t connectors.Ticket) (connectors.TicketState, error) {
	client, form, err := open(s, deliveryID(t.Key))
	if err != nil {
		return connectors.TicketState{}, err
	}
	defer client.Close()
	if t.Key == "" {
		return connectors.TicketState{}, badConfig(errors.New("a ticket needs a key, so that it is not opened twice"))
	}
	if t.DryRun {
		return connectors.TicketState{Outcome: connectors.Performed, ID: t.ID}, nil
	}
	answer, err := client.Send(ctx, http.MethodPost, "", form.fill(t))
	if err != nil {
		outcome := connectors.Refused
		if errors.Is(err, httpsource.ErrUncertain) {
			outcome = connectors.Uncertain
		}
		return connectors.TicketState{Outcome: outcome, ID: t.ID}, err
	}
	return stateOf(answer, s, t)
}

// deliveryID stands for a key in a header, which not every text can be in.
func deliveryID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "msg_" + hex.EncodeToString(sum[:16])
}
