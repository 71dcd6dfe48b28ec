package evidence

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Signer signs the checkpoints of one log. Its name is the log's origin, which
// by custom is a URL without its scheme, such as "example.com/licences".
//
// It implements note.Signer.
type Signer struct {
	name     string
	key      crypto.Signer
	verifier note.Verifier
	vkey     string
}

var _ note.Signer = (*Signer)(nil)

// NewSigner signs as origin with an Ed25519 key that may live elsewhere: in a
// key management service, in a PKCS #11 token, or in memory as an
// ed25519.PrivateKey.
func NewSigner(origin string, key crypto.Signer) (*Signer, error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: signing key is %T, want Ed25519", ErrInvalid, key.Public())
	}
	vkey, err := note.NewEd25519VerifierKey(origin, pub)
	if err != nil {
		return nil, fmt.Errorf("%w: origin %q: %w", ErrInvalid, origin, err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("%w: origin %q: %w", ErrInvalid, origin, err)
	}
	return &Signer{name: origin, key: key, verifier: v, vkey: vkey}, nil
}

// Name is the log's origin.
func (s *Signer) Name() string { return s.name }

// KeyHash is the key's short identifier in a signature line.
func (s *Signer) KeyHash() uint32 { return s.verifier.KeyHash() }

// Sign signs one note text.
func (s *Signer) Sign(msg []byte) ([]byte, error) {
	sig, err := s.key.Sign(rand.Reader, msg, crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("evidence: sign as %s: %w", s.name, err)
	}
	if !s.verifier.Verify(msg, sig) { // a key that is elsewhere may be another by now
		return nil, fmt.Errorf("evidence: sign as %s: what came back does not fit the public key", s.name)
	}
	return sig, nil
}

// VerifierKey is the public key in the form that verifiers read:
// "<origin>+<hash>+<base64>". Hand it to whoever is to check the log.
func (s *Signer) VerifierKey() string { return s.vkey }

// Key is the key itself, to sign statements with (package statement): they begin with
// other bytes than a checkpoint can, so neither is ever taken for the other.
func (s *Signer) Key() crypto.Signer { return s.key }

// PublicKeySuffix is added to a key file's name for the file with its public key.
const PublicKeySuffix = ".pub"

// GenerateKeyFile makes a new Ed25519 key for a log called origin. It writes the
// private key to path, readable by its owner only, and the public key to path +
// ".pub". It refuses to overwrite either.
func GenerateKeyFile(path, origin string) (*Signer, error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, fmt.Errorf("evidence: generate key: %w", err)
	}
	s, err := parseKey(skey)
	if err != nil {
		return nil, fmt.Errorf("evidence: generate key for %q: %w", origin, err)
	}
	if err := writeNew(path, skey+"\n", 0o600); err != nil {
		return nil, fmt.Errorf("evidence: generate key: %w", err)
	}
	if err := writeNew(path+PublicKeySuffix, vkey+"\n", 0o644); err != nil {
		return nil, errors.Join(fmt.Errorf("evidence: generate key: %w", err), os.Remove(path))
	}
	return s, nil
}

func writeNew(path, content string, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// LoadKeyFile reads a private key that GenerateKeyFile wrote. It refuses a file
// that others may read.
func LoadKeyFile(path string) (*Signer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("evidence: load key: %w", err)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("evidence: load key: %s has mode %04o; take it from others with chmod 600", path, perm)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("evidence: load key: %w", err)
	}
	s, err := parseKey(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("evidence: load key: %s: %w", path, err)
	}
	return s, nil
}

// parseKey reads "PRIVATE+KEY+<origin>+<hash>+<base64 of algorithm and seed>".
// No error of it holds any part of the key.
func parseKey(skey string) (*Signer, error) {
	n, err := note.NewSigner(skey)
	if err != nil {
		return nil, fmt.Errorf("%w: not a private key of a signed note", ErrInvalid)
	}
	// The key data is what follows the fourth plus; it may hold a plus itself.
	parts := strings.SplitN(skey, "+", 5)
	data, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(data) != 1+ed25519.SeedSize {
		return nil, fmt.Errorf("%w: not an Ed25519 private key", ErrInvalid)
	}
	return NewSigner(n.Name(), ed25519.NewKeyFromSeed(data[1:]))
}
