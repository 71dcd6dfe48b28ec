package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
	"github.com/trueup-dev/trueup/internal/shareddata"
)

// tenant answers as Graph documents it: tokens that run out, pages, delta queries that
// tell of what changed since and leave out what did not, and the assignment of licences.
type tenant struct {
	*played.Server
	lock    sync.Mutex
	skus    string
	order   []string
	users   map[string]*account
	version int
	// token is the one that is good; after uses requests it runs out.
	token, uses, left int
}

type account struct {
	name    string
	enabled bool
	has     []string
	byGroup []string
	signIn  string
	version int
	gone    bool
	// quiet leaves out of a change what did not change.
	quiet bool
}

const (
	e3 = "c7df2760-2c81-4ef7-b578-5b5392b571df"
	// crm is suspended.
	crm     = "d17b27af-3f49-4822-99f9-56a661538792"
	foreign = "00000000-0000-0000-0000-00000000000f"
)

// newTenant has the licences of Graph's own documentation, and five users.
func newTenant(t *testing.T) *tenant {
	skus, err := os.ReadFile(shareddata.Path(t, "entitlements", "microsoft", "graph_subscribedSkus_sample.json"))
	require.NoError(t, err)
	a := &tenant{skus: string(skus), users: map[string]*account{}, uses: 1 << 30}
	for i, u := range []account{
		{name: "Ann", enabled: true, has: []string{e3, crm}, signIn: "2026-03-01T08:00:00Z"},
		{name: "Bob", enabled: false, has: []string{e3}},
		{name: "Cid", enabled: true, signIn: "2026-03-02T08:00:00Z"},
		{name: "Dot", enabled: true, has: []string{foreign}, signIn: "2026-03-01T09:00:00Z"},
		{name: "Eve", enabled: true, byGroup: []string{e3}, signIn: "2025-03-01T09:00:00Z"},
	} {
		id := fmt.Sprintf("user-%d", i+1)
		a.order = append(a.order, id)
		a.users[id] = &u
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /acme/oauth2/v2.0/token", a.giveToken)
	mux.HandleFunc("GET /v1.0/subscribedSkus", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(a.skus)) })
	mux.HandleFunc("GET /v1.0/users", a.list)
	mux.HandleFunc("GET /v1.0/users/delta", a.delta)
	mux.HandleFunc("GET /v1.0/users/{id}", a.one)
	mux.HandleFunc("POST /v1.0/users/{id}/assignLicense", a.assign)
	a.Server = played.New(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.lock.Lock()
		defer a.lock.Unlock()
		if !strings.HasSuffix(r.URL.Path, "/token") && !a.signed(r) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"code":"InvalidAuthenticationToken","message":"canary-secret"}}`))
			return
		}
		mux.ServeHTTP(w, r)
	}))
	return a
}

func (a *tenant) giveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.FormValue("client_secret") != "canary-secret" || r.FormValue("scope") != a.URL+"/.default" {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"canary-secret"}`))
		return
	}
	a.token, a.left = a.token+1, a.uses
	_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":3599}`, a.token)
}

// signed reports whether a request has a good token.
func (a *tenant) signed(r *http.Request) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer token-"))
	a.left--
	return err == nil && n > 0 && n <= a.token && a.left >= 0
}

// change changes a user and notes the version.
func (a *tenant) change(id string, f func(*account)) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.version++
	f(a.users[id])
	a.users[id].version = a.version
}

// set changes something of which no delta tells.
func (a *tenant) set(f func()) {
	a.lock.Lock()
	defer a.lock.Unlock()
	f()
}

func (u *account) record(id string) map[string]any {
	licenses, states := []any{}, []any{}
	for _, s := range u.has {
		licenses, states = append(licenses, map[string]any{"skuId": s, "disabledPlans": []any{}}), append(states, map[string]any{"skuId": s, "assignedByGroup": nil})
	}
	for _, s := range u.byGroup {
		licenses, states = append(licenses, map[string]any{"skuId": s}), append(states, map[string]any{"skuId": s, "assignedByGroup": "a-group"})
	}
	out := map[string]any{"id": id, "displayName": u.name, "accountEnabled": u.enabled, "assignedLicenses": licenses, "licenseAssignmentStates": states, "usageLocation": "AT"}
	if u.signIn != "" {
		out["signInActivity"] = map[string]any{"lastSignInDateTime": "2020-01-01T00:00:00Z", "lastNonInteractiveSignInDateTime": u.signIn, "lastSuccessfulSignInDateTime": nil}
	}
	return out
}

func answer(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func (a *tenant) list(w http.ResponseWriter, r *http.Request) {
	var value []any
	for _, id := range a.order {
		if !a.users[id].gone {
			value = append(value, a.users[id].record(id))
		}
	}
	a.paged(w, r, value, map[string]any{})
}

// paged answers with two records, and where the others are.
func (a *tenant) paged(w http.ResponseWriter, r *http.Request, value []any, out map[string]any) {
	skip, _ := strconv.Atoi(r.URL.Query().Get("$skiptoken"))
	end := min(len(value), skip+2)
	out["value"] = append([]any{}, value[skip:end]...)
	if end < len(value) {
		query := r.URL.Query()
		query.Set("$skiptoken", strconv.Itoa(end))
		out["@odata.nextLink"] = a.URL + r.URL.Path + "?" + query.Encode()
		delete(out, "@odata.deltaLink")
	}
	answer(w, out)
}

func (a *tenant) delta(w http.ResponseWriter, r *http.Request) {
	since, first := 0, true
	if token := r.URL.Query().Get("$deltatoken"); token != "" {
		since, _ = strconv.Atoi(token)
		first = false
	}
	var value []any
	for _, id := range a.order {
		u := a.users[id]
		switch {
		case first && u.gone, !first && u.version <= since:
		case u.gone:
			value = append(value, map[string]any{"id": id, "@removed": map[string]any{"reason": "changed"}})
		case !first && u.quiet:
			value = append(value, map[string]any{"id": id, "displayName": u.name})
		default:
			record := u.record(id)
			delete(record, "signInActivity")
			value = append(value, record)
		}
	}
	a.paged(w, r, value, map[string]any{"@odata.deltaLink": fmt.Sprintf("%s/v1.0/users/delta?$deltatoken=%d", a.URL, a.version)})
}

func (a *tenant) one(w http.ResponseWriter, r *http.Request) {
	u := a.users[r.PathValue("id")]
	if u == nil || u.gone {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	answer(w, u.record(r.PathValue("id")))
}

func (a *tenant) assign(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Add []struct {
			SKU string `json:"skuId"`
		} `json:"addLicenses"`
		Remove []string `json:"removeLicenses"`
	}
	u := a.users[r.PathValue("id")]
	if json.NewDecoder(r.Body).Decode(&body) != nil || u == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a.version++
	u.version = a.version
	var kept []string
	for _, s := range u.has {
		if len(body.Remove) == 0 || s != body.Remove[0] {
			kept = append(kept, s)
		}
	}
	for _, s := range body.Add {
		kept = append(kept, s.SKU)
	}
	u.has = kept
	answer(w, u.record(r.PathValue("id")))
}
