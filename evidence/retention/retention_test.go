package retention_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
	"github.com/trueup-dev/trueup/evidence/retention"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func policy(days int) retention.Policy {
	return retention.Policy{Since: start, By: "cfo", Rules: []retention.Rule{
		{Prefix: "position", Days: days, Basis: "contract"}, {Prefix: "position/long", Days: 10 * days, Basis: "UGB § 212"}}}
}

func ExamplePolicy_Entry() {
	before, after := policy(730), policy(365)
	_, err := after.Entry(&before)
	fmt.Println(err)
	// Output:
	// retention: malformed policy: it keeps "position" shorter than before and does not say why
	// retention: malformed policy: it keeps "position/long" shorter than before and does not say why
}

func TestPolicies(t *testing.T) {
	p, longer, shorter := policy(100), policy(200), policy(50)
	e, err := p.Entry(nil)
	require.NoError(t, err)
	again, err := retention.Parse(e)
	require.NoError(t, err)
	require.Equal(t, p, again)
	_, err = longer.Entry(&p)
	require.NoError(t, err)
	shorter.Shortened = "the contract has ended"
	_, err = shorter.Entry(&p)
	require.NoError(t, err)
	less := policy(100)
	less.Rules = less.Rules[:1] // position/long falls to the shorter rule
	_, err = less.Entry(&p)
	require.ErrorContains(t, err, `keeps "position/long" shorter`)
	none := retention.Policy{Since: start, By: "cfo"}
	_, err = none.Entry(&p)
	require.NoError(t, err, "for ever is not shorter")
	_, err = p.Entry(&none)
	require.ErrorContains(t, err, "shorter")
	for _, bad := range []retention.Policy{{}, {Since: start, By: "x", Rules: []retention.Rule{{Prefix: "a"}}},
		{Since: start, By: "x", Rules: []retention.Rule{{Prefix: "a", Days: 1, Basis: "b"}, {Prefix: "a", Days: 2, Basis: "b"}}}} {
		_, err := bad.Entry(nil)
		require.ErrorIs(t, err, retention.ErrPolicy)
	}
	_, err = retention.Parse(evidence.Entry{Kind: "other"})
	require.ErrorIs(t, err, retention.ErrPolicy)
}

func TestHorizon(t *testing.T) {
	ctx := context.Background()
	s, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	l, err := evidence.Open(ctx, t.TempDir(), evidence.Options{Signer: s})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	for i, kind := range []evidence.Kind{"position", "position", "position/long", "plan"} { // one a day
		_, err := l.Append(ctx, evidence.Entry{Kind: kind, Payload: []byte{byte(i)}})
		require.NoError(t, err)
	}
	b := &hold.Book{Log: l, Describe: func(r evidence.Record) (hold.About, error) {
		return hold.About{At: start.AddDate(0, 0, int(r.Index))}, nil
	}}
	horizon := func(day int) evidence.Index {
		i, err := retention.Horizon(ctx, b, start.AddDate(0, 0, day))
		require.NoError(t, err)
		return i
	}
	require.Equal(t, evidence.Index(0), horizon(5000), "without a policy all is kept")
	p := policy(100)
	e, err := p.Entry(nil)
	require.NoError(t, err)
	_, err = l.Append(ctx, e)
	require.NoError(t, err)
	for day, want := range map[int]evidence.Index{99: 0, 100: 1, 101: 2, 1001: 2, 1002: 3, 5000: 3} {
		require.Equal(t, want, horizon(day), day)
	}
	b.First = 2 // pruned
	require.Equal(t, evidence.Index(2), horizon(99))
	require.Equal(t, evidence.Index(3), horizon(5000))
	b.First = 0
	b.Describe = nil
	_, err = retention.Horizon(ctx, b, start)
	require.ErrorIs(t, err, hold.ErrMalformed)
	unexplained := policy(1)
	e, err = unexplained.Entry(nil) // not after the one before
	require.NoError(t, err)
	_, err = l.Append(ctx, e)
	require.NoError(t, err)
	_, err = retention.Horizon(ctx, b, start)
	require.ErrorContains(t, err, `entry 5: retention: malformed policy: it keeps "position" shorter`)
	_, err = l.Append(ctx, evidence.Entry{Kind: retention.Kind, Payload: []byte("{")})
	require.NoError(t, err)
	_, err = retention.Horizon(ctx, b, start)
	require.ErrorIs(t, err, retention.ErrPolicy)
}

func ExampleHorizon() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "log")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s, err := evidence.NewSigner("example.com/log", ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		log.Fatal(err)
	}
	l, err := evidence.Open(ctx, dir, evidence.Options{Signer: s})
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	for range 3 {
		if _, err := l.Append(ctx, evidence.Entry{Kind: "position"}); err != nil {
			log.Fatal(err)
		}
	}
	p := policy(730)
	e, err := p.Entry(nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := l.Append(ctx, e); err != nil {
		log.Fatal(err)
	}
	book := &hold.Book{Log: l, Describe: func(r evidence.Record) (hold.About, error) {
		return hold.About{At: start.AddDate(int(r.Index), 0, 0)}, nil // one a year
	}}
	for year := 2027; year < 2032; year++ {
		if year == 2030 {
			_, err = book.Place(ctx, hold.Hold{Matter: "Acme v. Example", By: "counsel", At: start, Reason: "notice of claim",
				Scopes: []hold.Scope{{Kinds: "position", From: start.AddDate(1, 0, 0)}}})
		}
		if year == 2031 {
			_, err = book.Release(ctx, hold.Release{Matter: "Acme v. Example", By: "counsel", At: start, Reason: "settled"})
		}
		if err != nil {
			log.Fatal(err)
		}
		first, err := retention.Horizon(ctx, book, time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(year, "keep from entry", first)
	}
	// Output:
	// 2027 keep from entry 0
	// 2028 keep from entry 1
	// 2029 keep from entry 2
	// 2030 keep from entry 1
	// 2031 keep from entry 3
}

func FuzzParse(f *testing.F) {
	p := policy(30)
	e, err := p.Entry(nil)
	require.NoError(f, err)
	f.Add(e.Payload)
	f.Add([]byte(`{"since":"2026-01-01T00:00:00Z","by":"cfo","rules":[{"prefix":"x","days":-1,"basis":"b"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := retention.Parse(evidence.Entry{Kind: retention.Kind, Payload: b})
		if err != nil {
			require.ErrorIs(t, err, retention.ErrPolicy)
			return
		}
		e, err := p.Entry(nil)
		require.NoError(t, err, "what is read can be written")
		again, err := retention.Parse(e)
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}
