package httpsource_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
)

// waits notes pauses in place of making them.
type waits []time.Duration

func (w *waits) wait(_ context.Context, pause time.Duration, _ string) error {
	*w = append(*w, pause)
	return nil
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"value":[]}`)) }

// What a source answers before it answers well, and how long that makes wait.
func TestPatience(t *testing.T) {
	for name, c := range map[string]struct {
		faults []http.HandlerFunc
		waits  waits
		kind   connectors.ErrorKind
	}{
		"seconds":           {[]http.HandlerFunc{played.Status(429, "", "Retry-After", "7")}, waits{7 * time.Second}, 0},
		"unavailable":       {[]http.HandlerFunc{played.Status(503, "", "Retry-After", "3")}, waits{3 * time.Second}, 0},
		"nothing said":      {[]http.HandlerFunc{played.Status(429, ""), played.Status(429, "")}, waits{time.Second, 2 * time.Second}, 0},
		"no number":         {[]http.HandlerFunc{played.Status(429, "", "Retry-After", "soon")}, waits{time.Second}, 0},
		"longer than asked": {[]http.HandlerFunc{played.Status(429, "", "Retry-After", "0")}, waits{time.Second}, 0},
		"cut":               {[]http.HandlerFunc{played.Cut, played.Truncated(`{"value":[]}`)}, waits{time.Second, 2 * time.Second}, 0},
		"server error":      {[]http.HandlerFunc{played.Status(502, "")}, waits{time.Second}, 0},
		"too long":          {[]http.HandlerFunc{played.Status(429, "", "Retry-After", "3600")}, nil, connectors.Throttled},
		"for ever":          {[]http.HandlerFunc{played.Cut, played.Cut, played.Cut, played.Cut}, waits{time.Second, 2 * time.Second, 4 * time.Second}, connectors.Unavailable},
		"refused":           {[]http.HandlerFunc{played.Status(403, "")}, nil, connectors.PermissionDenied},
	} {
		t.Run(name, func(t *testing.T) {
			server := played.New(t, http.HandlerFunc(ok))
			server.Once("/users", c.faults...)
			var w waits
			client, err := httpsource.New(httpsource.Config{Base: server.URL}, w.wait)
			require.NoError(t, err)
			defer client.Close()
			_, err = client.Get(t.Context(), "users", url.Values{"secret": {"canary"}})
			assert.Equal(t, c.waits, w)
			if c.kind == connectors.ErrorInvalid {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, &connectors.Error{Kind: c.kind})
			assert.ErrorContains(t, err, server.URL+"/users")
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

// A change is not repeated when nobody can tell whether it was made, and is when the
// source says that it was not.
func TestSendOnce(t *testing.T) {
	server := played.New(t, http.HandlerFunc(ok))
	client, err := httpsource.New(httpsource.Config{Base: server.URL}, new(waits).wait)
	require.NoError(t, err)
	defer client.Close()
	server.Once("/revoke", played.Cut)
	_, err = client.Send(t.Context(), http.MethodPost, "revoke", map[string]string{"user": "ann"})
	require.ErrorIs(t, err, httpsource.ErrUncertain)
	assert.Len(t, server.Requests(), 1)
	server.Once("/revoke", played.Status(429, "", "Retry-After", "1"))
	_, err = client.Send(t.Context(), http.MethodPost, "revoke", nil)
	require.NoError(t, err)
	assert.Len(t, server.Requests(), 2)
}

// issuer gives tokens that hold for a number of requests, which the tokens do not say.
func issuer(t *testing.T, uses int) *played.Server {
	given, left := 0, 0
	return played.New(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token" && r.FormValue("client_secret") == "canary" && r.FormValue("scope") == "all":
			given, left = given+1, uses
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"access_token":"t%d","token_type":"Bearer","expires_in":3600}`, given)
		case r.URL.Path == "/token":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"canary is wrong"}`))
		case r.Header.Get("Authorization") != fmt.Sprintf("Bearer t%d", given) || left == 0:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			left--
			ok(w, r)
		}
	}))
}

func TestTokenRunsOut(t *testing.T) {
	server := issuer(t, 2)
	auth, err := httpsource.NewClientCredentials(server.URL+"/token", "id", "canary", "all")
	require.NoError(t, err)
	client, err := httpsource.New(httpsource.Config{Base: server.URL, Auth: auth}, nil)
	require.NoError(t, err)
	defer client.Close()
	for range 5 {
		_, err := client.Get(t.Context(), "users", nil)
		require.NoError(t, err)
	}
	tokens := 0
	for _, r := range server.Requests() {
		if r == "POST /token" {
			tokens++
		}
	}
	assert.Equal(t, 3, tokens)
}

func TestTokenRefused(t *testing.T) {
	for name, c := range map[string]struct {
		uses         int
		path, secret string
		kind         connectors.ErrorKind
	}{
		"wrong secret":    {1, "/token", "other-canary", connectors.AuthFailed},
		"useless token":   {0, "/token", "canary", connectors.AuthFailed},
		"no such address": {1, "/nowhere", "canary", connectors.AuthFailed},
	} {
		server := issuer(t, c.uses)
		auth, err := httpsource.NewClientCredentials(server.URL+c.path, "id", c.secret, "all")
		require.NoError(t, err)
		client, err := httpsource.New(httpsource.Config{Base: server.URL, Auth: auth}, nil)
		require.NoError(t, err)
		_, err = client.Get(t.Context(), "users", nil)
		require.ErrorIs(t, err, &connectors.Error{Kind: c.kind}, name)
		assert.NotContains(t, err.Error(), "canary", name)
		client.Close()
	}
}

func TestAddresses(t *testing.T) {
	for base, good := range map[string]bool{
		"https://api.example.org/v1": true, "http://127.0.0.1:80": true, "http://[::1]:80": true, "http://localhost": true,
		"http://api.example.org": false, "https://user:canary@api.example.org": false, "api.example.org": false, "": false,
		"https://api.example.org?x=1": false, "ftp://api.example.org": false, "\x00": false, "https://": false,
	} {
		_, err := httpsource.New(httpsource.Config{Base: base}, nil)
		if good {
			require.NoError(t, err, base)
			continue
		}
		require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadConfig}, base)
		assert.NotContains(t, err.Error(), "canary")
	}
	for _, file := range []string{"no-such-file", "httpsource_test.go"} {
		_, err := httpsource.New(httpsource.Config{Base: "https://api.example.org", CAFile: file}, nil)
		require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadConfig})
	}
}

func TestBounds(t *testing.T) {
	server := played.New(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat("x", 1001))) }))
	client, err := httpsource.New(httpsource.Config{Base: server.URL, Largest: 1000}, nil)
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Get(t.Context(), "users", nil)
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadData})
	assert.ErrorContains(t, err, "1000 bytes")
}

func TestCancelled(t *testing.T) {
	server := played.New(t, played.Status(503, ""))
	client, err := httpsource.New(httpsource.Config{Base: server.URL, Backoff: time.Hour, Patience: 2 * time.Hour}, nil)
	require.NoError(t, err)
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = client.Get(ctx, "users", nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func FuzzNext(f *testing.F) {
	for _, header := range []string{
		`<https://api.example/x?page=2>; rel="next"`, `<a>; rel=prev, <b,c>; title="x"; rel=next`, `<a`, `<>; rel="next"`, `<a>; rel="last", <b>; REL="NEXT"`,
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		p := httpsource.Page{Header: http.Header{"Link": {header}}}
		next := p.Next()
		assert.Contains(t, header, next)
		assert.NotContains(t, next, ">")
	})
}

func TestNext(t *testing.T) {
	for header, want := range map[string]string{
		`<https://x/?page=2>; rel="next", <https://x/?page=5>; rel="last"`: "https://x/?page=2",
		`<https://x/?page=1>; rel="prev", <https://x/?a=1,2>; rel=next`:    "https://x/?a=1,2",
		`<https://x/?page=5>; rel="last"`:                                  "",
		`<next>; title="next"`:                                             "",
		``:                                                                 "",
	} {
		assert.Equal(t, want, (&httpsource.Page{Header: http.Header{"Link": {header}}}).Next(), header)
	}
}

func FuzzRecord(f *testing.F) {
	for _, raw := range []string{`{"name":"ann"}`, `{"name":1}`, `null`, ``, `{"name":null}`, `[`, `{"name":"a"} {`} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := httpsource.Record[struct {
			Name *string `json:"name"`
		}](json.RawMessage(raw))
		if err == nil && r.Name != nil {
			assert.True(t, json.Valid(raw))
		}
	})
}

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "2" {
			_, _ = w.Write([]byte(`["bob"]`))
			return
		}
		w.Header().Set("Link", `</users?page=2>; rel="next"`)
		_, _ = w.Write([]byte(`["ann"]`))
	}))
	defer server.Close()
	client, err := httpsource.New(httpsource.Config{Base: server.URL, Auth: httpsource.Token("Bearer secret")}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	err = client.Each(context.Background(), "users", nil, func(p *httpsource.Page) (string, error) {
		var names []string
		if err := p.Into(&names); err != nil {
			return "", err
		}
		fmt.Println(names)
		return p.Next(), nil
	})
	fmt.Println(err)
	// Output:
	// [ann]
	// [bob]
	// <nil>
}
