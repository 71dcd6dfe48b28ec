package statement

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// PayloadType is the type of an in-toto statement in an envelope.
const PayloadType = "application/vnd.in-toto+json"

// Errors about envelopes.
var (
	// ErrMalformed: not an envelope, or not a statement in it.
	ErrMalformed = errors.New("statement: malformed")

	// ErrUnsigned: no signature by any of the keys asked for, or an invalid one.
	ErrUnsigned = errors.New("statement: not validly signed")
)

// Envelope is signed bytes with their type: DSSE v1.
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     string      `json:"payload"` // base64
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature of an envelope.
type Signature struct {
	KeyID string `json:"keyid,omitempty"` // a hint; it is not signed
	Sig   string `json:"sig"`             // base64
}

// KeyID is the identifier of a public key in envelopes: the SHA-256 of its 32
// bytes, in hex.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:])
}

// Signer signs envelopes with an Ed25519 key.
type Signer struct {
	key crypto.Signer
	id  string
}

// NewSigner signs with key, which may live in a key management service or a token.
func NewSigner(key crypto.Signer) (*Signer, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: signing key is %T, want Ed25519", ErrMalformed, key.Public())
	}
	return &Signer{key: key, id: KeyID(pub)}, nil
}

// preAuth is the pre-authentication encoding that is signed.
func preAuth(payloadType string, payload []byte) []byte {
	b := fmt.Appendf(nil, "DSSEv1 %d %s %d ", len(payloadType), payloadType, len(payload))
	return append(b, payload...)
}

// Sign puts payload into an envelope signed by all signers, of whom there must be
// at least one.
func Sign(payloadType string, payload []byte, signers ...*Signer) (*Envelope, error) {
	if len(signers) == 0 {
		return nil, fmt.Errorf("%w: no signer given", ErrUnsigned)
	}
	e := &Envelope{PayloadType: payloadType, Payload: base64.StdEncoding.EncodeToString(payload)}
	for _, s := range signers {
		message := preAuth(payloadType, payload)
		sig, err := s.key.Sign(rand.Reader, message, crypto.Hash(0))
		if err != nil {
			return nil, fmt.Errorf("statement: sign as %.16s: %w", s.id, err)
		}
		if pub, ok := s.key.Public().(ed25519.PublicKey); !ok || !ed25519.Verify(pub, message, sig) {
			return nil, fmt.Errorf("statement: sign as %.16s: what came back does not fit the public key", s.id)
		}
		e.Signatures = append(e.Signatures, Signature{KeyID: s.id, Sig: base64.StdEncoding.EncodeToString(sig)})
	}
	return e, nil
}

// Encode is the envelope as JSON.
func (e *Envelope) Encode() ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("statement: encode envelope: %w", err)
	}
	return b, nil
}

// ParseEnvelope reads an envelope. Unknown fields and anything after it are
// errors: they would not be signed.
func ParseEnvelope(b []byte) (*Envelope, error) {
	var e Envelope
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return nil, fmt.Errorf("%w: envelope: %w", ErrMalformed, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: envelope: more after it", ErrMalformed)
	}
	return &e, exactNames(b)
}

// exactNames refuses field names in another case, which encoding/json would take
// for ours and another reader would not.
func exactNames(envelope []byte) error {
	var fields map[string]json.RawMessage
	var signatures []map[string]json.RawMessage
	err := json.Unmarshal(envelope, &fields)
	if raw, ok := fields["signatures"]; ok && err == nil {
		err = json.Unmarshal(raw, &signatures)
	}
	if err != nil {
		return fmt.Errorf("%w: envelope: %w", ErrMalformed, err)
	}
	for name := range fields {
		if name != "payloadType" && name != "payload" && name != "signatures" {
			return fmt.Errorf("%w: envelope: field %q", ErrMalformed, name)
		}
	}
	for _, sig := range signatures {
		for name := range sig {
			if name != "keyid" && name != "sig" {
				return fmt.Errorf("%w: signature: field %q", ErrMalformed, name)
			}
		}
	}
	return nil
}

// Verify returns the payload and the IDs of those of the keys that have signed it,
// in the order of keys. At least need of them must have. Signatures by other keys
// are ignored; one that names an accepted key and does not verify is an error.
func (e *Envelope) Verify(payloadType string, need int, keys ...ed25519.PublicKey) (payload []byte, signedBy []string, err error) {
	if e.PayloadType != payloadType {
		return nil, nil, fmt.Errorf("%w: payload type is %q, want %q", ErrMalformed, e.PayloadType, payloadType)
	}
	if need < 1 || need > len(keys) {
		return nil, nil, fmt.Errorf("%w: %d signatures asked for of %d keys", ErrUnsigned, need, len(keys))
	}
	payload, err = base64.StdEncoding.Strict().DecodeString(e.Payload)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: payload is no base64", ErrMalformed)
	}
	message := preAuth(payloadType, payload)
	for _, key := range keys {
		ok, err := e.signedBy(key, message)
		if err != nil {
			return nil, nil, err
		}
		if id := KeyID(key); ok && !slices.Contains(signedBy, id) {
			signedBy = append(signedBy, id)
		}
	}
	if len(signedBy) < need {
		return nil, signedBy, fmt.Errorf("%w: %d of the %d signatures that are needed", ErrUnsigned, len(signedBy), need)
	}
	return payload, signedBy, nil
}

// signedBy is whether key has signed message.
func (e *Envelope) signedBy(key ed25519.PublicKey, message []byte) (bool, error) {
	if len(key) != ed25519.PublicKeySize {
		return false, fmt.Errorf("%w: key of %d bytes", ErrMalformed, len(key))
	}
	id, found := KeyID(key), false
	for _, s := range e.Signatures {
		sig, err := base64.StdEncoding.Strict().DecodeString(s.Sig)
		if err != nil {
			return false, fmt.Errorf("%w: signature is no base64", ErrMalformed)
		}
		switch {
		case ed25519.Verify(key, message, sig):
			found = true
		case s.KeyID == id:
			return false, fmt.Errorf("%w: the signature of key %.16s does not fit", ErrUnsigned, id)
		}
	}
	return found, nil
}
