package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
)

// plain is the form of a ticket where the settings have none.
const plain = `{"key":"{key}","id":"{id}","title":"{title}","body":"{body}","fields":"{fields}"}`

// template is a JSON document with places for a ticket.
type template struct{ form any }

func parse(text string) (template, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var t template
	if err := d.Decode(&t.form); err != nil {
		return t, fmt.Errorf("setting template is not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return t, errors.New("setting template has something after its JSON")
	}
	return t, nil
}

// fill puts a ticket into the places. A field that the ticket does not have is empty.
func (t template) fill(ticket connectors.Ticket) any {
	pairs := []string{"{key}", ticket.Key, "{id}", ticket.ID, "{title}", ticket.Title, "{body}", ticket.Body}
	for _, name := range slices.Sorted(maps.Keys(ticket.Fields)) {
		pairs = append(pairs, "{field."+name+"}", ticket.Fields[name])
	}
	replace := strings.NewReplacer(pairs...)
	var filled func(any) any
	filled = func(v any) any {
		switch v := v.(type) {
		case string:
			if v == "{fields}" {
				fields := map[string]string{}
				maps.Copy(fields, ticket.Fields)
				return fields
			}
			return withoutPlaces(v, replace)
		case []any:
			out := make([]any, len(v))
			for i := range v {
				out[i] = filled(v[i])
			}
			return out
		case map[string]any:
			out := map[string]any{}
			for k := range v {
				out[k] = filled(v[k])
			}
			return out
		}
		return v
	}
	return filled(t.form)
}

// withoutPlaces replaces what the ticket has, and the places of fields that it does not
// have by nothing. What a ticket's text holds is never taken for a place.
func withoutPlaces(form string, replace *strings.Replacer) string {
	var b strings.Builder
	for form != "" {
		from := strings.IndexByte(form, '{')
		if from < 0 {
			break
		}
		to := strings.IndexByte(form[from:], '}')
		if to < 0 {
			break
		}
		place := form[from : from+to+1]
		b.WriteString(form[:from])
		if value := replace.Replace(place); value != place || !strings.HasPrefix(place, "{field.") {
			b.WriteString(value)
		}
		form = form[from+to+1:]
	}
	return b.String() + form
}

// stateOf reads what the answer says of the ticket.
func stateOf(answer *httpsource.Page, s connectors.Settings, t connectors.Ticket) (connectors.TicketState, error) {
	state := connectors.TicketState{Outcome: connectors.Performed, ID: t.ID}
	if answer.Status == http.StatusAlreadyReported {
		state.Outcome = connectors.Unchanged
	}
	var said any
	d := json.NewDecoder(strings.NewReader(string(answer.Body)))
	d.UseNumber()
	if err := d.Decode(&said); err != nil && t.ID == "" {
		state.Outcome = connectors.Uncertain
		return state, &connectors.Error{Kind: connectors.BadData, Err: errors.New("the hook took the ticket and its answer is not JSON, so the ticket has no identifier")}
	}
	if id := at(said, s.Values["id"]); id != "" {
		state.ID = id
	}
	state.State, state.URL = at(said, s.Values["state"]), at(said, s.Values["link"])
	if state.ID == "" {
		state.Outcome = connectors.Uncertain
		return state, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("the hook took the ticket and its answer has no text or number at %q", s.Values["id"])}
	}
	return state, nil
}

// at is the text or number at a path of names with points between them, empty if
// there is none.
func at(v any, path string) string {
	for _, name := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[name]
	}
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
