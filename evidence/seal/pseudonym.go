package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/trueup-dev/trueup/evidence/hold"
)

// Pseudonym stands for a subject in the legal holds of a log: a keyed hash, that says
// nothing without the keyring's pepper. A subject without a key has one too, so that
// data can be held before it arrives.
func (k *Keyring) Pseudonym(s Subject) hold.Pseudonym {
	return k.pseudonym(k.name("subject", string(s)))
}

// pseudonym is made of the name in the keyring, not equal to it: the log must not say
// which file is whose.
func (k *Keyring) pseudonym(name string) hold.Pseudonym {
	return hold.Pseudonym(k.name("pseudonym", name))
}

// PseudonymOf is the pseudonym of whom a sealed field is about, for a hold.Describe.
// It is ErrErased if the key is gone: the field is then about nobody any more.
func (k *Keyring) PseudonymOf(f Sealed) (hold.Pseudonym, error) {
	if !validID(f.Key) {
		return "", fmt.Errorf("%w: key ID of a sealed field", ErrInvalid)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.holders == nil {
		if err := k.findHolders(); err != nil {
			return "", err
		}
	}
	name, ok := k.holders[f.Key]
	if !ok {
		if _, err := os.Stat(k.path("keys", string(f.Key))); !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%w: key %s is of no subject that the keyring has", ErrInvalid, f.Key)
		}
		return "", ErrErased
	}
	return k.pseudonym(name), nil
}

// findHolders reads whose each key is.
func (k *Keyring) findHolders() error {
	files, err := os.ReadDir(k.path("subjects"))
	if err != nil {
		return fmt.Errorf("seal: read subjects: %w", err)
	}
	holders := map[KeyID]string{}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), ".") { // left by a crash while it was written
			continue
		}
		b, err := os.ReadFile(k.path("subjects", f.Name()))
		if err != nil {
			return fmt.Errorf("seal: read subjects: %w", err)
		}
		id, _, ok := strings.Cut(string(b), " ")
		if !ok || !validID(KeyID(id)) {
			return fmt.Errorf("%w: a file in %s is malformed", ErrInvalid, k.path("subjects"))
		}
		holders[KeyID(id)] = f.Name()
	}
	k.holders = holders
	return nil
}
