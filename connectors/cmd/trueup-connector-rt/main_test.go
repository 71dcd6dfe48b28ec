package main

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/internal/tracker"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

const password = tracker.Password

func TestRequestTracker(t *testing.T) {
	url := tracker.Start(t)
	settings := map[string]string{"url": url, "user": "root", "requestor": "sam@example.org"}
	secrets := map[string]string{"password": password}
	t.Run("life of a ticket", func(t *testing.T) { life(t, settings, secrets) })
	t.Run("refusals", func(t *testing.T) { refusals(t, settings, secrets) })
	t.Run("users", func(t *testing.T) { users(t, settings, secrets) })
	t.Run("conformance", func(t *testing.T) { shop.Connector(t).Conforms(t, settings, secrets) })
}

// life opens, updates and closes a ticket, every step twice as after a lost answer.
func life(t *testing.T, settings, secrets map[string]string) {
	ask := func(ticket connectors.Ticket) connectors.TicketState {
		t.Helper()
		state, err := shop.Connector(t).Ticket(t, settings, secrets, ticket)
		require.NoError(t, err)
		return state
	}
	create := connectors.Ticket{Key: "case-1'/open", Title: "Reclaim licence", Body: "Unused for 90 days.\nPlease take it back.", Fields: map[string]string{"priority": "7"}}
	dry := create
	dry.DryRun = true
	assert.Equal(t, connectors.TicketState{Outcome: connectors.Performed, State: "new"}, ask(dry))
	opened := ask(create)
	assert.Equal(t, connectors.Performed, opened.Outcome)
	assert.Equal(t, "new", opened.State)
	assert.Contains(t, opened.URL, "id="+opened.ID)
	again := ask(create)
	assert.Equal(t, connectors.Unchanged, again.Outcome)
	assert.Equal(t, opened.ID, again.ID)
	there := read(t, settings["url"], "/REST/2.0/ticket/"+opened.ID)
	assert.Equal(t, "Reclaim licence", there["Subject"])
	assert.Equal(t, "7", there["Priority"])
	assert.Equal(t, "sam@example.org", there["Requestor"].([]any)[0].(map[string]any)["id"])

	progress := connectors.Ticket{Key: "case-1/progress", ID: opened.ID, Body: "Two seats are back.", Fields: map[string]string{"status": "open", "owner": "root"}}
	assert.Equal(t, connectors.Performed, ask(progress).Outcome)
	written := read(t, settings["url"], "/REST/2.0/ticket/"+opened.ID+"/history")["total"]
	assert.Equal(t, connectors.Unchanged, ask(progress).Outcome)
	assert.Equal(t, written, read(t, settings["url"], "/REST/2.0/ticket/"+opened.ID+"/history")["total"], "nothing is written twice")
	end := connectors.Ticket{Key: "case-1/close", ID: opened.ID, Fields: map[string]string{"status": "resolved"}}
	dry = end
	dry.DryRun = true
	assert.Equal(t, "resolved", ask(dry).State)
	assert.Equal(t, "open", read(t, settings["url"], "/REST/2.0/ticket/"+opened.ID)["Status"], "a dry run changes nothing")
	assert.Equal(t, "resolved", ask(end).State)
	there = read(t, settings["url"], "/REST/2.0/ticket/"+opened.ID)
	assert.Equal(t, "resolved", there["Status"])
	assert.Equal(t, "root", there["Owner"].(map[string]any)["id"])
	assert.EqualValues(t, 1, read(t, settings["url"], "/REST/2.0/tickets?query=id%3E0")["total"])
}

func refusals(t *testing.T, settings, secrets map[string]string) {
	for name, c := range map[string]struct {
		ticket   connectors.Ticket
		password string
		kind     connectors.ErrorKind
	}{
		"no key":         {connectors.Ticket{Title: "x"}, password, connectors.BadConfig},
		"unknown field":  {connectors.Ticket{Key: "a", Fields: map[string]string{"colour": "red"}}, password, connectors.BadConfig},
		"no such queue":  {connectors.Ticket{Key: "b", Title: "x", Fields: map[string]string{"queue": "Nowhere"}}, password, connectors.PermissionDenied},
		"no such ticket": {connectors.Ticket{Key: "c", ID: "4711", Body: "x"}, password, connectors.BadConfig},
		"no such status": {connectors.Ticket{Key: "d", ID: "1", Fields: map[string]string{"status": "asleep"}}, password, connectors.BadConfig},
		"wrong password": {connectors.Ticket{Key: "e", Title: "x"}, "canary-password", connectors.AuthFailed},
	} {
		_, err := shop.Connector(t).Ticket(t, settings, map[string]string{"password": c.password}, c.ticket)
		require.ErrorIs(t, err, &connectors.Error{Kind: c.kind}, name)
		assert.NotContains(t, err.Error(), "canary")
	}
	for _, url := range []string{"http://desk.example.org", "https://u:canary@desk.example.org", "desk"} {
		other := maps.Clone(settings)
		other["url"] = url
		err := shop.Connector(t).Check(t, other, secrets)
		require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadConfig})
		assert.NotContains(t, err.Error(), "canary")
	}
}

// users reads more than a page, one of them disabled.
func users(t *testing.T, settings, secrets map[string]string) {
	for i := range pageSize {
		body := map[string]any{"Name": "u" + string(rune('a'+i/26)) + string(rune('a'+i%26)), "RealName": "Somebody"}
		send(t, http.MethodPost, settings["url"]+"/REST/2.0/user", body)
	}
	send(t, http.MethodDelete, settings["url"]+"/REST/2.0/user/uab", nil)
	r, sink := shop.Connector(t).Collect(t, settings, secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	assert.Greater(t, len(sink.Users), pageSize)
	no, yes := false, true
	assert.Contains(t, sink.Users, compliance.User{ID: "uaa", Name: "Somebody", Active: &yes, Source: trial.SourceID})
	assert.Contains(t, sink.Users, compliance.User{ID: "uab", Name: "Somebody", Active: &no, Source: trial.SourceID})
}

func read(t *testing.T, url, path string) map[string]any {
	t.Helper()
	return send(t, http.MethodGet, url+path, nil)
}

// send asks Request Tracker behind the connector's back.
func send(t *testing.T, method, address string, body any) map[string]any {
	t.Helper()
	c := &client{user: "root", password: password}
	out := map[string]any{}
	var into any = &out
	if method == http.MethodDelete {
		into = nil
	}
	require.NoError(t, c.do(t.Context(), method, address, body, into))
	return out
}
