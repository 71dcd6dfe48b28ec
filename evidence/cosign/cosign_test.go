package cosign_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/cosign"
)

const origin = "example.com/licences"

func key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func logSigner(t testing.TB) (note.Signer, string) {
	t.Helper()
	k := key("log")
	vkey, err := note.NewEd25519VerifierKey(origin, k.Public().(ed25519.PublicKey))
	require.NoError(t, err)
	return rawSigner{k, vkey, t}, vkey
}

type rawSigner struct {
	key  ed25519.PrivateKey
	vkey string
	t    testing.TB
}

func (s rawSigner) verifier() note.Verifier {
	v, err := note.NewVerifier(s.vkey)
	require.NoError(s.t, err)
	return v
}
func (s rawSigner) Name() string                    { return s.verifier().Name() }
func (s rawSigner) KeyHash() uint32                 { return s.verifier().KeyHash() }
func (s rawSigner) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

func cosigner(t testing.TB, name string) *cosign.Cosigner {
	t.Helper()
	c, err := cosign.NewCosigner(name, key(name))
	require.NoError(t, err)
	return c
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// checkpoint is a checkpoint of n one-byte leaves, cosigned by witnesses.
func checkpoint(t testing.TB, n int64, witnesses ...string) []byte {
	t.Helper()
	root, err := tlog.TreeHash(n, hashes(t, n))
	require.NoError(t, err)
	s, _ := logSigner(t)
	signers := []note.Signer{s}
	for _, w := range witnesses {
		signers = append(signers, cosigner(t, w).At(noon))
	}
	msg, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, n, root)}, signers...)
	require.NoError(t, err)
	return msg
}

func hashes(t testing.TB, n int64) tlog.HashReader {
	t.Helper()
	var stored []tlog.Hash
	r := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	for i := range n {
		h, err := tlog.StoredHashes(i, []byte{byte(i)}, r)
		require.NoError(t, err)
		stored = append(stored, h...)
	}
	return r
}

func policy(t testing.TB, rules string) *cosign.Policy {
	t.Helper()
	_, vkey := logSigner(t)
	text := "# who may vouch\nlog " + vkey + "\n"
	for _, w := range []string{"x1", "x2", "x3", "y1"} {
		text += fmt.Sprintf("witness %s %s https://%s.example\n", strings.ToUpper(w), cosigner(t, w).VerifierKey(), w)
	}
	p, err := cosign.ParsePolicy("policy.txt", []byte(text+rules))
	require.NoError(t, err)
	return p
}

func TestQuorum(t *testing.T) {
	nested := "group X 2 X1 X2 X3\ngroup both all X Y1\nquorum both\n"
	for _, c := range []struct {
		rules     string
		witnesses []string
		want      error
	}{
		{"quorum none\n", nil, nil},
		{"quorum X1\n", []string{"x1"}, nil},
		{"quorum X1\n", []string{"x2"}, cosign.ErrQuorum},
		{nested, []string{"x1", "x3", "y1"}, nil},
		{nested, []string{"x1", "x2", "x3"}, cosign.ErrQuorum},
		{nested, []string{"x1", "y1"}, cosign.ErrQuorum},
		{"group any any X1 Y1\nquorum any\n", []string{"y1"}, nil},
		{"group any any X1 Y1\nquorum any\n", []string{"stranger"}, cosign.ErrQuorum},
	} {
		w, err := policy(t, c.rules).Check(checkpoint(t, 5, c.witnesses...))
		require.ErrorIs(t, err, c.want, "%s %v", c.rules, c.witnesses)
		if c.want == nil {
			require.EqualValues(t, 5, w.Size)
			require.Equal(t, origin, w.Origin)
			require.Len(t, w.Cosignatures, len(c.witnesses))
			for _, s := range w.Cosignatures {
				require.Equal(t, noon, s.Time)
			}
		}
	}
}

// Every bit of a cosigned checkpoint: an error each time, or, in the lines of a
// witness, at least that witness's word lost.
func TestEveryBitOfACheckpoint(t *testing.T) {
	p := policy(t, "group q all X1 Y1\nquorum q\n")
	msg := checkpoint(t, 5, "x1", "y1")
	_, err := p.Check(msg)
	require.NoError(t, err)
	for bit := range 8 * len(msg) {
		msg[bit/8] ^= 1 << (bit % 8)
		_, err := p.Check(msg)
		require.Error(t, err, "bit %d", bit)
		msg[bit/8] ^= 1 << (bit % 8)
	}
}

func TestPolicyErrors(t *testing.T) {
	_, vkey := logSigner(t)
	x1, x2 := cosigner(t, "x1").VerifierKey(), cosigner(t, "x2").VerifierKey()
	for text, want := range map[string]string{
		"":                                    "p:1: there is no quorum line",
		"quorum none\nquorum none\n":          "p:2: there is a quorum line already",
		"quorum X\n":                          "p:1: quorum X is not defined above",
		"frog a\nquorum none\n":               `p:1: "frog" is none of`,
		"log\nquorum none\n":                  "p:1: want: log",
		"log junk\nquorum none\n":             "p:1: cosign: malformed verifier key",
		"log " + x1 + "\nquorum none":         "has algorithm 4, a log needs 1",
		"witness a " + vkey + "\nquorum none": "has algorithm 1, a witness needs 4",
		"witness a " + x1 + "\nwitness a " + x2 + "\nquorum a": "p:2: name a is taken",
		"witness none " + x1 + "\nquorum none":                 "p:1: name none is taken",
		"witness a " + x1 + "\nwitness b " + x1 + "\nquorum a": "p:2: this key has been given to another witness",
		"witness a " + x1 + "\ngroup g 2 a\nquorum g":          `p:2: threshold "2"`,
		"witness a " + x1 + "\ngroup g 0 a\nquorum g":          `p:2: threshold "0"`,
		"witness a " + x1 + "\ngroup g all b\nquorum none":     "p:2: member b is not defined above",
		"witness a " + x1 + "\ngroup g all a a\nquorum none":   "p:2: member a is in a group already",
		"witness a " + x1 + "\ngroup g all none\nquorum none":  "p:2: member none",
		"quorum none\r\n": "p:1: control character at column 12",
		"witness w w+00000000+" + "BgAA" + "\nquorum none":      "p:1: cosign: malformed verifier key: hash",
		"log " + vkey + "\nlog " + vkey + "\nfrog\nquorum none": "p:2: this key has been given to another log\np:3:",
	} {
		_, err := cosign.ParsePolicy("p", []byte(text))
		require.ErrorIs(t, err, cosign.ErrPolicy, text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestProof(t *testing.T) {
	p := policy(t, "quorum X1\n")
	const n = 70
	r := hashes(t, n)
	for i := range int64(n) {
		path, err := tlog.ProveRecord(n, i, r)
		require.NoError(t, err)
		proof := &cosign.Proof{Index: i, Hashes: path, Checkpoint: checkpoint(t, n, "x1")}
		if i%2 == 0 {
			proof.Extra = []byte("extra")
		}
		text := proof.Format()
		got, err := cosign.ParseProof(text)
		require.NoError(t, err)
		require.Equal(t, proof, got)
		w, err := got.Verify([]byte{byte(i)}, p)
		require.NoError(t, err)
		require.EqualValues(t, n, w.Size)
		_, err = got.Verify([]byte{byte(i + 1)}, p)
		require.ErrorIs(t, err, cosign.ErrProof)
	}
}

func TestEveryBitOfAProof(t *testing.T) {
	p := policy(t, "quorum X1\n")
	path, err := tlog.ProveRecord(7, 3, hashes(t, 7))
	require.NoError(t, err)
	text := (&cosign.Proof{Index: 3, Hashes: path, Checkpoint: checkpoint(t, 7, "x1")}).Format()
	for bit := range 8 * len(text) {
		text[bit/8] ^= 1 << (bit % 8)
		if proof, err := cosign.ParseProof(text); err == nil {
			_, err = proof.Verify([]byte{3}, p)
			require.Error(t, err, "bit %d", bit)
		}
		text[bit/8] ^= 1 << (bit % 8)
	}
}

func TestSplitView(t *testing.T) {
	p := policy(t, "quorum none\n")
	a, err := p.Check(checkpoint(t, 7, "x1"))
	require.NoError(t, err)
	b, err := p.Check(checkpoint(t, 8, "x2"))
	require.NoError(t, err)
	require.NoError(t, cosign.Compare(a, b))
	s, _ := logSigner(t)
	forked, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n7\n%s\n", origin, tlog.RecordHash(nil))}, s, cosigner(t, "x2").At(noon))
	require.NoError(t, err)
	c, err := p.Check(forked)
	require.NoError(t, err)
	require.ErrorIs(t, cosign.Compare(a, c), cosign.ErrSplitView)
}

func TestKeys(t *testing.T) {
	c := cosigner(t, "w")
	v, err := cosign.NewVerifier(c.VerifierKey())
	require.NoError(t, err)
	require.Equal(t, "w", v.Name())
	signed, err := c.At(noon).Sign([]byte("text\n"))
	require.NoError(t, err)
	require.True(t, v.Verify([]byte("text\n"), signed))
	require.False(t, v.Verify([]byte("other\n"), signed))
	require.False(t, v.Verify([]byte("text\n"), signed[1:]))
	_, err = c.At(time.Unix(-1, 0)).Sign(nil)
	require.Error(t, err)
	_, err = cosign.NewCosigner("a b", key("w"))
	require.ErrorIs(t, err, cosign.ErrKey)
	_, err = cosign.NewVerifier(strings.Replace(c.VerifierKey(), "w+", "v+", 1))
	require.ErrorIs(t, err, cosign.ErrKey)
}

func FuzzParseProof(f *testing.F) {
	f.Add((&cosign.Proof{Index: 3, Hashes: tlog.RecordProof{{1}}, Checkpoint: []byte("a\n1\nb\n"), Extra: []byte("x")}).Format())
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := cosign.ParseProof(text)
		if err == nil && string(p.Format()) != string(text) {
			t.Fatal("a proof has two spellings")
		}
	})
}

func FuzzParsePolicy(f *testing.F) {
	f.Add([]byte("group X 2 X1 X2 X3\ngroup both all X Y1\nquorum both\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := cosign.ParsePolicy("p", text)
		if err == nil {
			_, _ = p.Check(text)
		}
	})
}
