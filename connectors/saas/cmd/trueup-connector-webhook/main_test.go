package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

var (
	key     = []byte("canary-key-of-more-than-24-bytes")
	secrets = map[string]string{"key": "whsec_" + base64.StdEncoding.EncodeToString(key)}
)

// hook is a desk that numbers tickets, checks signatures, and knows deliveries again.
type hook struct {
	*httptest.Server
	mu       sync.Mutex
	bodies   []string
	known    map[string]int
	answered string
	status   int
}

func newHook(t *testing.T) *hook {
	h := &hook{known: map[string]int{}, status: http.StatusCreated}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), body)
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.Header.Get("webhook-signature") != want || r.URL.Path != "/hooks/desk" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if h.answered != "" {
			w.WriteHeader(h.status)
			_, _ = io.WriteString(w, h.answered)
			return
		}
		n, again := h.known[r.Header.Get("webhook-id")]
		status := http.StatusAlreadyReported
		if !again {
			n, status = len(h.known)+1, http.StatusCreated
			h.known[r.Header.Get("webhook-id")] = n
			h.bodies = append(h.bodies, string(body))
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"result": {"number": %d, "phase": "open"}, "url": "https://desk.example.org/%d"}`, n, n)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) settings() map[string]string {
	return map[string]string{"url": h.URL + "/hooks/desk", "id": "result.number", "state": "result.phase"}
}

var ticket = connectors.Ticket{Key: "case-1/open\n", Title: "Reclaim {body}", Body: "Unused.", Fields: map[string]string{"queue": "ITAM"}}

func TestTicket(t *testing.T) {
	h := newHook(t)
	dry := ticket
	dry.DryRun = true
	state, err := shop.Connector(t).Ticket(t, h.settings(), secrets, dry)
	require.NoError(t, err)
	assert.Equal(t, connectors.Performed, state.Outcome)
	assert.Empty(t, h.bodies, "a dry run posts nothing")
	for i, want := range []connectors.Outcome{connectors.Performed, connectors.Unchanged} {
		state, err := shop.Connector(t).Ticket(t, h.settings(), secrets, ticket)
		require.NoError(t, err)
		assert.Equal(t, connectors.TicketState{Outcome: want, ID: "1", State: "open", URL: "https://desk.example.org/1"}, state, i)
	}
	require.Len(t, h.bodies, 1)
	assert.JSONEq(t, `{"key": "case-1/open\n", "id": "", "title": "Reclaim {body}", "body": "Unused.", "fields": {"queue": "ITAM"}}`, h.bodies[0])

	form := h.settings()
	form["template"] = `{"issue": {"summary": "[{field.queue}{field.none}] {title}", "labels": ["trueup", 7, "{x}"]}}`
	update := connectors.Ticket{Key: "case-1/close", ID: "1", Title: "Done", Fields: ticket.Fields}
	_, err = shop.Connector(t).Ticket(t, form, secrets, update)
	require.NoError(t, err)
	assert.JSONEq(t, `{"issue": {"summary": "[ITAM] Done", "labels": ["trueup", 7, "{x}"]}}`, h.bodies[1])
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(h *hook, s, secret map[string]string)
		kind    connectors.ErrorKind
		outcome connectors.Outcome
	}{
		"short key":       {func(_ *hook, _, x map[string]string) { x["key"] = "whsec_Y2FuYXJ5" }, connectors.BadConfig, connectors.Refused},
		"other key":       {func(_ *hook, _, x map[string]string) { x["key"] = base64.StdEncoding.EncodeToString(make([]byte, 32)) }, connectors.PermissionDenied, connectors.Refused},
		"no template":     {func(_ *hook, s, _ map[string]string) { s["template"] = "{" }, connectors.BadConfig, connectors.Refused},
		"two templates":   {func(_ *hook, s, _ map[string]string) { s["template"] = "{} {}" }, connectors.BadConfig, connectors.Refused},
		"plain http":      {func(_ *hook, s, _ map[string]string) { s["url"] = "http://desk.example.org/" }, connectors.BadConfig, connectors.Refused},
		"answer not JSON": {func(h *hook, _, _ map[string]string) { h.answered = "ok" }, connectors.BadData, connectors.Uncertain},
		"no identifier":   {func(h *hook, _, _ map[string]string) { h.answered = `{"result": {"number": null}}` }, connectors.BadData, connectors.Uncertain},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(t)
			s, x := h.settings(), map[string]string{"key": secrets["key"]}
			c.change(h, s, x)
			state, err := shop.Connector(t).Ticket(t, s, x, ticket)
			require.ErrorIs(t, err, &connectors.Error{Kind: c.kind})
			assert.Equal(t, c.outcome, state.Outcome)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

func TestConformance(t *testing.T) {
	shop.Connector(t).Conforms(t, newHook(t).settings(), secrets)
}

// Whatever a template and a ticket hold, what is sent is JSON, and texts of the ticket
// are not taken for places.
func FuzzTemplate(f *testing.F) {
	f.Add(plain, "a", "b")
	f.Add(`["{title}{body}", {"{title}": "{"}]`, "{body}", "{title}")
	f.Fuzz(func(t *testing.T, form, title, body string) {
		tmpl, err := parse(form)
		if err != nil {
			return
		}
		if _, err := json.Marshal(tmpl.fill(connectors.Ticket{Title: title, Body: body})); err != nil {
			t.Fatal(err)
		}
		if got := (template{"{title}"}).fill(connectors.Ticket{Title: title, Body: body}); got != title {
			t.Fatalf("%q became %q", title, got)
		}
	})
}
