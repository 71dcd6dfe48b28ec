package seal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/trueup-dev/trueup/evidence/hold"
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

// Erase destroys the key of a subject, unless a legal hold in the log forbids it
// (hold.ErrHeld), and returns the receipt and its salt. No hold can be placed through
// holds meanwhile. Append the receipt to the log; give the salt to the subject and keep
// no copy. If Erase fails half-way, call it again.
func (k *Keyring) Erase(ctx context.Context, holds *hold.Book, s Subject, now time.Time, reason string) (r Receipt, salt []byte, err error) {
	if holds == nil || s == "" {
		return Receipt{}, nil, fmt.Errorf("%w: an erasure needs a subject, and the log that says who is held", ErrInvalid)
	}
	err = holds.Unheld(ctx, k.Pseudonym(s), func() error { return k.destroy(s) })
	if err != nil {
		return Receipt{}, nil, fmt.Errorf("seal: erase: %w", err)
	}
	salt = random(16)
	return Receipt{Commitment: commitment(s, salt), At: now.UTC(), Reason: reason}, salt, nil
}

func (k *Keyring) destroy(s Subject) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	file := k.path("subjects", k.name("subject", string(s)))
	line, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrUnknownSubject
	}
	if err != nil {
		return err
	}
	if len(line) < 32 || !validID(KeyID(line[:32])) {
		return fmt.Errorf("%w: a file in %s is malformed", ErrInvalid, k.path("subjects"))
	}
	// The private key goes first: until the last step another call can find it.
	if err := overwrite(k.path("keys", string(line[:32]))); err != nil {
		return err
	}
	if err := syncDir(k.path("keys")); err != nil {
		return err
	}
	delete(k.holders, KeyID(line[:32]))
	return errors.Join(os.Remove(file), syncDir(k.path("subjects")))
}

// overwrite overwrites a file before it removes it, for what that is worth on the
// disk at hand.
func overwrite(path string) error {
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
