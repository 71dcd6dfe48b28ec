package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/connectortest"
	"github.com/trueup-dev/trueup/connectors/internal/trial"
	"github.com/trueup-dev/trueup/connectors/saas/internal/played"
)

var shop trial.Shop

func TestMain(m *testing.M) { shop.Main(m) }

var secrets = map[string]string{"client-secret": "canary-secret"}

func settings(a *tenant) map[string]string {
	return map[string]string{"tenant": "acme", "client-id": "app", "url": a.URL + "/v1.0", "authority": a.URL}
}

func instant(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// seats are the seats by user and licence, with the last use.
func seats(sink *connectortest.Recorder) map[string]time.Time {
	out := map[string]time.Time{}
	for _, s := range sink.Seats {
		out[string(s.User)+" "+s.Title.Name] = s.LastUsed
	}
	return out
}

func TestTenant(t *testing.T) {
	a := newTenant(t)
	a.set(func() { a.uses = 3 }) // tokens run out in the middle of the reading
	a.Once("/v1.0/users/delta", nil, played.Status(429, "", "Retry-After", "1"), played.Truncated(`{"value":[]}`))
	r, sink := shop.Connector(t).Collect(t, settings(a), secrets)
	require.NoError(t, r.Err)
	assert.True(t, r.Complete)
	require.Len(t, sink.Users, 5)
	no := false
	assert.Equal(t, compliance.User{ID: "user-2", Name: "Bob", Country: "AT", Active: &no, Source: trial.SourceID}, sink.Users[1])
	assert.Equal(t, map[string]time.Time{
		"user-1 ENTERPRISEPREMIUM": instant("2026-03-01T08:00:00Z"), "user-1 CRMSTANDARD": instant("2026-03-01T08:00:00Z"),
		"user-2 ENTERPRISEPREMIUM": {}, "user-4 " + foreign: instant("2026-03-01T09:00:00Z"), "user-5 ENTERPRISEPREMIUM": instant("2025-03-01T09:00:00Z"),
	}, seats(sink), "without a sign-in the last use is not known")
	require.Len(t, sink.Licenses, 2)
	assert.Equal(t, []string{"25", "0"}, []string{sink.Licenses[0].Quantity.Decimal.String(), sink.Licenses[1].Quantity.Decimal.String()}, "suspended units do not count")
	assert.Equal(t, "microsoft:"+e3, sink.Licenses[0].ID)
}

// What changed since the cursor, and nothing else.
func TestChanges(t *testing.T) {
	a := newTenant(t)
	full, _ := shop.Connector(t).Collect(t, settings(a), secrets)
	require.NoError(t, full.Err)
	a.change("user-1", func(u *account) { u.has = []string{crm} })
	a.change("user-2", func(u *account) { u.gone = true })
	a.change("user-5", func(u *account) { u.name, u.quiet = "Eva", true })
	a.set(func() { a.users["user-4"].signIn = "2026-03-05T09:00:00Z" }) // of which no delta tells
	r, sink := shop.Connector(t).Resume(t, settings(a), secrets, full.Cursor)
	require.NoError(t, r.Err)
	assert.Equal(t, connectors.Counts{connectors.User: 2, connectors.Seat: 3}, r.Put)
	assert.Equal(t, map[string]time.Time{
		"user-1 CRMSTANDARD": instant("2026-03-01T08:00:00Z"), "user-5 ENTERPRISEPREMIUM": instant("2025-03-01T09:00:00Z"), "user-4 " + foreign: instant("2026-03-05T09:00:00Z"),
	}, seats(sink))
	require.NotEmpty(t, sink.Users)
	assert.NotNil(t, sink.Users[len(sink.Users)-1].Active, "what the change left out is asked for")
	assert.EqualValues(t, 1, r.Deleted[connectors.User])

	again, _ := shop.Connector(t).Resume(t, settings(a), secrets, r.Cursor)
	require.NoError(t, again.Err)
	assert.Zero(t, again.Put.Total()+again.Deleted.Total())

	a.Once("/v1.0/users/delta", played.Status(http.StatusGone, `{"error":{"code":"syncStateNotFound"}}`))
	forgotten, _ := shop.Connector(t).Resume(t, settings(a), secrets, r.Cursor)
	require.ErrorIs(t, forgotten.Err, &connectors.Error{Kind: connectors.BadCursor})

	a.set(func() { a.skus = `{"value":[]}` })
	gone, _ := shop.Connector(t).Resume(t, settings(a), secrets, r.Cursor)
	require.ErrorIs(t, gone.Err, &connectors.Error{Kind: connectors.BadCursor})
}

func TestConformance(t *testing.T) {
	a := newTenant(t)
	shop.Connector(t).Conforms(t, settings(a), secrets,
		connectors.Action{Verb: connectors.Reclaim, Kind: connectors.Seat, Target: map[string]string{"user": "user-1", "product_code": e3}},
		connectors.Action{Verb: connectors.Assign, Kind: connectors.Seat, Target: map[string]string{"user": "user-3", "name": "ENTERPRISEPREMIUM"}})
	assert.Equal(t, []string{crm}, a.users["user-1"].has)
	assert.Equal(t, []string{e3}, a.users["user-3"].has)
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		fault http.HandlerFunc
		kind  connectors.ErrorKind
		want  string
	}{
		"no right":      {"/v1.0/users", played.Status(403, `{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"Ann Example"}}`), connectors.PermissionDenied, "NonPremiumTenant"},
		"no list":       {"/v1.0/users/delta", played.Status(200, `{}`), connectors.BadData, `"value"`},
		"no end":        {"/v1.0/users/delta", played.Status(200, `{"value":[]}`), connectors.BadData, "deltaLink"},
		"another host":  {"/v1.0/users/delta", played.Status(200, `{"value":[],"@odata.nextLink":"https://elsewhere.example/"}`), connectors.BadData, "elsewhere"},
		"broken record": {"/v1.0/users/delta", played.Status(200, `{"value":[{"id":"x","accountEnabled":"Ann Example"}],"@odata.deltaLink":"`+"http://127.0.0.1/"+`"}`), connectors.BadData, ""},
	} {
		a := newTenant(t)
		a.Once(c.path, c.fault)
		r, _ := shop.Connector(t).Collect(t, settings(a), secrets)
		require.ErrorIs(t, r.Err, &connectors.Error{Kind: c.kind}, name)
		assert.False(t, r.Complete, name)
		assert.ErrorContains(t, r.Err, c.want, name)
		for _, p := range r.Problems {
			assert.NotContains(t, p.String(), "Ann Example")
		}
		assert.NotContains(t, r.Err.Error(), "Ann Example")
		assert.NotContains(t, r.Err.Error(), "canary")
	}
	a := newTenant(t)
	err := shop.Connector(t).Check(t, settings(a), map[string]string{"client-secret": "wrong"})
	require.ErrorIs(t, err, &connectors.Error{Kind: connectors.AuthFailed})
}

// Actions go one path, dry and in earnest.
func TestAct(t *testing.T) {
	a := newTenant(t)
	act := func(verb connectors.Verb, user, name string, dry bool) (connectors.Effect, error) {
		s := connectors.Settings{Values: settings(a), Secrets: secrets}
		return collector{}.Act(t.Context(), s, connectors.Action{Key: "k", Verb: verb, Kind: connectors.Seat, DryRun: dry, Target: map[string]string{"user": user, "name": name}})
	}
	for _, verb := range []connectors.Verb{connectors.Reclaim, connectors.Assign} {
		dry, err := act(verb, "user-1", "ENTERPRISEPREMIUM", true)
		require.NoError(t, err)
		assert.Equal(t, connectors.Performed, dry.Outcome)
		done, err := act(verb, "user-1", "ENTERPRISEPREMIUM", false)
		require.NoError(t, err)
		assert.Equal(t, dry, done)
		again, err := act(verb, "user-1", "ENTERPRISEPREMIUM", false)
		require.NoError(t, err)
		assert.Equal(t, connectors.Unchanged, again.Outcome)
		assert.Equal(t, done.After, again.After, "what it said it would be")
	}
	effect, err := act(connectors.Reclaim, "user-5", "ENTERPRISEPREMIUM", false)
	require.ErrorContains(t, err, "group")
	assert.Equal(t, connectors.Refused, effect.Outcome)
	_, err = act(connectors.Reclaim, "user-1", "NO_SUCH_LICENCE", false)
	require.Error(t, err)
	_, err = act(connectors.Reclaim, "nobody", "ENTERPRISEPREMIUM", false)
	require.Error(t, err)
	a.Once("/v1.0/users/user-1/assignLicense", played.Cut)
	effect, err = act(connectors.Reclaim, "user-1", "ENTERPRISEPREMIUM", false)
	require.Error(t, err)
	assert.Equal(t, connectors.Uncertain, effect.Outcome)
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"skus":{"a":{"name":"A","sum":"x"}},"days":{"2026-03-01":"x"},"link":"https://x/"}`))
	f.Add([]byte(`{"link":""}`))
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
		back, err := parseCursor(encoded)
		require.NoError(t, err)
		again, err := back.encode()
		require.NoError(t, err)
		assert.Equal(t, string(encoded), string(again))
	})
}
