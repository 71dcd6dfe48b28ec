package disclose

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/evidence/statement"
)

// The company itself is dishonest: it has both keys, commits honestly and then signs
// a bundle that says something else.
func TestDishonestBundles(t *testing.T) {
	private := ed25519.NewKeyFromSeed(make([]byte, 32))
	s, err := statement.NewSigner(private)
	require.NoError(t, err)
	table := Table{Name: "t", Columns: []Column{{Name: "host"}, {Name: "cores", Sum: true}}}
	for _, host := range []string{"a", "b", "c", "d", "e"} {
		table.Rows = append(table.Rows, map[string]string{"host": host, "cores": "4"})
	}
	o, err := Commit(table, nil)
	require.NoError(t, err)
	proof, policy := inLog(t, private, o)
	now := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	b, err := o.Bundle(proof, Request{
		Audience: "a", Purpose: "p", Expires: now.Add(time.Hour), Columns: []string{"host", "cores"}, Totals: []string{"cores"},
		Leaves: true, All: true, Sample: 2, Challenge: "dice",
		Header: ipe.Header{Title: "t", Query: "q", AsOf: now, Produced: now, Preparer: "x", Digests: map[string]string{"x": "y"}},
	}, s)
	require.NoError(t, err)
	opts := Options{Keys: []ed25519.PublicKey{private.Public().(ed25519.PublicKey)}, Policy: policy, Audience: "a", Now: now, Challenge: "dice"}
	_, err = Open(b, opts)
	require.NoError(t, err)
	honest, err := unwrap(b, opts)
	require.NoError(t, err)
	three := decimal.NewFromInt(3)
	endless := decimal.NewFromInt(123456789) // stands for a number that is endless when it is written out
	drawn := draw(mustRoot(t, proof), o.commitment.Payload(), "dice", 5, 2)

	for name, c := range map[string]struct {
		cheat func(p *payload)
		says  string
	}{
		"a smaller total":     {func(p *payload) { p.Totals[0].Sum = three; p.Header.ControlTotals["cores"] = "3" }, "total of cores is not the one committed to"},
		"another header":      {func(p *payload) { p.Header.ControlTotals["cores"] = "3" }, "header has another total"},
		"a smaller list":      {func(p *payload) { p.Header.Population = 4 }, "header says 4 rows"},
		"a smaller leaf":      {func(p *payload) { p.Leaves[0].Sums[0] = three }, "do not make the total"},
		"a negative leaf":     {func(p *payload) { p.Leaves[0].Sums[0] = three.Neg() }, "negative"},
		"an endless total":    {func(p *payload) { p.Totals[0].Sum = endless }, "exponent 2000000000"},
		"an endless leaf":     {func(p *payload) { p.Leaves[0].Sums[0] = endless }, "exponent 2000000000"},
		"an endless quantity": {func(p *payload) { p.Rows[0].Paths[0].Sum = endless }, "exponent 2000000000"},
		"a leaf left out":     {func(p *payload) { p.Leaves = p.Leaves[1:] }, "4 quantities of 5 rows"},
		"a smaller quantity":  {func(p *payload) { p.Rows[0].Paths[0].Sum = three }, "not the row that was committed to"},
		"a smaller neighbour": {func(p *payload) { p.Rows[0].Paths[0].Path[0].Sum = three }, "not the row that was committed to"},
		"a row for another":   {func(p *payload) { p.Rows[0].Place, p.Rows = 1, p.Rows[:1] }, "not the row that was committed to"},
		"a row twice":         {func(p *payload) { p.Rows[1] = p.Rows[0] }, "out of order"},
		"a row beyond":        {func(p *payload) { p.Rows[4].Place = 5 }, "there are 5 rows"},
		"a row left out":      {func(p *payload) { p.Rows = p.Rows[1:] }, "4 rows of 5, and all were promised"},
		"a drawn one left out": {func(p *payload) {
			p.All = false
			p.Rows = slices.DeleteFunc(p.Rows, func(r shownRow) bool { return r.Place == drawn[1] })
		}, "was drawn and is not there"},
		"another value": {func(p *payload) {
			salt, err := encodeField(make([]byte, saltSize), "host", &table.Name)
			require.NoError(t, err)
			p.Rows[0].Disclosures[0] = salt
		}, "column host is not what was committed to"},
		"a value of another row":    {func(p *payload) { p.Rows[0].Disclosures[0] = p.Rows[1].Disclosures[0] }, "column host is not what was committed to"},
		"one column for another":    {func(p *payload) { slices.Reverse(p.Rows[0].Disclosures) }, `shows column "cores", want "host"`},
		"a column less":             {func(p *payload) { p.Rows[0].Disclosures = p.Rows[0].Disclosures[:1] }, "shows 1 columns, want 2"},
		"a field less":              {func(p *payload) { p.Rows[0].Digests = p.Rows[0].Digests[1:] }, "has 1 fields, want 2"},
		"a path less":               {func(p *payload) { p.Rows[0].Paths[0].Path = p.Rows[0].Paths[0].Path[1:] }, "path is too short"},
		"a path more":               {func(p *payload) { q := &p.Rows[0].Paths[0]; q.Path = append(q.Path, q.Path[0]) }, "path is too long"},
		"no path":                   {func(p *payload) { p.Rows[0].Paths = nil }, "has 0 paths"},
		"another challenge":         {func(p *payload) { p.Challenge = "other" }, "another challenge"},
		"a larger sample than rows": {func(p *payload) { p.Sample = 6 }, "sample of 6 of 5"},
		"another proof":             {func(p *payload) { p.Proof = strings.Replace(p.Proof, "index 0", "index 1", 1) }, "entry 1 of a log of 1"},
		"another version":           {func(p *payload) { p.Version = 2 }, "version 2"},
	} {
		var p payload
		raw, err := json.Marshal(honest)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, &p))
		c.cheat(&p)
		raw, err = json.Marshal(p)
		require.NoError(t, err)
		raw = bytes.ReplaceAll(raw, fmt.Appendf(nil, "%q", endless.String()), []byte(`"1e2000000000"`))
		e, err := statement.Sign(PayloadType, raw, s)
		require.NoError(t, err)
		signed, err := e.Encode()
		require.NoError(t, err)
		_, err = Open(signed, opts)
		require.ErrorIs(t, err, ErrBundle, name)
		require.ErrorContains(t, err, c.says, name)
	}
}

func mustRoot(t *testing.T, proof *cosign.Proof) [32]byte {
	t.Helper()
	root, err := rootOf(proof)
	require.NoError(t, err)
	return root
}

func inLog(t *testing.T, key ed25519.PrivateKey, o *Opening) (*cosign.Proof, *cosign.Policy) {
	t.Helper()
	ctx := context.Background()
	s, err := evidence.NewSigner("example.com/log", key)
	require.NoError(t, err)
	l, err := evidence.Open(ctx, t.TempDir(), evidence.Options{Signer: s})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	i, err := l.Append(ctx, evidence.Entry{Kind: Kind, Payload: o.commitment.Payload()})
	require.NoError(t, err)
	c, err := l.Checkpoint(ctx)
	require.NoError(t, err)
	proof, err := evidence.Present(ctx, l, i, c)
	require.NoError(t, err)
	p, err := cosign.ParsePolicy("policy", []byte("log "+s.VerifierKey()+"\nquorum none\n"))
	require.NoError(t, err)
	return proof, p
}
