package retention_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
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
	at := func(r evidence.Record) time.Time { return start.AddDate(0, 0, int(r.Index)) }
	held := evidence.Index(-1)
	horizon := func(day int) evidence.Index {
		i, err := retention.Horizon(l.Entries(ctx, 0), at, func(r evidence.Record) bool { return r.Index == held }, start.AddDate(0, 0, day))
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
	held = 1
	require.Equal(t, evidence.Index(1), horizon(5000))
}
