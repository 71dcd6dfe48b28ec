package disclose

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Claims are those of an SD-JWT that are always shown.
type Claims struct {
	Issuer   string
	Audience string
	Type     string // the vct: a URL that names what the row is
	Issued   time.Time
	Expires  time.Time
}

// SDJWT shows columns of the i-th row, as it was given to Commit, as an SD-JWT of
// RFC 9901, which wallets and libraries of others open. Its digests are those of the
// row in the log; the proof of that is a bundle's business.
func (o *Opening) SDJWT(i int, columns []string, c Claims, key crypto.Signer) (string, error) {
	if i < 0 || i >= len(o.rows) {
		return "", fmt.Errorf("%w: row %d of %d", ErrRequest, i, len(o.rows))
	}
	if c.Issuer == "" || c.Audience == "" || c.Type == "" || !c.Expires.After(c.Issued) {
		return "", fmt.Errorf("%w: an SD-JWT needs issuer, audience, type and an expiry after its issue", ErrRequest)
	}
	if _, ok := key.Public().(ed25519.PublicKey); !ok {
		return "", fmt.Errorf("%w: signing key is %T, want Ed25519", ErrRequest, key.Public())
	}
	var digests []string
	for _, d := range o.rows[i].sorted() {
		digests = append(digests, d.String())
	}
	head, err := segment(map[string]any{"alg": "EdDSA", "typ": "dc+sd-jwt"})
	if err != nil {
		return "", err
	}
	body, err := segment(map[string]any{
		"iss": c.Issuer, "aud": c.Audience, "vct": c.Type, "iat": c.Issued.Unix(), "exp": c.Expires.Unix(),
		"_sd_alg": "sha-256", "_sd": digests,
	})
	if err != nil {
		return "", err
	}
	sig, err := key.Sign(rand.Reader, []byte(head+"."+body), crypto.Hash(0))
	if err != nil {
		return "", fmt.Errorf("disclose: sign: %w", err)
	}
	parts := []string{head + "." + body + "." + base64.RawURLEncoding.EncodeToString(sig)}
	for _, name := range columns {
		k, _ := o.commitment.column(name)
		if k < 0 {
			return "", fmt.Errorf("%w: there is no column %q", ErrRequest, name)
		}
		d, err := encodeField(saltOf(o.secret, i, k), name, o.rows[i].values[k])
		if err != nil {
			return "", err
		}
		parts = append(parts, d)
	}
	return strings.Join(parts, "~") + "~", nil
}

func segment(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("disclose: encode: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
