package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// KindReceipt is the kind of the entry that a receipt is appended as.
const KindReceipt = "erasure.receipt"

// Receipt says that the key of a subject was destroyed, and not whose.
type Receipt struct {
	// Commitment is the SHA-256, in hex, of the salt and the subject's name.
	Commitment string    `json:"commitment"`
	At         time.Time `json:"at"`
	Reason     string    `json:"reason"` // such as "GDPR art. 17"; it must name no one
}

// Payload is the receipt as the payload of an entry.
func (r Receipt) Payload() ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("seal: encode receipt: %w", err)
	}
	return b, nil
}

// Concerns is whether the receipt is for s, given the salt that was handed out.
func (r Receipt) Concerns(s Subject, salt []byte) bool {
	return r.Commitment == commitment(s, salt)
}

func commitment(s Subject, salt []byte) string {
	sum := sha256.Sum256(append(append([]byte{}, salt...), s...))
	return hex.EncodeToString(sum[:])
}

// Erase destroys the key of a subject, unless a hold forbids it, and returns the
// receipt and its salt. Append the receipt to the log; give the salt to the
// subject and keep no copy. If Erase fails half-way, call it again.
func (k *Keyring) Erase(s Subject, now time.Time, reason string) (r Receipt, salt []byte, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	matters, err := k.matters(s)
	if err != nil {
		return Receipt{}, nil, err
	}
	if len(matters) > 0 {
		return Receipt{}, nil, fmt.Errorf("%w: of %d matters", ErrHeld, len(matters))
	}
	file := k.path("subjects", k.name("subject", string(s)))
	line, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Receipt{}, nil, ErrUnknownSubject
	}
	if err != nil {
		return Receipt{}, nil, fmt.Errorf("seal: erase: %w", err)
	}
	if len(line) < 32 || !validID(KeyID(line[:32])) {
		return Receipt{}, nil, fmt.Errorf("%w: a file in %s is malformed", ErrInvalid, k.path("subjects"))
	}
	// The private key goes first: until the last step another call can find it.
	if err := destroy(k.path("keys", string(line[:32]))); err != nil {
		return Receipt{}, nil, fmt.Errorf("seal: erase: %w", err)
	}
	if err := syncDir(k.path("keys")); err != nil {
		return Receipt{}, nil, fmt.Errorf("seal: erase: %w", err)
	}
	if err := errors.Join(os.Remove(file), syncDir(k.path("subjects"))); err != nil {
		return Receipt{}, nil, fmt.Errorf("seal: erase: %w", err)
	}
	salt = random(16)
	return Receipt{Commitment: commitment(s, salt), At: now.UTC(), Reason: reason}, salt, nil
}

// destroy overwrites a file before it removes it, for what that is worth on the
// disk at hand.
func destroy(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // destroyed by an earlier call
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.Write(random(int(info.Size())))
	}
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(path))
}

// Hold puts a subject under a legal hold for a matter. Holding again for the same
// matter does nothing. A subject without a key can be held, before data arrives.
func (k *Keyring) Hold(s Subject, matter string) error {
	if s == "" || matter == "" {
		return fmt.Errorf("%w: a hold needs a subject and a matter", ErrInvalid)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	dir := k.path("holds", k.name("subject", string(s)))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("seal: hold: %w", err)
	}
	err := writeDurably(k.path("holds", k.name("subject", string(s)), k.name("matter", matter)), []byte(matter+"\n"))
	if err = errors.Join(err, syncDir(k.path("holds"))); err != nil {
		return fmt.Errorf("seal: hold: %w", err)
	}
	return nil
}

// Release ends the hold of one matter; those of others stay.
func (k *Keyring) Release(s Subject, matter string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	dir := k.path("holds", k.name("subject", string(s)))
	err := os.Remove(k.path("holds", k.name("subject", string(s)), k.name("matter", matter)))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: the subject is not held for that matter", ErrInvalid)
	}
	if err = errors.Join(err, syncDir(dir)); err != nil {
		return fmt.Errorf("seal: release: %w", err)
	}
	return nil
}

// Matters are the matters a subject is held for, in no order that means anything.
func (k *Keyring) Matters(s Subject) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.matters(s)
}

func (k *Keyring) matters(s Subject) ([]string, error) {
	dir := k.path("holds", k.name("subject", string(s)))
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("seal: read holds: %w", err)
	}
	var matters []string
	for _, e := range entries {
		b, err := os.ReadFile(k.path("holds", k.name("subject", string(s)), e.Name()))
		if err != nil {
			return nil, fmt.Errorf("seal: read holds: %w", err)
		}
		matters = append(matters, string(b[:max(len(b)-1, 0)]))
	}
	return matters, nil
}
