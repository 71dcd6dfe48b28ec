package cosign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// Algorithm bytes of signed notes.
const (
	algEd25519       = 1
	algEd25519Cosign = 4
	algMLDSA44Cosign = 6
)

// Errors about keys.
var (
	// ErrKey: not a verifier key, or one whose parts contradict each other.
	ErrKey = errors.New("cosign: malformed verifier key")

	// ErrAlgorithm: a key of an algorithm that cannot be checked here.
	ErrAlgorithm = errors.New("cosign: algorithm is not supported")
)

// NewVerifier reads a verifier key "<name>+<hash>+<base64>" of a log (algorithm 1)
// or of a witness (algorithm 4).
func NewVerifier(vkey string) (note.Verifier, error) {
	name, hash, data, err := parseVKey(vkey)
	if err != nil {
		return nil, err
	}
	switch alg := data[0]; {
	case alg == algEd25519:
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		return v, nil
	case alg == algEd25519Cosign && len(data) == 1+ed25519.PublicKeySize:
		return &cosignatureVerifier{name: name, hash: hash, key: data[1:]}, nil
	case alg == algMLDSA44Cosign:
		return nil, fmt.Errorf("%w: ML-DSA-44 key of %s", ErrAlgorithm, name)
	case alg == algEd25519Cosign:
		return nil, fmt.Errorf("%w: Ed25519 key of %d bytes", ErrKey, len(data)-1)
	default:
		return nil, fmt.Errorf("%w: %d, key of %s", ErrAlgorithm, alg, name)
	}
}

func parseVKey(vkey string) (name string, hash uint32, data []byte, err error) {
	name, rest, _ := strings.Cut(vkey, "+")
	hex, b64, ok := strings.Cut(rest, "+")
	if !ok || !validName(name) || len(hex) != 8 {
		return "", 0, nil, fmt.Errorf("%w: want <name>+<8 hex digits>+<base64>", ErrKey)
	}
	h, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return "", 0, nil, fmt.Errorf("%w: hash %q", ErrKey, hex)
	}
	data, err = base64.StdEncoding.Strict().DecodeString(b64)
	if err != nil || len(data) < 2 {
		return "", 0, nil, fmt.Errorf("%w: key of %s is no base64", ErrKey, name)
	}
	if keyHash(name, data) != uint32(h) {
		return "", 0, nil, fmt.Errorf("%w: hash %s does not fit name %s and its key", ErrKey, hex, name)
	}
	return name, uint32(h), data, nil
}

// keyHash is the key ID of signed notes. data is the algorithm and the key.
func keyHash(name string, data []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), data...))
	return binary.BigEndian.Uint32(sum[:])
}

func validName(name string) bool {
	return name != "" && utf8.ValidString(name) && strings.IndexFunc(name, unicode.IsSpace) < 0 && !strings.Contains(name, "+")
}

// Cosigner signs checkpoints as a witness, each with the time it is given.
type Cosigner struct {
	name string
	hash uint32
	key  crypto.Signer
	vkey string
}

// NewCosigner cosigns as name with an Ed25519 key. The same key must not serve a
// second cosigner: the signature does not cover the name.
func NewCosigner(name string, key crypto.Signer) (*Cosigner, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: %T", ErrAlgorithm, key.Public())
	}
	if !validName(name) {
		return nil, fmt.Errorf("%w: name %q is empty or has a space or a plus", ErrKey, name)
	}
	data := append([]byte{algEd25519Cosign}, pub...)
	hash := keyHash(name, data)
	return &Cosigner{
		name: name, hash: hash, key: key,
		vkey: fmt.Sprintf("%s+%08x+%s", name, hash, base64.StdEncoding.EncodeToString(data)),
	}, nil
}

// VerifierKey is the public key for a policy file.
func (c *Cosigner) VerifierKey() string { return c.vkey }

// At is a note.Signer that states now as the time of cosigning.
func (c *Cosigner) At(now time.Time) note.Signer { return timedSigner{c, now.Unix()} }

type timedSigner struct {
	*Cosigner
	seconds int64
}

func (s timedSigner) Name() string    { return s.name }
func (s timedSigner) KeyHash() uint32 { return s.hash }

func (s timedSigner) Sign(msg []byte) ([]byte, error) {
	if s.seconds < 0 {
		return nil, fmt.Errorf("cosign: time %d is before 1970", s.seconds)
	}
	sig, err := s.key.Sign(rand.Reader, cosigned(s.seconds, msg), crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("cosign: sign as %s: %w", s.name, err)
	}
	return append(binary.BigEndian.AppendUint64(nil, uint64(s.seconds)), sig...), nil
}

// cosigned is the message an Ed25519 cosignature signs.
func cosigned(seconds int64, text []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", seconds), text...)
}

type cosignatureVerifier struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (v *cosignatureVerifier) Name() string    { return v.name }
func (v *cosignatureVerifier) KeyHash() uint32 { return v.hash }

func (v *cosignatureVerifier) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := int64(binary.BigEndian.Uint64(sig))
	return seconds >= 0 && ed25519.Verify(v.key, cosigned(seconds, msg), sig[8:])
}

// cosignedAt is the time in a cosignature that has been verified.
func cosignedAt(s note.Signature) (time.Time, error) {
	raw, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(raw) != 4+8+ed25519.SignatureSize {
		return time.Time{}, fmt.Errorf("cosign: signature of %s has no time", s.Name)
	}
	return time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0).UTC(), nil
}
