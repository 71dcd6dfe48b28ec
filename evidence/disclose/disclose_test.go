package disclose_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/ipe"
	"github.com/trueup-dev/trueup/evidence/statement"
)

var now = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func signer(t testing.TB, name string) *statement.Signer {
	t.Helper()
	s, err := statement.NewSigner(key(name))
	require.NoError(t, err)
	return s
}

func consumers(n int) disclose.Table {
	table := disclose.Table{Name: "consumers of example/db", Columns: []disclose.Column{
		{Name: "host"}, {Name: "user"}, {Name: "cores", Sum: true}, {Name: "price", Sum: true, Scale: 2},
	}}
	for i := range n {
		r := map[string]string{"host": fmt.Sprintf("host-%d", i), "cores": fmt.Sprint(i), "price": fmt.Sprintf("%d.25", i)}
		if i%2 == 0 {
			r["user"] = fmt.Sprintf("canary-%d", i)
		}
		table.Rows = append(table.Rows, r)
	}
	return table
}

// committed commits to a table in a log and proves it.
func committed(t testing.TB, table disclose.Table) (*disclose.Opening, *cosign.Proof) {
	t.Helper()
	o, err := disclose.Commit(table, nil)
	require.NoError(t, err)
	return o, proofOf(t, o)
}

func proofOf(t testing.TB, o *disclose.Opening) *cosign.Proof {
	t.Helper()
	ctx := context.Background()
	s, err := evidence.NewSigner("example.com/licences", key("log"))
	require.NoError(t, err)
	l, err := evidence.Open(ctx, t.TempDir(), evidence.Options{Signer: s})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	_, err = l.Append(ctx, evidence.Entry{Kind: "before"})
	require.NoError(t, err)
	c := o.Commitment()
	i, err := l.Append(ctx, evidence.Entry{Kind: disclose.Kind, Run: "2026-Q3", Payload: c.Payload()})
	require.NoError(t, err)
	head, err := l.Checkpoint(ctx)
	require.NoError(t, err)
	proof, err := evidence.Present(ctx, l, i, head)
	require.NoError(t, err)
	return proof
}

func policy(t testing.TB) *cosign.Policy {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", key("log"))
	require.NoError(t, err)
	p, err := cosign.ParsePolicy("policy", []byte("log "+s.VerifierKey()+"\nquorum none\n"))
	require.NoError(t, err)
	return p
}

func options(t testing.TB) disclose.Options {
	return disclose.Options{
		Keys:   []ed25519.PublicKey{key("company").Public().(ed25519.PublicKey)},
		Policy: policy(t), Audience: "supplier.example", Now: now,
	}
}

func request() disclose.Request {
	return disclose.Request{
		Audience: "supplier.example", Purpose: "audit of 2026", Expires: now.Add(24 * time.Hour),
		Header: ipe.Header{
			Title: "Consumers", Query: "consumers of example/db", AsOf: now.Add(-time.Hour), Produced: now.Add(-time.Minute),
			Preparer: "trueup", Digests: map[string]string{"playbook": "sha256:00"},
		},
		Columns: []string{"host", "cores"}, Totals: []string{"cores"},
	}
}

func bundle(t testing.TB, o *disclose.Opening, proof *cosign.Proof, r disclose.Request) []byte {
	t.Helper()
	b, err := o.Bundle(proof, r, signer(t, "company"))
	require.NoError(t, err)
	return b
}

func TestShownRowsAndTotals(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 64, 100} {
		o, proof := committed(t, consumers(n))
		r := request()
		r.Where = func(row map[string]string) bool { return strings.HasSuffix(row["host"], "3") }
		got, err := disclose.Open(bundle(t, o, proof, r), options(t))
		require.NoError(t, err, n)
		require.Equal(t, int64(n), got.Population)
		require.Equal(t, fmt.Sprint(n*(n-1)/2), got.Totals["cores"].String())
		require.NotContains(t, got.Totals, "price")
		require.False(t, got.Recomputed)
		require.Len(t, got.Rows, (n+6)/10)
		for _, row := range got.Rows {
			require.Len(t, row.Values, 2)
			require.Equal(t, "host-"+row.Values["cores"], row.Values["host"])
		}
		require.Equal(t, int64(2), got.Witnessed.Size)

		r.All, r.Leaves, r.Totals = true, n > 0, []string{"price", "cores"}
		got, err = disclose.Open(bundle(t, o, proof, r), options(t))
		require.NoError(t, err, n)
		require.Len(t, got.Rows, n)
		require.Equal(t, n > 0, got.Recomputed)
		require.Equal(t, fmt.Sprintf("%d.%02d", n*(n-1)/2+n/4, n%4*25), got.Totals["price"].StringFixed(2))

		r.Totals, r.Leaves, r.Columns = nil, false, nil
		got, err = disclose.Open(bundle(t, o, proof, r), options(t))
		require.NoError(t, err, n)
		require.Empty(t, got.Totals)
	}
}

// What is not shown is not in the bundle: not in clear, not encoded, and not as
// something that a guess can be tested against.
func TestNothingElseIsShown(t *testing.T) {
	o, proof := committed(t, consumers(50))
	r := request()
	r.All, r.Leaves = true, true
	b := bundle(t, o, proof, r)
	plain := decoded(t, b)
	require.Contains(t, plain, "host-7")
	require.NotContains(t, plain, "canary-")
	require.NotContains(t, plain, ".25")
	secret, err := o.Encode()
	require.NoError(t, err)
	var stored struct{ Secret []byte }
	require.NoError(t, json.Unmarshal(secret, &stored))
	require.NotContains(t, plain, string(stored.Secret))

	// The domain is small: 50 users. Try each under every salt that the bundle shows,
	// and under none.
	var salts []string
	for _, d := range strings.FieldsFunc(plain, func(c rune) bool { return c == '"' }) {
		if raw, err := base64.RawURLEncoding.DecodeString(d); err == nil && len(raw) == 16 {
			salts = append(salts, d)
		}
	}
	require.GreaterOrEqual(t, len(salts), 100)
	for user := range 50 {
		for _, salt := range append(salts, "") {
			guess := fmt.Sprintf(`["%s","user","canary-%d"]`, salt, user)
			sum := sha256.Sum256([]byte(base64.RawURLEncoding.EncodeToString([]byte(guess))))
			require.NotContains(t, plain, base64.RawURLEncoding.EncodeToString(sum[:]))
		}
	}
}

// decoded is a bundle with all base64 in it decoded beside it.
func decoded(t *testing.T, b []byte) string {
	t.Helper()
	e, err := statement.ParseEnvelope(b)
	require.NoError(t, err)
	raw, err := base64.StdEncoding.DecodeString(e.Payload)
	require.NoError(t, err)
	out := string(raw)
	for _, word := range strings.FieldsFunc(out, func(c rune) bool { return strings.ContainsRune("\" \\{}[],:", c) }) {
		for _, enc := range []*base64.Encoding{base64.RawURLEncoding, base64.StdEncoding} {
			if d, err := enc.DecodeString(word); err == nil && len(d) > 8 {
				out += "\n" + string(d)
			}
		}
	}
	return out
}

// Every bit of a small bundle: a named failure each time.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	o, proof := committed(t, disclose.Table{Name: "t", Columns: []disclose.Column{{Name: "n", Sum: true}}, Rows: []map[string]string{{"n": "1"}, {"n": "2"}}})
	r := request()
	r.Sample, r.Columns, r.Totals = 1, []string{"n"}, []string{"n"}
	b := bundle(t, o, proof, r)
	opts := options(t)
	_, err := disclose.Open(b, opts)
	require.NoError(t, err)
	for bit := range 8 * len(b) {
		b[bit/8] ^= 1 << (bit % 8)
		_, err := disclose.Open(b, opts)
		require.ErrorIs(t, err, disclose.ErrBundle, "bit %d", bit)
		b[bit/8] ^= 1 << (bit % 8)
	}
}

func TestReadersOthersAndLate(t *testing.T) {
	o, proof := committed(t, consumers(3))
	b := bundle(t, o, proof, request())
	opts := options(t)
	opts.Audience = "rival.example"
	_, err := disclose.Open(b, opts)
	require.ErrorIs(t, err, disclose.ErrAudience)
	require.NotContains(t, err.Error(), "supplier.example")

	opts = options(t)
	opts.Now = now.Add(24 * time.Hour)
	_, err = disclose.Open(b, opts)
	require.ErrorIs(t, err, disclose.ErrExpired)

	opts = options(t)
	opts.Keys = []ed25519.PublicKey{key("other").Public().(ed25519.PublicKey)}
	_, err = disclose.Open(b, opts)
	require.ErrorIs(t, err, statement.ErrUnsigned)

	opts = options(t)
	opts.Policy = nil
	_, err = disclose.Open(b, opts)
	require.ErrorIs(t, err, disclose.ErrBundle)
	_, err = disclose.Open(bytes.ToUpper(b), options(t))
	require.ErrorIs(t, err, disclose.ErrBundle)
}

func TestRequestsThatCannotBe(t *testing.T) {
	o, proof := committed(t, consumers(3))
	other, _ := committed(t, consumers(3))
	for name, change := range map[string]func(*disclose.Request){
		"no audience":    func(r *disclose.Request) { r.Audience = "" },
		"no purpose":     func(r *disclose.Request) { r.Purpose = "" },
		"no expiry":      func(r *disclose.Request) { r.Expires = time.Time{} },
		"no column":      func(r *disclose.Request) { r.Columns = []string{"serial"} },
		"twice":          func(r *disclose.Request) { r.Columns = []string{"host", "host"} },
		"no sum":         func(r *disclose.Request) { r.Totals = []string{"host"} },
		"large sample":   func(r *disclose.Request) { r.Sample = 4 },
		"leaves of none": func(r *disclose.Request) { r.Totals, r.Leaves = nil, true },
		"no query":       func(r *disclose.Request) { r.Header.Query = "" },
	} {
		r := request()
		change(&r)
		_, err := o.Bundle(proof, r, signer(t, "company"))
		require.ErrorIs(t, err, disclose.ErrRequest, name)
	}
	_, err := other.Bundle(proof, request(), signer(t, "company"))
	require.ErrorIs(t, err, disclose.ErrRequest)
	_, err = o.Bundle(nil, request(), signer(t, "company"))
	require.ErrorIs(t, err, disclose.ErrRequest)
}

func TestTablesThatCannotBe(t *testing.T) {
	for name, change := range map[string]func(*disclose.Table){
		"no name":        func(d *disclose.Table) { d.Name = "" },
		"no columns":     func(d *disclose.Table) { d.Columns = nil },
		"column twice":   func(d *disclose.Table) { d.Columns[0].Name = "user" },
		"unknown column": func(d *disclose.Table) { d.Rows[0]["serial"] = "1" },
		"negative":       func(d *disclose.Table) { d.Rows[1]["cores"] = "-1" },
		"too exact":      func(d *disclose.Table) { d.Rows[1]["price"] = "0.001" },
		"no number":      func(d *disclose.Table) { d.Rows[1]["cores"] = "many" },
		"too large":      func(d *disclose.Table) { d.Rows[1]["cores"] = strings.Repeat("9", 40) },
		"exponent":       func(d *disclose.Table) { d.Rows[1]["cores"] = "1e1000000000" },
		"no text":        func(d *disclose.Table) { d.Rows[1]["host"] = "\xff" },
		"overflow": func(d *disclose.Table) {
			d.Rows[0]["cores"], d.Rows[1]["cores"] = "300000000000000000000000000000000000000", "300000000000000000000000000000000000000"
		},
	} {
		table := consumers(2)
		change(&table)
		_, err := disclose.Commit(table, nil)
		require.ErrorIs(t, err, disclose.ErrTable, name)
	}
}

func TestOpeningRoundTrip(t *testing.T) {
	o, _ := committed(t, consumers(9))
	b, err := o.Encode()
	require.NoError(t, err)
	again, err := disclose.ParseOpening(b)
	require.NoError(t, err)
	require.Equal(t, o.Commitment(), again.Commitment())
	for _, bad := range []string{"", "{}", `{"version":2}`, string(b) + "{}", strings.Replace(string(b), `"rows":[[`, `"rows":[[null,`, 1)} {
		_, err := disclose.ParseOpening([]byte(bad))
		require.ErrorIs(t, err, disclose.ErrTable)
	}
}

func FuzzParseCommitment(f *testing.F) {
	o, err := disclose.Commit(consumers(2), bytes.NewReader(make([]byte, 32)))
	require.NoError(f, err)
	c := o.Commitment()
	f.Add(c.Payload())
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := disclose.ParseCommitment(b)
		if err == nil && !bytes.Equal(c.Payload(), b) {
			t.Fatal("a commitment has two spellings")
		}
	})
}
