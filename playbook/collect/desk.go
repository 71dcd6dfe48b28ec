package collect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/escalation/ticket"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/notify"
)

// Desk is a service desk behind a connector with tickets. It starts the connector for
// each call.
//
// A ticket is opened under the key of its case, so that no attempt opens a second one,
// whoever lost the answer to the first. Every further letter is an update under its
// own delivery. Where an answer was lost after the ticket was opened, the letter that
// opened it is in the ticket twice.
type Desk struct {
	host           *host.Host
	source         host.Source
	open, resolved map[string]string
}

var _ ticket.Desk = (*Desk)(nil)

// NewDesk is the desk of a channel of kind ticket, whose secrets are what they are.
func NewDesk(h *host.Host, c notify.Channel, o Options) *Desk {
	src := o.source(playbook.SourceDocument{ID: c.Name, Connector: c.Connector, Checksum: c.Checksum, Settings: c.Settings})
	src.Secrets = c.Secrets
	d := &Desk{host: h, source: src, open: c.Open, resolved: c.Resolved}
	if len(d.open) == 0 {
		d.open = map[string]string{statusField: "open"}
	}
	if len(d.resolved) == 0 {
		d.resolved = map[string]string{statusField: "resolved"}
	}
	return d
}

// statusField is the field that tells whether a ticket is done with, in the desks that
// say nothing else.
const statusField = "status"

// Put opens the ticket of a case, or brings it to what the letter says.
func (d *Desk) Put(ctx context.Context, t ticket.Ticket) (string, error) {
	if t.ID != "" {
		return t.ID, d.update(ctx, t.ID, t)
	}
	state, err := d.ask(ctx, connectors.Ticket{Key: t.Key, Title: t.Title, Body: t.Body})
	switch {
	case err != nil:
		return "", err
	case state.Outcome == connectors.Unchanged:
		// It is there: somebody lost the answer, or its first letter never got through.
		return state.ID, d.update(ctx, state.ID, t)
	case t.Status == ticket.Resolved:
		return state.ID, d.update(ctx, state.ID, ticket.Ticket{Delivery: t.Delivery, Status: t.Status})
	}
	return state.ID, nil
}

// update writes a letter into a ticket, closes it with the last letter, and opens it
// again where the case is open and the ticket is not.
func (d *Desk) update(ctx context.Context, id string, t ticket.Ticket) error {
	update := connectors.Ticket{Key: t.Delivery, ID: id, Body: t.Body}
	if t.Status == ticket.Resolved {
		update.Fields = d.resolved
	}
	state, err := d.ask(ctx, update)
	if err != nil || t.Status == ticket.Resolved || !d.done(state.State) {
		return err
	}
	_, err = d.ask(ctx, connectors.Ticket{Key: t.Delivery + "/open", ID: id, Fields: d.open})
	return err
}

// done says whether a ticket's state is one that a closed case leaves.
func (d *Desk) done(state string) bool {
	return slices.Contains(slices.Collect(maps.Values(d.resolved)), state)
}

func (d *Desk) ask(ctx context.Context, t connectors.Ticket) (connectors.TicketState, error) {
	state, err := d.host.Ticket(ctx, d.source, t)
	for _, kind := range []connectors.ErrorKind{connectors.BadConfig, connectors.Unsupported} {
		if errors.Is(err, &connectors.Error{Kind: kind}) {
			return state, fmt.Errorf("desk %s: %s: %w", d.source.ID, kind, runner.ErrPermanent)
		}
	}
	if err != nil {
		return state, fmt.Errorf("desk %s: %w", d.source.ID, err)
	}
	return state, nil
}
