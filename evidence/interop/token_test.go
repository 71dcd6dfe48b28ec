package interop

import (
	"crypto"
	"crypto/ed25519"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/evidence/witness"
)

// Mechanisms of PKCS #11 v3.0 that the module does not name yet.
const (
	mechanismEdwardsKey = 0x1055
	mechanismEdDSA      = 0x1057
)

// token is an Ed25519 key in a PKCS #11 token, which it never leaves.
type token struct {
	module  *pkcs11.Ctx
	session pkcs11.SessionHandle
	private pkcs11.ObjectHandle
	public  ed25519.PublicKey
	signed  int
}

func (k *token) Public() crypto.PublicKey { return k.public }

func (k *token) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != crypto.Hash(0) {
		return nil, errors.New("Ed25519 signs messages, not digests")
	}
	if err := k.module.SignInit(k.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanismEdDSA, nil)}, k.private); err != nil {
		return nil, err
	}
	k.signed++
	return k.module.Sign(k.session, message)
}

// newToken makes a key in a token of SoftHSM.
func newToken(t *testing.T) *token {
	t.Helper()
	const library = "/usr/lib/softhsm/libsofthsm2.so"
	if _, err := os.Stat(library); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("SoftHSM is missing: install the package softhsm2")
		}
		t.Skip("SoftHSM is not installed")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "conf")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "tokens"), 0o700))
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, "directories.tokendir = %s/tokens\n", dir), 0o600))
	t.Setenv("SOFTHSM2_CONF", config)
	out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "log", "--pin", "1234", "--so-pin", "5678").CombinedOutput()
	require.NoError(t, err, string(out))

	k := &token{module: pkcs11.New(library)}
	require.NotNil(t, k.module)
	require.NoError(t, k.module.Initialize())
	t.Cleanup(func() { require.NoError(t, k.module.Finalize()); k.module.Destroy() })
	slots, err := k.module.GetSlotList(true)
	require.NoError(t, err)
	k.session, err = k.module.OpenSession(slots[0], pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	require.NoError(t, err)
	require.NoError(t, k.module.Login(k.session, pkcs11.CKU_USER, "1234"))
	curve, err := asn1.Marshal(asn1.ObjectIdentifier{1, 3, 101, 112})
	require.NoError(t, err)
	public, private, err := k.module.GenerateKeyPair(k.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanismEdwardsKey, nil)},
		[]*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, curve), pkcs11.NewAttribute(pkcs11.CKA_VERIFY, true)},
		[]*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_SIGN, true), pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true), pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false)})
	require.NoError(t, err)
	k.private = private
	attributes, err := k.module.GetAttributeValue(k.session, public, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_EC_POINT, nil)})
	require.NoError(t, err)
	var point []byte
	_, err = asn1.Unmarshal(attributes[0].Value, &point)
	require.NoError(t, err)
	require.Len(t, point, ed25519.PublicKeySize)
	k.public = point
	return k
}

// A key that no one here can read signs checkpoints, statements and cosignatures, and
// verifiers that know its public half accept them.
func TestKeyInToken(t *testing.T) {
	key := newToken(t)
	signer, err := evidence.NewSigner("example.com/licences", key)
	require.NoError(t, err)
	dir := t.TempDir()
	l, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer})
	require.NoError(t, err)
	for range 3 {
		_, err := l.Append(t.Context(), evidence.Entry{Kind: "plan"})
		require.NoError(t, err)
	}
	w, err := cosign.NewCosigner("witness.example/w", key)
	require.NoError(t, err)
	text := fmt.Sprintf("log %s\nwitness w %s\nquorum w\n", signer.VerifierKey(), w.VerifierKey())
	policy, err := cosign.ParsePolicy("policy", []byte(text))
	require.NoError(t, err)
	server, err := witness.NewServer(witness.ServerOptions{Cosigner: w, Logs: []string{signer.VerifierKey()}, Dir: t.TempDir(), Now: time.Now})
	require.NoError(t, err)
	web := httptest.NewServer(server)
	defer web.Close()
	anchor, err := witness.NewHTTP(web.URL, w.VerifierKey(), nil)
	require.NoError(t, err)
	_, err = witness.Publish(t.Context(), l, anchor)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	rep, err := verify.Folder(t.Context(), os.DirFS(dir), verify.Options{Key: signer.VerifierKey(), Policy: policy})
	require.NoError(t, err)
	require.NoError(t, rep.Err())

	by, err := statement.NewSigner(signer.Key())
	require.NoError(t, err)
	s, err := statement.New(statement.Package{Run: "r", AsOf: at, Judged: at, Playbook: "sha256:00", Document: "p.yaml", Engine: "x", Audience: "a", Purpose: "p", Produced: at, Expires: at.Add(time.Hour)},
		statement.Subject{Name: "x", Digest: map[string]string{"sha256": fmt.Sprintf("%064x", 1)}})
	require.NoError(t, err)
	e, err := s.Sign(by)
	require.NoError(t, err)
	_, _, err = statement.Open(e, 1, key.public)
	require.NoError(t, err)
	require.GreaterOrEqual(t, key.signed, 3)
	_, err = statement.NewSigner(rsaKey{})
	require.ErrorIs(t, err, statement.ErrMalformed)
}

// rsaKey is a key of another kind.
type rsaKey struct{ crypto.Signer }

func (rsaKey) Public() crypto.PublicKey { return "rsa" }
