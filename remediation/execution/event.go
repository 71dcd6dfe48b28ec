package execution

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// EventKind says what happened.
type EventKind uint8

// The kinds of event, in no order that matters; numbers are never reused.
const (
	EventInvalid EventKind = iota
	Started
	Leased
	Noticed
	Objected
	Refused
	Attempted
	Concluded
	Paused
	Resumed
	Cancelled
	Undone
	Finished
)

var eventKinds = []string{"invalid", "started", "leased", "noticed", "objected", "refused", "attempted", "concluded", "paused", "resumed", "cancelled", "undone", "finished"}

// String is the kind in lower case.
func (k EventKind) String() string { return word(eventKinds, int(k)) }

// MarshalText writes what [EventKind.String] says.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *EventKind) UnmarshalText(text []byte) error {
	n, err := index(eventKinds, text)
	*k = EventKind(n)
	return err
}

// Outcome is what became of an action or a step.
type Outcome uint8

// The outcomes. The zero value is open: nothing final has happened.
const (
	OutcomeOpen Outcome = iota
	// Done: the effect was read back.
	Done
	// Failed: it did not happen.
	Failed
	// Unknown: nobody could tell whether it happened.
	Unknown
	// Skipped: it was not tried, and will not be.
	Skipped
)

var outcomes = []string{"open", "done", "failed", "unknown", "skipped"}

// String is the outcome in lower case.
func (o Outcome) String() string { return word(outcomes, int(o)) }

// MarshalText writes what [Outcome.String] says.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (o *Outcome) UnmarshalText(text []byte) error {
	n, err := index(outcomes, text)
	*o = Outcome(n)
	return err
}

func word(words []string, n int) string {
	if n < len(words) {
		return words[n]
	}
	return words[0]
}

func index(words []string, text []byte) (int, error) {
	n := slices.Index(words, string(text))
	if n < 0 {
		return 0, fmt.Errorf("%q is none of %q", text, words)
	}
	return n, nil
}

// Event is one entry of a run's history.
type Event struct {
	Kind EventKind
	At   time.Time
	// Digest is the plan's, Executor who carries it out: of a start.
	Digest   string `json:",omitempty"`
	Executor string `json:",omitempty"`
	// Holder holds the run until Until: of a lease.
	Holder string    `json:",omitempty"`
	Until  time.Time `json:",omitzero"`
	// Step is the step's identifier, Action the action's place in it, Key its
	// idempotency key.
	Step   string `json:",omitempty"`
	Action int    `json:",omitempty"`
	Key    string `json:",omitempty"`
	// Outcome of an action that was concluded or taken back.
	Outcome Outcome `json:",omitempty"`
	// By names who objected, paused, resumed or cancelled; Detail says why.
	By     string `json:",omitempty"`
	Detail string `json:",omitempty"`
}

// key is the idempotency key of an action: the same in every attempt.
func key(digest, step string, action int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", digest, step, action))
	return hex.EncodeToString(sum[:16])
}
