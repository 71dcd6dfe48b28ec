package access_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/access"
)

var now = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func document() access.Document {
	return access.Document{
		Levels: []access.Level{"internal", "confidential", "personal"}, Recorded: "confidential",
		Rules: []access.Rule{
			{Name: "managers", Actions: []access.Action{access.Read, access.Export}, When: `"manager" in principal.roles`},
			{Name: "own entity", Actions: []access.Action{access.Read}, When: `principal.entity == resource.entity`},
		},
	}
}

func policy(t testing.TB) *access.Policy {
	t.Helper()
	p, err := access.New(document())
	require.NoError(t, err)
	return p
}

// describe takes what it knows from the payload, as whoever defines payloads does.
func describe(e evidence.Entry) access.Resource {
	r := access.Resource{Kind: e.Kind, Run: e.Run}
	var p struct {
		Level, Entity, Publisher string
		At                       time.Time
	}
	if json.Unmarshal(e.Payload, &p) == nil {
		r.Level, r.Entity, r.Publisher, r.At = access.Level(p.Level), p.Entity, p.Publisher, p.At
		r.Frameworks = []string{"sox"}
	}
	return r
}

func payload(level, entity, publisher string, at time.Time) []byte {
	return fmt.Appendf(nil, `{"Level":%q,"Entity":%q,"Publisher":%q,"At":%q}`, level, entity, publisher, at.Format(time.RFC3339))
}

// log has four entries: internal and confidential of entity AT, confidential of DE and
// personal of AT.
func log(t testing.TB) *evidence.Log {
	t.Helper()
	s, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	l, err := evidence.Open(context.Background(), t.TempDir(), evidence.Options{Signer: s})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	_, err = l.AppendBatch(context.Background(), []evidence.Entry{
		{Kind: "position", Payload: payload("internal", "AT", "oracle", now)},
		{Kind: "position", Payload: payload("confidential", "AT", "oracle", now)},
		{Kind: "position", Payload: payload("confidential", "DE", "sap", now)},
		{Kind: "person", Payload: payload("personal", "AT", "oracle", now)},
	})
	require.NoError(t, err)
	return l
}

func request(id string, roles ...string) access.Request {
	return access.Request{Principal: access.Principal{ID: id, Roles: roles, Entity: "AT", Clearance: "confidential"}, Purpose: "review", Now: now}
}

func records(t testing.TB, l access.Log) []access.Record {
	t.Helper()
	var out []access.Record
	for rec, err := range l.Entries(context.Background(), 0) {
		require.NoError(t, err)
		if rec.Kind == access.KindRecord {
			var r access.Record
			require.NoError(t, json.Unmarshal(rec.Payload, &r))
			out = append(out, r)
		}
	}
	return out
}

func TestReading(t *testing.T) {
	l := log(t)
	r := access.NewReader(l, policy(t), describe)
	for i, want := range []error{nil, nil, access.ErrDenied, access.ErrDenied} {
		e, err := r.Read(t.Context(), request("clerk"), evidence.Index(i))
		require.ErrorIs(t, err, want, i)
		require.Equal(t, want == nil, len(e.Payload) > 0)
	}
	got := records(t, l)
	require.Len(t, got, 3, "the reading of internal evidence is no entry")
	require.Equal(t, access.Record{Principal: "clerk", Action: access.Read, Purpose: "review", At: now, Allowed: true, By: "rule own entity", Asked: 1}, got[0])
	require.False(t, got[1].Allowed)
	require.Equal(t, "the clearance does not reach", got[2].Reason)

	q := request("boss", "manager")
	q.Purpose = ""
	_, err := r.Read(t.Context(), q, 0)
	require.ErrorIs(t, err, access.ErrDenied)
}

func TestExport(t *testing.T) {
	l := log(t)
	r := access.NewReader(l, policy(t), describe)
	all := func(access.Resource) bool { return true }
	got, err := r.Export(t.Context(), request("boss", "manager"), 0, all)
	require.NoError(t, err)
	require.Len(t, got, 3, "not the personal one")
	_, err = r.Export(t.Context(), request("clerk"), 0, all)
	require.ErrorIs(t, err, access.ErrDenied, "own entity may read only")
	kept := records(t, l)
	require.Len(t, kept, 2)
	require.Equal(t, int64(3), kept[0].Entries)
}

// counting counts what is done on a log.
type counting struct {
	access.Log
	done []string
}

func (c *counting) Append(ctx context.Context, e evidence.Entry) (evidence.Index, error) {
	var r access.Record
	_ = json.Unmarshal(e.Payload, &r)
	r.Asked = 0
	c.done = append(c.done, fmt.Sprintf("append %s %+v", e.Kind, r))
	return c.Log.Append(ctx, e)
}

func (c *counting) Entry(ctx context.Context, i evidence.Index) (evidence.Entry, error) {
	c.done = append(c.done, "entry")
	return c.Log.Entry(ctx, i)
}

func (c *counting) Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error] {
	c.done = append(c.done, "entries")
	return c.Log.Entries(ctx, from)
}

// Denied and missing are answered and recorded alike, after the same work.
func TestDenialSaysNothing(t *testing.T) {
	c := &counting{Log: log(t)}
	r := access.NewReader(c, policy(t), describe)
	var want []string
	var text string
	for _, i := range []evidence.Index{2, 1000, -1, math.MaxInt64, math.MinInt64} {
		c.done = nil
		q := request("stranger")
		q.Principal.Entity = "CH"
		e, err := r.Read(t.Context(), q, i)
		require.ErrorIs(t, err, access.ErrDenied)
		require.Empty(t, e)
		if want == nil {
			want, text = c.done, err.Error()
		}
		require.Equal(t, want, c.done, i)
		require.Equal(t, text, err.Error())
	}
	require.Len(t, want, 3)
}

// A reader of everything does not see it either from what is missing.
func TestEvenWhoMayReadAll(t *testing.T) {
	l := log(t)
	r := access.NewReader(l, policy(t), describe)
	_, err := r.Read(t.Context(), request("boss", "manager"), 1<<40)
	require.ErrorIs(t, err, access.ErrDenied)
	require.False(t, records(t, l)[0].Allowed)
}

// broken takes no entries.
type broken struct{ access.Log }

func (broken) Append(context.Context, evidence.Entry) (evidence.Index, error) {
	return 0, errors.New("disk full")
}

func TestNothingIsShownUnrecorded(t *testing.T) {
	r := access.NewReader(broken{log(t)}, policy(t), describe)
	e, err := r.Read(t.Context(), request("clerk"), 1)
	require.ErrorContains(t, err, "disk full")
	require.Empty(t, e)
	_, err = r.Export(t.Context(), request("boss", "manager"), 0, func(access.Resource) bool { return true })
	require.ErrorContains(t, err, "disk full")
	_, err = r.Read(t.Context(), request("clerk"), 0)
	require.NoError(t, err, "internal evidence is not recorded")
}

func grant() access.Grant {
	return access.Grant{
		ID: "g1", To: "auditor", By: "boss", Framework: "sox", From: now.AddDate(0, -1, 0), Until: now.AddDate(0, 1, 0),
		Scope: `resource.publisher == "oracle"`, Clearance: "confidential", Actions: []access.Action{access.Read},
		Purpose: "audit of 2026", Given: now.Add(-time.Hour), Expires: now.Add(time.Hour),
	}
}

func TestGrants(t *testing.T) {
	l, p := log(t), policy(t)
	r := access.NewReader(l, p, describe)
	q := request("auditor")
	q.Principal.Entity, q.Principal.Clearance = "", ""
	read := func(i evidence.Index) error {
		_, err := r.Read(t.Context(), q, i)
		return err
	}
	require.ErrorIs(t, read(1), access.ErrDenied)
	e, err := p.Entry(grant())
	require.NoError(t, err)
	_, err = l.Append(t.Context(), e)
	require.NoError(t, err)
	require.NoError(t, read(0))
	require.NoError(t, read(1))
	require.ErrorIs(t, read(2), access.ErrDenied, "out of scope")
	require.ErrorIs(t, read(3), access.ErrDenied, "above its clearance")
	_, err = r.Export(t.Context(), q, 0, func(access.Resource) bool { return true })
	require.ErrorIs(t, err, access.ErrDenied, "to read only")
	q.Now = now.Add(time.Hour)
	require.ErrorIs(t, read(1), access.ErrDenied, "expired")
	q.Now = now
	require.NoError(t, read(1))
	end, err := access.Revoke("g1", "boss", now)
	require.NoError(t, err)
	_, err = l.Append(t.Context(), end)
	require.NoError(t, err)
	require.ErrorIs(t, read(1), access.ErrDenied, "revoked")
	_, err = l.Append(t.Context(), e)
	require.NoError(t, err)
	require.ErrorIs(t, read(1), access.ErrDenied, "a key is given once")
}

func TestMalformedGrants(t *testing.T) {
	p := policy(t)
	for name, change := range map[string]func(*access.Grant){
		"an expiry":         func(g *access.Grant) { g.Expires = time.Time{} },
		"a purpose":         func(g *access.Grant) { g.Purpose = "" },
		"a framework":       func(g *access.Grant) { g.Framework = "" },
		"a period":          func(g *access.Grant) { g.Until = g.From },
		"another principal": func(g *access.Grant) { g.To = g.By },
		"actions":           func(g *access.Grant) { g.Actions = append(g.Actions, "delete") },
		"a clearance":       func(g *access.Grant) { g.Clearance = "secret" },
		"scope":             func(g *access.Grant) { g.Scope = "principal.id == 'x'" },
		"undefined field":   func(g *access.Grant) { g.Scope = "resource.payload == 'x'" },
	} {
		g := grant()
		change(&g)
		_, err := p.Entry(g)
		require.ErrorIs(t, err, access.ErrGrant, name)
		require.ErrorContains(t, err, strings.Split(name, ":")[0])
	}
	_, err := access.Revoke("", "boss", now)
	require.ErrorIs(t, err, access.ErrGrant)
}

func TestMalformedPolicies(t *testing.T) {
	_, err := access.New(access.Document{
		Levels: []access.Level{"a", "a"}, Recorded: "b",
		Rules: []access.Rule{{Actions: []access.Action{"fly"}, When: "1"}, {Name: "x", Actions: []access.Action{access.Read}, When: "principal.nme == ''"}},
	})
	require.ErrorIs(t, err, access.ErrPolicy)
	for _, part := range []string{"there twice", `level "b"`, "no name of its own", "none of read and export", "gives int", "nme"} {
		require.ErrorContains(t, err, part)
	}
	_, err = access.New(access.Document{})
	require.ErrorContains(t, err, "no levels")
}

// Whatever is asked, a grant gives nothing outside of itself, and no unknown fact
// opens anything.
func TestGrantsGiveNoMore(t *testing.T) {
	p := policy(t)
	g := grant()
	_, err := p.Entry(g)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
		q := access.Request{
			Principal: access.Principal{ID: pick("id", "auditor", "other", ""), Clearance: access.Level(pick("clearance", "", "internal", "personal"))},
			Action:    access.Action(pick("action", "read", "export", "fly")), Purpose: "p",
			Now: now.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "hours")) * time.Hour),
		}
		r := access.Resource{
			Level: access.Level(pick("level", "", "internal", "confidential", "personal", "other")), Publisher: pick("publisher", "", "oracle", "sap"),
			Frameworks: []string{pick("framework", "sox", "iso")},
		}
		if rapid.Bool().Draw(t, "dated") {
			r.At = now.AddDate(0, rapid.IntRange(-2, 2).Draw(t, "months"), 0)
		}
		d := p.Decide(context.Background(), q, r, checked(t, p, g))
		want := q.Principal.ID == "auditor" && q.Action == access.Read && !q.Now.Before(g.Given) && q.Now.Before(g.Expires) &&
			r.Publisher == "oracle" && r.Frameworks[0] == "sox" && (r.Level == "internal" || r.Level == "confidential") &&
			!r.At.IsZero() && !r.At.Before(g.From) && r.At.Before(g.Until)
		require.Equal(t, want, d.Allowed, "%+v", d)
	})
}

// checked is a grant as it comes back from a log.
func checked(t *rapid.T, p *access.Policy, g access.Grant) []access.Grant {
	e, err := p.Entry(g)
	require.NoError(t, err)
	out, err := p.ParseGrant(e)
	require.NoError(t, err)
	return []access.Grant{out}
}

// What leaves must be allowed for as long as it may be used, and is recorded whether
// it leaves or not.
func TestDisclosures(t *testing.T) {
	l, p := log(t), policy(t)
	g, err := p.Entry(access.Grant{ID: "g", To: "kpmg", By: "cfo", Framework: "sox", From: now.AddDate(0, -1, 0), Until: now.AddDate(0, 1, 0),
		Scope: `resource.publisher == "oracle"`, Clearance: "internal", Actions: []access.Action{access.Export}, Purpose: "audit",
		Given: now.AddDate(0, 0, -1), Expires: now.AddDate(0, 0, 7)})
	require.NoError(t, err)
	_, err = l.Append(t.Context(), g)
	require.NoError(t, err)
	r := access.NewReader(l, p, describe)
	shows := access.Resource{Kind: "position", Level: "internal", At: now, Frameworks: []string{"sox"}, Publisher: "oracle"}
	q := access.Request{Principal: access.Principal{ID: "kpmg"}, Purpose: "audit", Now: now}
	for _, c := range []struct {
		until time.Time
		level access.Level
		ok    bool
	}{
		{now.AddDate(0, 0, 7), "internal", true}, {now.AddDate(0, 0, 7).Add(1), "internal", false},
		{time.Time{}, "internal", false}, {now.AddDate(0, 0, 7), "confidential", false},
	} {
		shows.Level = c.level
		before, err := l.Len(t.Context())
		require.NoError(t, err)
		err = r.Disclose(t.Context(), q, access.Disclosure{Entry: 1, Shows: shows, Rows: 3, Until: c.until})
		if c.ok {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, access.ErrDenied)
		}
		e, err := l.Entry(t.Context(), evidence.Index(before))
		require.NoError(t, err)
		var rec access.Record
		require.NoError(t, json.Unmarshal(e.Payload, &rec))
		require.Equal(t, c.ok, rec.Allowed)
		require.Equal(t, []any{access.Export, int64(1), int64(3), "kpmg"}, []any{rec.Action, rec.Asked, rec.Entries, rec.Principal})
	}
}
