package timestamp_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/timestamp"
	"github.com/trueup-dev/trueup/evidence/witness"
)

// authority is a time-stamping authority: openssl ts behind a web server.
type authority struct {
	dir, url string
	root     *x509.Certificate
	roots    *x509.CertPool
	certs    [][]byte // in DER: the root's and the signer's
	answer   func(b []byte) []byte
	asked    int
}

const config = `[tsa]
default_tsa = here
[here]
serial = %[1]s/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = %[2]s
`

// start makes keys and certificates and serves. change changes the signer's certificate
// before it is signed.
func start(t *testing.T, ess string, change func(c *x509.Certificate)) *authority {
	t.Helper()
	openssl(t)
	a := &authority{dir: t.TempDir(), roots: x509.NewCertPool()}
	now := time.Now()
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	require.NoError(t, err)
	a.root, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	a.roots.AddCert(a.root)
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Stamps"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}}
	if change != nil {
		change(c)
	}
	signed, err := x509.CreateCertificate(rand.Reader, c, a.root, key.Public(), rootKey)
	require.NoError(t, err)
	a.certs = [][]byte{der, signed}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	for name, b := range map[string][]byte{
		"root.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		"tsa.pem":  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		"tsa.key":  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		"serial":   []byte("01\n"),
		"conf":     fmt.Appendf(nil, config, a.dir, ess),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(a.dir, name), b, 0o600))
	}
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	a.url = s.URL
	return a
}

func openssl(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is missing: install the package openssl")
		}
		t.Skip("openssl is not installed")
	}
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.asked++
	query, err := io.ReadAll(r.Body)
	file := filepath.Join(a.dir, "query")
	if err == nil {
		err = os.WriteFile(file, query, 0o600)
	}
	if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	out, err := exec.CommandContext(r.Context(), "openssl", "ts", "-reply", "-config", filepath.Join(a.dir, "conf"), "-queryfile", file,
		"-signer", filepath.Join(a.dir, "tsa.pem"), "-inkey", filepath.Join(a.dir, "tsa.key")).Output()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if a.answer != nil {
		out = a.answer(out)
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(out)
}

func (a *authority) anchor(t *testing.T, dir string) *timestamp.Anchor {
	t.Helper()
	anchor, err := timestamp.New(timestamp.Options{URL: a.url, Roots: a.roots, Dir: dir})
	require.NoError(t, err)
	return anchor
}

func open(t *testing.T, entries ...evidence.Kind) *evidence.Log {
	t.Helper()
	s, err := evidence.NewSigner("example.com/licences", ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: s})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	for _, k := range entries {
		_, err := l.Append(t.Context(), evidence.Entry{Kind: k})
		require.NoError(t, err)
	}
	return l
}

// An authority that no one here wrote stamps the log as it grows, and openssl accepts
// what was kept.
func TestStamps(t *testing.T) {
	for _, ess := range []string{"sha1", "sha256"} { // RFC 2634, RFC 5035
		a, dir := start(t, ess, nil), t.TempDir()
		l := open(t, "plan")
		before := time.Now().Add(-2 * time.Second)
		for range 2 {
			for range 2 { // the second time it is stamped already
				_, err := witness.Publish(t.Context(), l, a.anchor(t, dir))
				require.NoError(t, err)
			}
			_, err := l.Append(t.Context(), evidence.Entry{Kind: "plan"})
			require.NoError(t, err)
		}
		require.Equal(t, 2, a.asked)
		stamped, err := timestamp.Read(dir, a.roots)
		require.NoError(t, err)
		require.Len(t, stamped, 2)
		for i, s := range stamped {
			require.Equal(t, int64(i+1), s.Size)
			require.Len(t, s.Stamps, 1)
			require.Equal(t, "CN=Stamps", s.Stamps[0].Authority)
			require.Equal(t, "1.2.3.4.1", s.Stamps[0].Policy)
			require.Equal(t, time.Second, s.Stamps[0].Accuracy)
			require.NotEmpty(t, s.Stamps[0].Serial)
			require.WithinRange(t, s.Stamps[0].Time, before, time.Now().Add(time.Second))
			answers, err := filepath.Glob(filepath.Join(dir, fmt.Sprintf("%016d.*.tsr", i+1)))
			require.NoError(t, err)
			require.Len(t, answers, 1)
			out, err := exec.Command("openssl", "ts", "-verify", "-data", filepath.Join(dir, fmt.Sprintf("%016d.checkpoint", i+1)),
				"-in", answers[0], "-CAfile", filepath.Join(a.dir, "root.pem")).CombinedOutput()
			require.NoError(t, err, string(out))
			require.Contains(t, string(out), "Verification: OK")
		}
	}
}

// kept is a folder with one stamp in it.
func kept(t *testing.T) (a *authority, dir, checkpoint, answer string) {
	t.Helper()
	a, dir = start(t, "sha256", nil), t.TempDir()
	_, err := witness.Publish(t.Context(), open(t, "plan"), a.anchor(t, dir))
	require.NoError(t, err)
	answers, err := filepath.Glob(filepath.Join(dir, "*.tsr"))
	require.NoError(t, err)
	require.Len(t, answers, 1)
	return a, dir, filepath.Join(dir, "0000000000000001.checkpoint"), answers[0]
}

// A bit anywhere in a kept checkpoint or stamp: refused by name. One in each byte; which
// of the eight it is goes round.
func TestKeptFiles(t *testing.T) {
	a, dir, checkpoint, answer := kept(t)
	for _, file := range []string{checkpoint, answer} {
		whole, err := os.ReadFile(file)
		require.NoError(t, err)
		for i := range whole {
			b := bytes.Clone(whole)
			b[i] ^= 1 << (i % 8)
			require.NoError(t, os.WriteFile(file, b, 0o600))
			_, err := timestamp.Read(dir, a.roots)
			require.ErrorIs(t, err, timestamp.ErrInvalid, "%s, byte %d", file, i)
		}
		require.NoError(t, os.WriteFile(file, whole, 0o600))
	}
	_, err := timestamp.Read(dir, a.roots)
	require.NoError(t, err)
}

// Every single bit of the checkpoint, the stamp, the certificate in it and the root.
// Without its name to hold it against, a stamp is refused wherever signature,
// certificates or digest reach: what is left says nothing of checkpoint or time.
func TestEveryBit(t *testing.T) {
	a, _, checkpoint, answer := kept(t)
	note, err := os.ReadFile(checkpoint)
	require.NoError(t, err)
	whole, err := os.ReadFile(answer)
	require.NoError(t, err)
	want, err := timestamp.Verify(note, whole, a.roots)
	require.NoError(t, err)
	first := bytes.Index(whole, a.certs[1])
	require.Positive(t, first, "the answer carries the certificate")
	passed := 0
	for bit := range 8 * len(whole) {
		whole[bit/8] ^= 1 << (bit % 8)
		got, err := timestamp.Verify(note, whole, a.roots)
		if whole[bit/8] ^= 1 << (bit % 8); err != nil {
			require.ErrorIs(t, err, timestamp.ErrInvalid, "bit %d", bit)
			continue
		}
		require.Equal(t, want, got, "bit %d", bit)
		require.False(t, bit/8 >= first && bit/8 < first+len(a.certs[1]), "bit %d is in the certificate", bit)
		passed++
	}
	require.Less(t, passed, 8*len(whole)/20)
	t.Logf("%d of %d bits are of no consequence", passed, 8*len(whole))
	for bit := range 8 * len(note) {
		note[bit/8] ^= 1 << (bit % 8)
		_, err := timestamp.Verify(note, whole, a.roots)
		require.ErrorIs(t, err, timestamp.ErrInvalid, "bit %d of the checkpoint", bit)
		note[bit/8] ^= 1 << (bit % 8)
	}
	for bit := range 8 * len(a.certs[0]) {
		b := bytes.Clone(a.certs[0])
		b[bit/8] ^= 1 << (bit % 8)
		c, err := x509.ParseCertificate(b)
		// A root counts by its name and key: what else is in it, its own signature
		// included, says nothing of the stamp.
		if err != nil || bytes.Equal(c.RawSubject, a.root.RawSubject) && bytes.Equal(c.RawSubjectPublicKeyInfo, a.root.RawSubjectPublicKeyInfo) {
			continue
		}
		roots := x509.NewCertPool()
		roots.AddCert(c)
		_, err = timestamp.Verify(note, whole, roots)
		require.ErrorIs(t, err, timestamp.ErrInvalid, "bit %d of the root", bit)
	}
}

func TestRefusals(t *testing.T) {
	a, dir, checkpoint, answer := kept(t)
	note, err := os.ReadFile(checkpoint)
	require.NoError(t, err)
	der, err := os.ReadFile(answer)
	require.NoError(t, err)

	_, err = timestamp.Verify(note, der, start(t, "sha256", nil).roots)
	require.ErrorContains(t, err, "certificate", "of an authority that nobody vouches for")
	_, err = timestamp.Verify([]byte("another"), der, a.roots)
	require.ErrorContains(t, err, "another checkpoint")
	_, err = timestamp.Verify(note, make([]byte, timestamp.MaxResponse+1), a.roots)
	require.ErrorIs(t, err, timestamp.ErrInvalid)
	_, err = timestamp.Verify(note, der, nil)
	require.ErrorContains(t, err, "roots")
	_, err = timestamp.New(timestamp.Options{})
	require.Error(t, err)

	fork := open(t, "other") // a second history is refused before anyone is asked
	asked := a.asked
	_, err = witness.Publish(t.Context(), fork, a.anchor(t, dir))
	require.ErrorIs(t, err, witness.ErrConflict)
	require.Equal(t, asked, a.asked)

	a.answer = func([]byte) []byte { return der } // replayed
	_, err = witness.Publish(t.Context(), open(t, "plan"), a.anchor(t, t.TempDir()))
	require.ErrorIs(t, err, timestamp.ErrInvalid)
	a.answer = func(b []byte) []byte { return b[:len(b)/2] }
	_, err = witness.Publish(t.Context(), open(t, "plan"), a.anchor(t, t.TempDir()))
	require.ErrorIs(t, err, timestamp.ErrInvalid)
	a.answer = func([]byte) []byte { return make([]byte, timestamp.MaxResponse+9) }
	_, err = witness.Publish(t.Context(), open(t, "plan"), a.anchor(t, t.TempDir()))
	require.ErrorIs(t, err, timestamp.ErrInvalid)
	a.answer = nil
	require.NoError(t, os.Remove(filepath.Join(a.dir, "tsa.key")))
	_, err = witness.Publish(t.Context(), open(t, "plan"), a.anchor(t, t.TempDir()))
	require.ErrorContains(t, err, "500")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600))
	_, err = timestamp.Read(dir, a.roots)
	require.ErrorContains(t, err, "notes.txt")
	require.NoError(t, os.Remove(filepath.Join(dir, "notes.txt")))
	require.NoError(t, os.Remove(checkpoint))
	_, err = timestamp.Read(dir, a.roots)
	require.ErrorContains(t, err, "has no checkpoint")
}

// The nonce of another request: the authority answers an old query for the same bytes.
func TestReplayedAnswer(t *testing.T) {
	a := start(t, "sha256", nil)
	l := open(t, "plan")
	dir := t.TempDir()
	var old []byte
	a.answer = func(b []byte) []byte { old = b; return b }
	_, err := witness.Publish(t.Context(), l, a.anchor(t, dir))
	require.NoError(t, err)
	a.answer = func([]byte) []byte { return old }
	_, err = witness.Publish(t.Context(), l, a.anchor(t, t.TempDir()))
	require.ErrorContains(t, err, "another request")
}

// A certificate that is good for more than time-stamping, or not for it, or that has
// ended, stamps nothing.
func TestCertificates(t *testing.T) {
	usage := func(critical bool, ids ...asn1.ObjectIdentifier) func(c *x509.Certificate) {
		return func(c *x509.Certificate) {
			b, err := asn1.Marshal(ids)
			require.NoError(t, err)
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: b}}
		}
	}
	stamping, code := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 3}
	for name, change := range map[string]func(c *x509.Certificate){
		"not critical": usage(false, stamping), "for more": usage(true, stamping, code), "for another": usage(true, code),
		"ended": func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(time.Minute) },
	} {
		a := start(t, "sha256", change)
		_, err := witness.Publish(t.Context(), open(t, "plan"), a.anchor(t, t.TempDir()))
		// openssl refuses to stamp with some of them; it must not come to a stamp.
		require.Error(t, err, name)
		require.True(t, strings.Contains(err.Error(), "stamp does not hold") || strings.Contains(err.Error(), "500"), "%s: %v", name, err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte("0\x03\x02\x01\x00"))
	f.Add([]byte("0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x80"))
	f.Fuzz(func(t *testing.T, der []byte) {
		_, err := timestamp.Verify([]byte("note"), der, x509.NewCertPool())
		require.ErrorIs(t, err, timestamp.ErrInvalid)
	})
}
