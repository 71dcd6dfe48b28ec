package evidence

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// Index is the place of an entry in its log: 0, 1, 2, … without gaps.
type Index int64

// Kind says what an entry's payload is, such as "position" or "plan.approved":
// 1 to 255 bytes of lower-case letters, digits, dots, slashes, hyphens and
// underscores. Kinds are shown to witnesses and monitors: put nothing
// confidential in them.
type Kind string

// RunID names the run an entry belongs to: at most 255 bytes of printable text.
// It is shown to witnesses and monitors too.
type RunID string

// Limits of one entry.
const (
	MaxPayload = format.MaxPayload // bytes of a payload; split what is larger
	MaxKey     = format.MaxKey     // bytes of an idempotency key
)

// Entry is one piece of evidence. The log does not look into the payload.
type Entry struct {
	Kind Kind

	// Run is the run the entry is part of, or empty for an entry outside of any
	// run. What a run must hold is stated by its RunStatement.
	Run RunID

	// Key makes appending idempotent: of all entries with an equal, non-empty
	// key only the first is appended, and the others get its index. Empty means
	// no such check.
	Key string

	Payload []byte
}

// Validate says which limit the entry breaks, if any. A store refuses such an entry.
func (e *Entry) Validate() error {
	if !validKind(e.Kind) {
		return fmt.Errorf("%w: kind %q is not 1 to %d bytes of a-z, 0-9 and ./-_", ErrInvalid, e.Kind, format.MaxName)
	}
	if len(e.Run) > format.MaxName || !printable(string(e.Run)) {
		return fmt.Errorf("%w: run %q is not at most %d bytes of printable text", ErrInvalid, e.Run, format.MaxName)
	}
	if len(e.Key) > MaxKey {
		return fmt.Errorf("%w: idempotency key of %d bytes is over the limit of %d", ErrInvalid, len(e.Key), MaxKey)
	}
	if len(e.Payload) > MaxPayload {
		return fmt.Errorf("%w: payload of %d bytes is over the limit of %d; split it over several entries",
			ErrInvalid, len(e.Payload), MaxPayload)
	}
	return nil
}

func validKind(k Kind) bool {
	for _, c := range []byte(k) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '.', c == '/', c == '-', c == '_':
		default:
			return false
		}
	}
	return len(k) > 0 && len(k) <= format.MaxName
}

func printable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func entryOf(r *format.Record) Entry {
	return Entry{Kind: Kind(r.Kind), Run: RunID(r.Run), Key: r.Key, Payload: r.Payload}
}
