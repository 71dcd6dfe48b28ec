package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/access"
)

// A grant that is read is one that could have been given, and opens nothing past its
// expiry or to anyone but whom it is to.
func FuzzParseGrant(f *testing.F) {
	p := policy(f)
	e, err := p.Entry(access.Grant{ID: "g", To: "auditor", By: "cfo", Framework: "sox", From: now.AddDate(-1, 0, 0), Until: now, Scope: `resource.publisher == "oracle"`,
		Clearance: "confidential", Actions: []access.Action{access.Read}, Purpose: "audit", Given: now, Expires: now.AddDate(0, 1, 0)})
	require.NoError(f, err)
	f.Add(e.Payload)
	f.Add([]byte(`{"id":"g","scope":"true"}`))
	f.Add([]byte(`{"scope":"resource.frameworks.exists(x, x == resource.publisher)","expires":"9999-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := p.ParseGrant(evidence.Entry{Kind: access.KindGrant, Payload: b})
		if err != nil {
			require.ErrorIs(t, err, access.ErrGrant)
			return
		}
		_, err = p.Entry(g)
		require.NoError(t, err)
		for _, q := range []access.Request{
			{Principal: access.Principal{ID: g.To}, Action: g.Actions[0], Purpose: "x", Now: g.Expires},
			{Principal: access.Principal{ID: g.To + "x"}, Action: g.Actions[0], Purpose: "x", Now: g.Given},
			{Principal: access.Principal{ID: g.To}, Action: g.Actions[0], Purpose: "x", Now: g.Given.Add(-time.Nanosecond)},
		} {
			res := access.Resource{Kind: "position", Level: "internal", At: g.From, Frameworks: []string{g.Framework}, Publisher: "oracle"}
			require.False(t, p.Decide(t.Context(), q, res, []access.Grant{g}).Allowed)
		}
	})
}

// A document never panics: it is a policy, or all that is wrong with it.
func FuzzNew(f *testing.F) {
	f.Add("internal", "managers", "read", `"manager" in principal.roles`)
	f.Add("", "", "erase", "principal.")
	f.Fuzz(func(t *testing.T, level, name, action, when string) {
		p, err := access.New(access.Document{Levels: []access.Level{access.Level(level)},
			Rules: []access.Rule{{Name: name, Actions: []access.Action{access.Action(action)}, When: when}}})
		if err != nil {
			require.ErrorIs(t, err, access.ErrPolicy)
			return
		}
		q := access.Request{Principal: access.Principal{ID: "x"}, Action: access.Action(action), Purpose: "y", Now: now}
		require.False(t, p.Decide(t.Context(), q, access.Resource{}, nil).Allowed, "without a clearance nothing is open")
	})
}
