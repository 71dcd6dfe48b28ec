package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
)

// names are the fields of a ticket that may be set, by their names here and in
// Request Tracker. A field cf.NAME is the custom field NAME.
var names = map[string]string{
	"queue": "Queue", "status": "Status", "owner": "Owner", "priority": "Priority",
	"requestor": "Requestor", "cc": "Cc", "due": "Due",
}

// Ticket opens a ticket or updates the one named. Closing is an update of status.
func (d *desk) Ticket(ctx context.Context, s connectors.Settings, t connectors.Ticket) (connectors.TicketState, error) {
	c, err := open(s)
	if err != nil {
		return connectors.TicketState{}, err
	}
	if t.Key == "" {
		return connectors.TicketState{}, badConfig(errors.New("a ticket needs a key, so that it is not opened twice"))
	}
	changes, err := fieldsOf(t)
	if err != nil {
		return connectors.TicketState{}, err
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	done, err := c.find(ctx, t)
	switch {
	case err != nil:
		return connectors.TicketState{}, err
	case done != "":
		return c.state(ctx, done, connectors.Unchanged)
	case t.ID == "":
		return c.open(ctx, s, t, changes)
	}
	return c.update(ctx, s, t, changes)
}

// fieldsOf are the fields in Request Tracker's names.
func fieldsOf(t connectors.Ticket) (map[string]any, error) {
	out, custom := map[string]any{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(t.Fields)) {
		if field, ok := strings.CutPrefix(name, "cf."); ok {
			custom[field] = t.Fields[name]
			continue
		}
		theirs, ok := names[name]
		if !ok {
			return nil, badConfig(fmt.Errorf("field %q is none of %q, nor cf.NAME for a custom field", name, slices.Sorted(maps.Keys(names))))
		}
		out[theirs] = t.Fields[name]
	}
	if len(custom) > 0 {
		out["CustomFields"] = custom
	}
	if t.Title != "" {
		out["Subject"] = t.Title
	}
	return out, nil
}

// reference is the address that stands for a delivery. The key is hashed, for it may
// hold what breaks a query.
func reference(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "https://trueup.invalid/delivery/" + hex.EncodeToString(sum[:16])
}

// find gives the ticket that a delivery has reached, empty when there is none.
func (c *client) find(ctx context.Context, t connectors.Ticket) (string, error) {
	query := "RefersTo = '" + reference(t.Key) + "'"
	var page struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := c.get(ctx, "tickets", url.Values{"query": {query}, "orderby": {"id"}}, &page); err != nil {
		return "", err
	}
	if len(page.Items) == 0 {
		return "", nil
	}
	if id := page.Items[0].ID; t.ID == "" || t.ID == id {
		return id, nil
	}
	return "", badConfig(fmt.Errorf("the key of this update was used for ticket %s", page.Items[0].ID))
}

func (c *client) open(ctx context.Context, s connectors.Settings, t connectors.Ticket, fields map[string]any) (connectors.TicketState, error) {
	for field, setting := range map[string]string{"Queue": "queue", "Requestor": "requestor"} {
		if _, set := fields[field]; !set && s.Values[setting] != "" {
			fields[field] = s.Values[setting]
		}
	}
	if t.DryRun {
		err := c.get(ctx, "queue/"+escape(fields["Queue"].(string)), nil, nil)
		return connectors.TicketState{Outcome: connectors.Performed, State: "new"}, err
	}
	fields["Content"], fields["ContentType"] = t.Body, "text/plain"
	fields["RefersTo"] = []string{reference(t.Key)}
	var created struct {
		ID string `json:"id"`
	}
	if err := c.do(ctx, http.MethodPost, "ticket", fields, &created); err != nil {
		return attempted(err), err
	}
	return c.state(ctx, created.ID, connectors.Performed)
}

// attempted is what is known after a change failed: an answer that did not come
// leaves open whether it was made.
func attempted(err error) connectors.TicketState {
	if errors.Is(err, &connectors.Error{Kind: connectors.Unavailable}) || errors.Is(err, &connectors.Error{Kind: connectors.BadData}) {
		return connectors.TicketState{Outcome: connectors.Uncertain}
	}
	return connectors.TicketState{Outcome: connectors.Refused}
}

// update sets the fields, adds the text, and leaves the reference last: what broke off
// before is done again.
func (c *client) update(ctx context.Context, s connectors.Settings, t connectors.Ticket, fields map[string]any) (connectors.TicketState, error) {
	before, err := c.state(ctx, t.ID, connectors.Unchanged)
	if err != nil {
		return connectors.TicketState{}, err
	}
	wanted, closing := fields["Status"].(string)
	if t.DryRun {
		before.Outcome = connectors.Performed
		if closing {
			before.State = wanted
		}
		return before, nil
	}
	path := "ticket/" + escape(t.ID)
	if len(fields) > 0 {
		if err := c.change(ctx, path, fields); err != nil {
			return attempted(err), err
		}
	}
	if t.Body != "" {
		text := map[string]string{"Content": t.Body, "ContentType": "text/plain"}
		if err := c.do(ctx, http.MethodPost, path+"/"+s.Values["update"], text, nil); err != nil {
			return connectors.TicketState{Outcome: connectors.Uncertain}, err
		}
	}
	if err := c.change(ctx, path, map[string]any{"AddRefersTo": reference(t.Key)}); err != nil {
		return connectors.TicketState{Outcome: connectors.Uncertain}, err
	}
	after, err := c.state(ctx, t.ID, connectors.Performed)
	if err == nil && closing && after.State != wanted {
		err = badConfig(fmt.Errorf("ticket %s is %s: Request Tracker did not take the status %s", t.ID, after.State, wanted))
	}
	return after, err
}

func (c *client) change(ctx context.Context, path string, fields map[string]any) error {
	return c.do(ctx, http.MethodPut, path, fields, nil)
}

// state reads a ticket back.
func (c *client) state(ctx context.Context, id string, o connectors.Outcome) (connectors.TicketState, error) {
	var ticket struct {
		Status string `json:"Status"`
	}
	state := connectors.TicketState{Outcome: o, ID: id}
	if err := c.get(ctx, "ticket/"+escape(id), nil, &ticket); err != nil {
		if o == connectors.Performed {
			state.Outcome = connectors.Uncertain
		}
		return state, err
	}
	state.State = ticket.Status
	state.URL = strings.TrimSuffix(c.base, "REST/2.0/") + "Ticket/Display.html?id=" + url.QueryEscape(id)
	return state, nil
}
