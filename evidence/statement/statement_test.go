package statement_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence/statement"
)

func key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func public(name string) ed25519.PublicKey { return key(name).Public().(ed25519.PublicKey) }

func signer(t testing.TB, name string) *statement.Signer {
	t.Helper()
	s, err := statement.NewSigner(key(name))
	require.NoError(t, err)
	return s
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var subject = statement.Subject{Name: "plan 17", Digest: map[string]string{"sha256": "00"}}

func approval(t testing.TB, signers ...string) []byte {
	t.Helper()
	s, err := statement.New(statement.Approval{Principal: "ann", Role: "owner", RequestedBy: "bob", At: noon}, subject)
	require.NoError(t, err)
	var by []*statement.Signer
	for _, name := range signers {
		by = append(by, signer(t, name))
	}
	e, err := s.Sign(by...)
	require.NoError(t, err)
	b, err := e.Encode()
	require.NoError(t, err)
	return b
}

func open(t testing.TB, b []byte, need int, names ...string) (*statement.Statement, []string, error) {
	t.Helper()
	e, err := statement.ParseEnvelope(b)
	if err != nil {
		return nil, nil, err
	}
	var keys []ed25519.PublicKey
	for _, name := range names {
		keys = append(keys, public(name))
	}
	return statement.Open(e, need, keys...)
}

func TestSignAndOpen(t *testing.T) {
	b := approval(t, "ann", "carl")
	s, by, err := open(t, b, 1, "ann")
	require.NoError(t, err)
	require.Equal(t, []string{statement.KeyID(public("ann"))}, by)
	got, err := statement.As[statement.Approval](s)
	require.NoError(t, err)
	require.Equal(t, "ann", got.Principal)
	require.Equal(t, noon, got.At)
	_, err = statement.As[statement.Custody](s)
	require.ErrorIs(t, err, statement.ErrMalformed)

	_, by, err = open(t, b, 2, "carl", "ann")
	require.NoError(t, err)
	require.Len(t, by, 2)
	for _, keys := range [][]string{{"eve"}, {"eve", "ann"}, {"ann", "ann"}} {
		_, _, err = open(t, b, len(keys), keys...)
		require.ErrorIs(t, err, statement.ErrUnsigned, "%v: one key counts once, a stranger's not", keys)
	}
	_, _, err = open(t, b, 0, "ann")
	require.ErrorIs(t, err, statement.ErrUnsigned)
}

// The signed bytes are those of the DSSE specification, computed here by hand.
func TestPreAuthenticationEncoding(t *testing.T) {
	e, err := statement.Sign("http://example.com/HelloWorld", []byte("hello world"), signer(t, "ann"))
	require.NoError(t, err)
	sig, err := base64.StdEncoding.DecodeString(e.Signatures[0].Sig)
	require.NoError(t, err)
	require.True(t, ed25519.Verify(public("ann"), []byte("DSSEv1 29 http://example.com/HelloWorld 11 hello world"), sig))
}

// Each bit of an envelope: an error, or a changed hint in a key ID, which is not
// part of what is said.
func TestEveryBit(t *testing.T) {
	b := approval(t, "ann")
	want, _, err := open(t, b, 1, "ann")
	require.NoError(t, err)
	hint := statement.KeyID(public("ann"))
	for bit := range 8 * len(b) {
		b[bit/8] ^= 1 << (bit % 8)
		if got, _, err := open(t, b, 1, "ann"); err == nil {
			require.Equal(t, want, got)
			e, err := statement.ParseEnvelope(b)
			require.NoError(t, err)
			require.NotEqual(t, hint, e.Signatures[0].KeyID, "bit %d changes nothing that is seen", bit)
		}
		b[bit/8] ^= 1 << (bit % 8)
	}
}

func TestMalformed(t *testing.T) {
	for name, p := range map[string]statement.Predicate{
		"own approval":   statement.Approval{Principal: "ann", RequestedBy: "ann", Role: "owner", At: noon},
		"no time":        statement.Approval{Principal: "ann", RequestedBy: "bob", Role: "owner"},
		"no engine":      statement.Position{Run: "r", AsOf: noon, Playbook: "p"},
		"no policy":      statement.Decision{Run: "r", Outcome: "accept"},
		"no source":      statement.Custody{Event: statement.Acquired, By: "ann", At: noon, Tool: "t", ToolVersion: "1"},
		"no destination": statement.Custody{Event: statement.Released, By: "ann", At: noon},
		"unknown event":  statement.Custody{Event: "lost", By: "ann", At: noon},
	} {
		_, err := statement.New(p, subject)
		require.ErrorIs(t, err, statement.ErrMalformed, name)
	}
	_, err := statement.New(statement.Custody{Event: statement.Verified, By: "ann", At: noon})
	require.ErrorIs(t, err, statement.ErrMalformed)
	_, err = statement.New(statement.Custody{Event: statement.Verified, By: "ann", At: noon}, statement.Subject{Name: "x"})
	require.ErrorIs(t, err, statement.ErrMalformed)
	for _, text := range []string{"", "{}x", `{"payloadType":"a","more":1}`, `[]`} {
		_, err := statement.ParseEnvelope([]byte(text))
		require.ErrorIs(t, err, statement.ErrMalformed, text)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(approval(f, "ann"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, _, err := open(t, b, 1, "ann"); err == nil {
			got, err := statement.As[statement.Approval](s)
			if err != nil || got.Principal != "ann" {
				t.Fatal("opens as something that was not signed")
			}
		}
	})
}

func Example() {
	k := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	signer, err := statement.NewSigner(k)
	if err != nil {
		log.Fatal(err)
	}
	s, err := statement.New(statement.Custody{
		Event: statement.Acquired, By: "ann", At: noon, Tool: "trueup glpi", ToolVersion: "1.0.0", Source: "file:inventory.json",
	}, statement.Subject{Name: "inventory.json", Digest: map[string]string{"sha256": "9f86d08188"}})
	if err != nil {
		log.Fatal(err)
	}
	envelope, err := s.Sign(signer)
	if err != nil {
		log.Fatal(err)
	}
	got, _, err := statement.Open(envelope, 1, k.Public().(ed25519.PublicKey))
	if err != nil {
		log.Fatal(err)
	}
	b, err := json.Marshal(got)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(b))
	// Output:
	// {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"inventory.json","digest":{"sha256":"9f86d08188"}}],"predicateType":"https://trueup.dev/predicate/custody/v1","predicate":{"event":"acquired","by":"ann","at":"2026-11-24T12:00:00Z","tool":"trueup glpi","toolVersion":"1.0.0","source":"file:inventory.json"}}
}
