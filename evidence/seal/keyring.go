package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"filippo.io/age"
)

// Errors to tell apart with errors.Is.
var (
	// ErrErased: the key is gone, so the field cannot be read by anyone.
	ErrErased = errors.New("seal: erased")

	// ErrNoAccess: none of the identities belongs to a role that may read.
	ErrNoAccess = errors.New("seal: no role that may read")

	// ErrUnknownSubject: the keyring has no key for the subject, or no longer.
	ErrUnknownSubject = errors.New("seal: subject has no key")

	// ErrInvalid: an argument or a file of the keyring is malformed.
	ErrInvalid = errors.New("seal: invalid")
)

// Subject names whom personal data is about, such as an account name.
type Subject string

// KeyID is the random identifier of a subject's key. It says nothing of the
// subject.
type KeyID string

// Sealed is an encrypted field.
type Sealed struct {
	Key        KeyID  `json:"key"`
	Ciphertext []byte `json:"ciphertext"` // an age file
}

// Keyring is a folder of subjects' keys:
//
//	pepper          32 random bytes: the key of the names below
//	subjects/NAME   the subject's key ID and public key
//	keys/ID         the private key, an age file encrypted to the roles
//
// One Keyring may use a folder at a time; its methods may be called from any
// number of goroutines.
type Keyring struct {
	dir    string
	roles  []age.Recipient
	pepper []byte

	mu      sync.Mutex
	holders map[KeyID]string // the names in subjects, by key; nil until asked for
}

// Open opens or makes the keyring in dir. New private keys are encrypted to roles,
// in age's form of public keys ("age1…"); there must be at least one, unless the
// keyring is there already and is to make no key.
func Open(dir string, roles ...string) (*Keyring, error) {
	var recipients []age.Recipient
	var err error
	if _, missing := os.Stat(filepath.Join(dir, "pepper")); len(roles) > 0 || missing != nil {
		if recipients, err = parseRoles(roles); err != nil {
			return nil, err
		}
	}
	for _, sub := range []string{"subjects", "keys"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("seal: open: %w", err)
		}
	}
	k := &Keyring{dir: dir, roles: recipients}
	k.pepper, err = os.ReadFile(k.path("pepper"))
	if errors.Is(err, fs.ErrNotExist) {
		k.pepper = random(32)
		err = writeDurably(k.path("pepper"), k.pepper)
	}
	if err != nil {
		return nil, fmt.Errorf("seal: open: %w", err)
	}
	if len(k.pepper) != 32 {
		return nil, fmt.Errorf("%w: %s has %d bytes, want 32", ErrInvalid, k.path("pepper"), len(k.pepper))
	}
	return k, nil
}

func parseRoles(roles []string) ([]age.Recipient, error) {
	if len(roles) == 0 {
		return nil, fmt.Errorf("%w: a keyring needs at least one role", ErrInvalid)
	}
	recipients, err := age.ParseRecipients(strings.NewReader(strings.Join(roles, "\n")))
	if err != nil {
		return nil, fmt.Errorf("%w: roles: %w", ErrInvalid, err)
	}
	return recipients, nil
}

func (k *Keyring) path(parts ...string) string {
	return filepath.Join(append([]string{k.dir}, parts...)...)
}

// name is the keyed hash that stands for a subject or a matter in file names.
func (k *Keyring) name(what, s string) string {
	h := hmac.New(sha256.New, k.pepper)
	h.Write([]byte(what + "\x00" + s))
	return hex.EncodeToString(h.Sum(nil))
}

// random cannot fail: crypto/rand ends the program if the system has none.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, as documented
	return b
}

// Seal encrypts one field about a subject, whose key is made at the first call.
// It needs no role's identity.
func (k *Keyring) Seal(s Subject, plaintext []byte) (Sealed, error) {
	if s == "" {
		return Sealed{}, fmt.Errorf("%w: empty subject", ErrInvalid)
	}
	id, recipient, err := k.public(s)
	if err != nil {
		return Sealed{}, err
	}
	ciphertext, err := encrypt(plaintext, recipient)
	if err != nil {
		return Sealed{}, err
	}
	return Sealed{Key: id, Ciphertext: ciphertext}, nil
}

// public is the key ID and the public key of s.
func (k *Keyring) public(s Subject) (KeyID, age.Recipient, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, err := os.ReadFile(k.path("subjects", k.name("subject", string(s))))
	if errors.Is(err, fs.ErrNotExist) {
		return k.generate(s)
	}
	if err != nil {
		return "", nil, fmt.Errorf("seal: read key: %w", err)
	}
	id, key, ok := strings.Cut(strings.TrimSuffix(string(b), "\n"), " ")
	if !ok || !validID(KeyID(id)) {
		return "", nil, fmt.Errorf("%w: a file in %s is malformed", ErrInvalid, k.path("subjects"))
	}
	if _, err := os.Stat(k.path("keys", id)); errors.Is(err, fs.ErrNotExist) {
		delete(k.holders, KeyID(id))
		return k.generate(s) // an erasure was interrupted after the key was destroyed
	}
	recipient, err := age.ParseX25519Recipient(key)
	if err != nil {
		return "", nil, fmt.Errorf("%w: a public key in %s is malformed", ErrInvalid, k.path("subjects"))
	}
	return KeyID(id), recipient, nil
}

// generate makes a key pair. The private half is durable before the public half
// can be used: nothing is ever sealed that cannot be opened.
func (k *Keyring) generate(s Subject) (KeyID, age.Recipient, error) {
	if len(k.roles) == 0 {
		return "", nil, fmt.Errorf("%w: the keyring was opened without roles, so it makes no key", ErrInvalid)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", nil, fmt.Errorf("seal: generate key: %w", err)
	}
	id := KeyID(hex.EncodeToString(random(16)))
	wrapped, err := encrypt([]byte(identity.String()+"\n"), k.roles...)
	if err != nil {
		return "", nil, err
	}
	if err := writeDurably(k.path("keys", string(id)), wrapped); err != nil {
		return "", nil, fmt.Errorf("seal: write key: %w", err)
	}
	name := k.name("subject", string(s))
	line := fmt.Appendf(nil, "%s %s\n", id, identity.Recipient())
	if err := writeDurably(k.path("subjects", name), line); err != nil {
		return "", nil, fmt.Errorf("seal: write key: %w", err)
	}
	if k.holders != nil {
		k.holders[id] = name
	}
	return id, identity.Recipient(), nil
}

// Open decrypts a field with the identities of a reader, in age's form of private
// keys. Whoever calls it records the reading.
func (k *Keyring) Open(f Sealed, identities ...age.Identity) ([]byte, error) {
	if !validID(f.Key) {
		return nil, fmt.Errorf("%w: key ID of a sealed field", ErrInvalid)
	}
	wrapped, err := os.ReadFile(k.path("keys", string(f.Key)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrErased
	}
	if err != nil {
		return nil, fmt.Errorf("seal: read key: %w", err)
	}
	key, err := decrypt(wrapped, identities...)
	if err != nil {
		return nil, err
	}
	identity, err := age.ParseX25519Identity(strings.TrimSpace(string(key)))
	if err != nil {
		return nil, fmt.Errorf("%w: key %s", ErrInvalid, f.Key)
	}
	return decrypt(f.Ciphertext, identity)
}

func validID(id KeyID) bool {
	b, err := hex.DecodeString(string(id))
	return err == nil && len(b) == 16 && hex.EncodeToString(b) == string(id)
}

func encrypt(plaintext []byte, to ...age.Recipient) ([]byte, error) {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to...)
	if err == nil {
		_, err = w.Write(plaintext)
		if err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("seal: encrypt: %w", err)
	}
	return b.Bytes(), nil
}

func decrypt(ciphertext []byte, with ...age.Identity) ([]byte, error) {
	if len(with) == 0 {
		return nil, ErrNoAccess
	}
	r, err := age.Decrypt(bytes.NewReader(ciphertext), with...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrNoAccess
	}
	if err != nil {
		return nil, fmt.Errorf("%w: not decryptable: %w", ErrInvalid, err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: not decryptable: %w", ErrInvalid, err)
	}
	return b, nil
}

// writeDurably makes a file that is there whole or not at all.
func writeDurably(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
