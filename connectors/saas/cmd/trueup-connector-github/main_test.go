package main

import (
	"net/http"
	"strings"
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

var secrets = map[string]string{"token": "ghp_canary"}

func settings(url string) map[string]string {
	return map[string]string{"url": url, "enterprise": "acme", "copilot": "true"}
}

// The description is GitHub's own, and so are the people in its examples.
func TestDescription(t *testing.T) {
	server := prism.Start(t, shareddata.Path(t, "entitlements", "saas_api", "github_enterprise_license_openapi_subset.json"))
	require.NoError(t, shop.Connector(t).Check(t, settings(server.URL), secrets))
	r, sink := shop.Connector(t).Collect(t, settings(server.URL), secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	require.Len(t, sink.Licenses, 1)
	assert.Equal(t, "4500", sink.Licenses[0].Quantity.Decimal.String())
	enterprise := catalog.Title{Publisher: "GitHub", Name: "GitHub Enterprise", Edition: "enterprise"}
	require.Len(t, sink.Seats, 4)
	assert.Equal(t, compliance.Seat{User: "monalisa", Title: enterprise, Source: trial.SourceID}, sink.Seats[0])
	assert.Equal(t, compliance.Seat{User: "example_host_name:123", Title: enterprise, Source: trial.SourceID}, sink.Seats[1], "without a login, the account on a server")
	assert.Equal(t, compliance.Seat{User: "octocat", Title: catalog.Title{Publisher: "GitHub", Name: "GitHub Copilot", Edition: "business"}, Source: trial.SourceID,
		Assigned: time.Date(2021, 8, 4, 0, 0, 0, 0, time.UTC), LastUsed: time.Date(2021, 10, 14, 6, 53, 32, 0, time.UTC)}, sink.Seats[2])
	shop.Connector(t).Conforms(t, settings(server.URL), secrets)
}

const (
	firstPage  = `{"total_seats_consumed":3,"users":[{"github_com_login":"ann","license_type":"enterprise"},{"github_com_login":7},null]}`
	secondPage = `{"total_seats_consumed":3,"users":[{"github_com_login":"bob","github_com_name":"Bob","license_type":""},{"enterprise_server_user_ids":[]}]}`
	noSeats    = `{"total_seats":0,"seats":[]}`
	licenses   = "/enterprises/acme/consumed-licenses"
	copilot    = "/enterprises/acme/copilot/billing/seats"
)

func pages(t *testing.T) *played.Server {
	return played.New(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer ghp_canary":
			http.Error(w, "{}", http.StatusUnauthorized)
		case r.URL.Path == copilot:
			_, _ = w.Write([]byte(noSeats))
		case r.URL.Query().Get("page") == "2":
			_, _ = w.Write([]byte(secondPage))
		default:
			w.Header().Set("Link", `<`+licenses+`?page=2>; rel="next", <`+licenses+`?page=2>; rel="last"`)
			_, _ = w.Write([]byte(firstPage))
		}
	}))
}

// Records that cannot be read are named; the others count, and the source is not whole.
func TestPages(t *testing.T) {
	server := pages(t)
	server.Once(licenses, played.Status(http.StatusForbidden, "{}", "X-RateLimit-Remaining", "0", "Retry-After", "1"), played.Cut, played.Truncated(firstPage))
	r, sink := shop.Connector(t).Collect(t, settings(server.URL), secrets)
	require.ErrorIs(t, r.Err, &connectors.Error{Kind: connectors.BadData})
	assert.False(t, r.Complete)
	var problems []string
	for _, p := range r.Problems {
		problems = append(problems, strings.TrimPrefix(p.String(), "GET "+server.URL))
	}
	assert.Equal(t, []string{
		licenses + `: record 2 of the page: field "github_com_login" has a number, want string`,
		licenses + `: record 3 of the page: it is null`,
		licenses + `: record 2 of the page: it has neither a login nor an account on a server`,
	}, problems)
	require.Len(t, sink.Users, 2)
	assert.Len(t, sink.Seats, 1, "without a type of licence there is no seat")
	require.Len(t, sink.Licenses, 1)
	assert.False(t, sink.Licenses[0].Quantity.Valid, "what was bought is not known")
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		fault http.HandlerFunc
		kind  connectors.ErrorKind
		want  string
	}{
		"token":      {played.Status(401, `{"message":"ghp_canary"}`), connectors.AuthFailed, "answered 401"},
		"right":      {played.Status(403, `{}`), connectors.PermissionDenied, "the credentials lack a right"},
		"name":       {played.Status(404, `{}`), connectors.BadConfig, "see whether the address"},
		"elsewhere":  {played.Status(302, ``, "Location", "https://elsewhere.example/"), connectors.BadConfig, "set its address"},
		"allowance":  {played.Status(429, ``, "Retry-After", "7200"), connectors.Throttled, "429"},
		"no JSON":    {played.Status(200, `<html>ghp_canary</html>`), connectors.BadData, "byte 1 is not JSON"},
		"empty":      {played.Status(200, `{}`), connectors.BadData, `has no "users"`},
		"other host": {played.Status(200, `{"users":[]}`, "Link", `<https://elsewhere.example/x>; rel="next"`), connectors.BadData, "elsewhere.example"},
		"circle":     {played.Status(200, `{"users":[]}`, "Link", `<`+licenses+`?per_page=100>; rel="next"`), connectors.BadData, "leads back"},
	} {
		t.Run(name, func(t *testing.T) {
			server := pages(t)
			server.Once(licenses, c.fault)
			r, _ := shop.Connector(t).Collect(t, settings(server.URL), secrets)
			require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind})
			assert.ErrorContains(t, r.Err, c.want)
			assert.NotContains(t, r.Err.Error(), "canary")
		})
	}
}

// A user of several organisations has one seat, last used when it was last used.
func TestCopilotThroughSeveralOrganisations(t *testing.T) {
	server := pages(t)
	server.Once(licenses, played.Status(200, `{"total_seats_purchased":1,"users":[]}`))
	server.Once(copilot, played.Status(200, `{"total_seats":1,"seats":[
		{"created_at":"2026-01-02T03:04:05Z","plan_type":"business","assignee":{"login":"ann"},"last_activity_at":null},
		{"created_at":"2026-02-02T03:04:05Z","plan_type":"enterprise","assignee":{"login":"ann"},"last_activity_at":"2026-03-02T03:04:05Z"},
		{"created_at":"2026-01-02T03:04:05Z","plan_type":"unknown","assignee":{"login":"bob"}}]}`))
	r, estate := shop.Connector(t).Estate(t, settings(server.URL), secrets, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, r.Err)
	var seats []compliance.Seat
	for s := range estate.Seats() {
		seats = append(seats, s)
	}
	last := seats[len(seats)-2]
	assert.Equal(t, compliance.UserID("ann"), last.User)
	assert.Equal(t, time.Date(2026, 3, 2, 3, 4, 5, 0, time.UTC), last.LastUsed)
}
