package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
	"github.com/trueup-dev/trueup/connectors/saas/internal/prism"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

var secrets = map[string]string{"token": "canary-token"}

func settings(url string) map[string]string { return map[string]string{"url": url} }

// The description is Okta's own, and so are the people in its examples.
func TestDescription(t *testing.T) {
	server := prism.Start(t, shareddata.Path(t, "entitlements", "saas_api", "okta_openapi_subset.json"))
	require.NoError(t, shop.Connector(t).Check(t, settings(server.URL), secrets))
	r, sink := shop.Connector(t).Collect(t, settings(server.URL), secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	require.NotEmpty(t, sink.Users)
	yes := true
	assert.Equal(t, compliance.User{ID: "00u118oQYT4TBTemp0g4", Name: "Alice Smith", Active: &yes, Source: trial.SourceID}, sink.Users[0])
	require.NotEmpty(t, sink.Seats)
	assert.Equal(t, compliance.Seat{User: "00u1dnq5S0CfjlkpABCD", Title: catalog.Title{Name: "Custom Saml 2.0 App", ProductCode: "testorgone_customsaml20app_1/0oa1gjh63g214q0Hq0g4"},
		Assigned: time.Date(2024, 1, 31, 18, 25, 1, 0, time.UTC), Source: trial.SourceID}, sink.Seats[0])
}

// organisation answers as Okta documents it, in pages of two.
type organisation struct {
	*played.Server
	lock  sync.Mutex
	lists map[string][]map[string]any
}

func newOrganisation(t *testing.T) *organisation {
	person := func(id, status, login string) map[string]any {
		u := map[string]any{"id": id, "status": status, "lastUpdated": "2026-03-01T00:00:00.000Z", "lastLogin": nil, "profile": map[string]any{"firstName": "F", "lastName": id, "countryCode": "at"}}
		if login != "" {
			u["lastLogin"] = login
		}
		return u
	}
	seat := func(id, status, scope string) map[string]any {
		return map[string]any{"id": id, "status": status, "scope": scope, "created": "2026-01-01T00:00:00.000Z"}
	}
	o := &organisation{lists: map[string][]map[string]any{
		"/api/v1/users": {person("ann", "ACTIVE", "2026-03-02T00:00:00.000Z"), person("bob", "SUSPENDED", ""), person("cid", "SOMETHING", "")},
		"/api/v1/apps": {
			{"id": "a2", "name": "charts", "label": "Charts", "status": "ACTIVE"}, {"id": "a1", "name": "mail", "label": "Mail", "status": "ACTIVE"},
			{"id": "a3", "name": "old", "label": "Old", "status": "INACTIVE"}},
		"/api/v1/apps/a1/users": {seat("ann", "ACTIVE", "USER"), seat("bob", "PROVISIONED", "GROUP"), seat("cid", "REVOKED", "USER")},
		"/api/v1/apps/a2/users": {seat("ann", "ACTIVE", "USER")},
		"/api/v1/logs":          {},
	}}
	o.Server = played.New(t, http.HandlerFunc(o.serve))
	return o
}

func (o *organisation) set(f func()) {
	o.lock.Lock()
	defer o.lock.Unlock()
	f()
}

func (o *organisation) serve(w http.ResponseWriter, r *http.Request) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if r.Header.Get("Authorization") != "SSWS canary-token" {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"errorCode":"E0000011","errorSummary":"Invalid token canary-token"}`))
		return
	}
	if list, ok := o.lists[r.URL.Path]; ok {
		o.page(w, r, list)
		return
	}
	i := strings.LastIndexByte(r.URL.Path, '/')
	path, id := r.URL.Path[:i], r.URL.Path[i+1:]
	for n, rec := range o.lists[path] {
		if rec["id"] != id {
			continue
		}
		if r.Method == http.MethodDelete {
			o.lists[path] = append(o.lists[path][:n:n], o.lists[path][n+1:]...)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_ = json.NewEncoder(w).Encode(rec)
		return
	}
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"errorCode":"E0000007"}`))
}

func (o *organisation) page(w http.ResponseWriter, r *http.Request, list []map[string]any) {
	from := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("after"), &from)
	end := min(len(list), from+2)
	if end < len(list) {
		query := r.URL.Query()
		query.Set("after", fmt.Sprint(end))
		w.Header().Add("Link", fmt.Sprintf(`<%s%s>; rel="self"`, o.URL, r.URL.RequestURI()))
		w.Header().Add("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, o.URL, r.URL.Path, query.Encode()))
	}
	_ = json.NewEncoder(w).Encode(append([]map[string]any{}, list[from:end]...))
}

func TestOrganisation(t *testing.T) {
	o := newOrganisation(t)
	reset := fmt.Sprint(time.Now().Unix())
	o.Once("/api/v1/users", played.Status(429, "", "X-Rate-Limit-Reset", reset), nil, played.Truncated(`[]`))
	r, sink := shop.Connector(t).Collect(t, settings(o.URL), secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	yes, no := true, false
	assert.Equal(t, []compliance.User{
		{ID: "ann", Name: "F ann", Country: "AT", Active: &yes, Source: trial.SourceID}, {ID: "bob", Name: "F bob", Country: "AT", Active: &no, Source: trial.SourceID},
		{ID: "cid", Name: "F cid", Country: "AT", Source: trial.SourceID}, // a status that is not known leaves it open
	}, sink.Users)
	assigned := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	login := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, []compliance.Seat{
		{User: "ann", Title: catalog.Title{Name: "Mail", ProductCode: "mail/a1"}, Assigned: assigned, LastUsed: login, Source: trial.SourceID},
		{User: "bob", Title: catalog.Title{Name: "Mail", ProductCode: "mail/a1"}, Assigned: assigned, Source: trial.SourceID},
		{User: "ann", Title: catalog.Title{Name: "Charts", ProductCode: "charts/a2"}, Assigned: assigned, LastUsed: login, Source: trial.SourceID},
	}, sink.Seats)
}

func entry(id, kind, app, user string) map[string]any {
	return map[string]any{"uuid": id, "published": time.Now().UTC().Format(time.RFC3339Nano), "eventType": kind,
		"target": []any{map[string]any{"id": app, "type": "AppInstance"}, map[string]any{"id": user, "type": "User"}}}
}

func TestChanges(t *testing.T) {
	o := newOrganisation(t)
	full, _ := shop.Connector(t).Collect(t, settings(o.URL), secrets)
	require.NoError(t, full.Err)
	now := time.Now().UTC().Format(time.RFC3339Nano)
	o.set(func() {
		users := o.lists["/api/v1/users"]
		users[0]["lastLogin"] = now
		users[2]["lastUpdated"], users[2]["status"] = now, "ACTIVE"
		o.lists["/api/v1/users"] = []map[string]any{users[0], users[2]}
		o.lists["/api/v1/apps/a1/users"] = o.lists["/api/v1/apps/a1/users"][:1]
		o.lists["/api/v1/apps/a2/users"][0]["id"] = "cid"
		o.lists["/api/v1/logs"] = []map[string]any{
			entry("1", removed, "a2", "ann"), entry("2", added, "a2", "cid"), entry("3", deactivate, "", "bob"), entry("4", added, "a3", "ann")}
	})
	r, sink := shop.Connector(t).Resume(t, settings(o.URL), secrets, full.Cursor)
	require.NoError(t, r.Err)
	require.Len(t, sink.Users, 1)
	assert.EqualValues(t, "cid", sink.Users[0].ID)
	var seats []string
	for _, s := range sink.Seats {
		seats = append(seats, string(s.User)+" "+s.Title.Name)
	}
	assert.Equal(t, []string{"ann Mail", "cid Charts"}, seats, "signed in since, and given since")
	assert.Equal(t, connectors.Counts{connectors.User: 1, connectors.Seat: 3}, r.Deleted, "of ann Charts, of bob both")
	again, _ := shop.Connector(t).Resume(t, settings(o.URL), secrets, r.Cursor)
	require.NoError(t, again.Err)
	assert.Zero(t, again.Put.Total()+again.Deleted.Total())

	o.set(func() {
		o.lists["/api/v1/logs"] = []map[string]any{entry("9", "application.lifecycle.delete", "a2", "")}
	})
	stale, _ := shop.Connector(t).Resume(t, settings(o.URL), secrets, r.Cursor)
	require.ErrorIs(t, stale.Err, &connectors.Error{Kind: connectors.BadCursor})
	old, err := cursor{Log: time.Now().Add(-100 * 24 * time.Hour), Apps: map[string]app{}}.encode()
	require.NoError(t, err)
	stale, _ = shop.Connector(t).Resume(t, settings(o.URL), secrets, old)
	require.ErrorIs(t, stale.Err, &connectors.Error{Kind: connectors.BadCursor})
}

func TestConformance(t *testing.T) {
	o := newOrganisation(t)
	shop.Connector(t).Conforms(t, settings(o.URL), secrets,
		connectors.Action{Verb: connectors.Reclaim, Kind: connectors.Seat, Target: map[string]string{"user": "ann", "product_code": "charts/a2"}})
	assert.Empty(t, o.lists["/api/v1/apps/a2/users"])
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		fault http.HandlerFunc
		kind  connectors.ErrorKind
		want  string
	}{
		"right":     {"/api/v1/logs", played.Status(403, `{"errorCode":"E0000006"}`), connectors.PermissionDenied, "E0000006"},
		"no list":   {"/api/v1/users", played.Status(200, `null`), connectors.BadData, "list"},
		"no JSON":   {"/api/v1/users", played.Status(200, `canary`), connectors.BadData, "not JSON"},
		"malformed": {"/api/v1/users", played.Status(200, `[{"id":"x","lastLogin":"canary"}]`), connectors.BadData, ""},
		"allowance": {"/api/v1/apps", played.Status(429, ``, "X-Rate-Limit-Reset", fmt.Sprint(time.Now().Add(time.Hour).Unix())), connectors.Throttled, "429"},
	} {
		o := newOrganisation(t)
		o.Once(c.path, c.fault)
		r, _ := shop.Connector(t).Collect(t, settings(o.URL), secrets)
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind}, name)
		assert.False(t, r.Complete, name)
		assert.ErrorContains(t, r.Err, c.want, name)
		assert.NotContains(t, fmt.Sprint(r.Err, r.Problems), "canary", name)
	}
}

// Actions go one path, dry and in earnest.
func TestAct(t *testing.T) {
	o := newOrganisation(t)
	act := func(user string, dry bool) (connectors.Effect, error) {
		s := connectors.Settings{Values: settings(o.URL), Secrets: secrets}
		return collector{}.Act(t.Context(), s, connectors.Action{Key: "k", Verb: connectors.Reclaim, Kind: connectors.Seat, DryRun: dry, Target: map[string]string{"user": user, "product_code": "mail/a1"}})
	}
	dry, err := act("ann", true)
	require.NoError(t, err)
	assert.Equal(t, connectors.Performed, dry.Outcome)
	o.Once("/api/v1/apps/a1/users/ann", nil, played.Cut)
	lost, err := act("ann", false)
	require.Error(t, err)
	assert.Equal(t, connectors.Uncertain, lost.Outcome)
	done, err := act("ann", false)
	require.NoError(t, err)
	assert.Equal(t, dry, done)
	again, err := act("ann", false)
	require.NoError(t, err)
	assert.Equal(t, connectors.Unchanged, again.Outcome)
	assert.Equal(t, done.After, again.After)
	group, err := act("bob", false)
	require.ErrorContains(t, err, "group")
	assert.Equal(t, connectors.Refused, group.Outcome)
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"log":"2026-03-01T00:00:00Z","apps":{"a":{"name":"x","label":"y"}},"late":{"u":{"u":"2026-03-01T00:00:00Z","l":"2026-03-01T00:00:00Z"}}}`))
	f.Add([]byte(`{"apps":null}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCursor(data)
		if err != nil {
			require.ErrorIs(t, err, &connectors.Error{Kind: connectors.BadCursor})
			return
		}
		if len(data) == 0 {
			return
		}
		encoded, err := c.encode()
		require.NoError(t, err)
		_, err = parseCursor(encoded)
		require.NoError(t, err)
	})
}
