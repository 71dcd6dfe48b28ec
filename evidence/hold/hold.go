package hold

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/evidence"
)

// Kinds of the entries that this package appends.
const (
	KindPlaced   evidence.Kind = "hold.placed/1"
	KindReleased evidence.Kind = "hold.released/1"
)

// Errors to tell apart with errors.Is.
var (
	// ErrHeld: a hold forbids it.
	ErrHeld = errors.New("hold: under a legal hold")

	// ErrMalformed: a hold or a release lacks what it must have, or cannot be read.
	ErrMalformed = errors.New("hold: malformed")

	// ErrTruncated: the log is not there from its beginning to its end, so that a hold
	// may be missing.
	ErrTruncated = errors.New("hold: the log is not whole")

	// ErrNotHeld: what is to be released is not held.
	ErrNotHeld = errors.New("hold: not held")
)

// Pseudonym stands for a data subject: 32 bytes in hexadecimal, as
// seal.Keyring.Pseudonym makes them.
type Pseudonym string

func (p Pseudonym) valid() bool {
	b, err := hex.DecodeString(string(p))
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == string(p)
}

// Hold says what must be kept for a matter. Placing another one for the same matter
// adds to it.
type Hold struct {
	Matter string    `json:"matter"` // the case, such as "Acme v. Example"
	By     string    `json:"by"`     // who ordered it
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`

	// Subjects are held in whatever entry they are. Scopes hold entries, whoever they
	// are about. There is at least one of either.
	Subjects []Pseudonym `json:"subjects,omitempty"`
	Scopes   []Scope     `json:"scopes,omitempty"`
}

// Scope covers entries that fit all of what it states. The zero Scope covers all.
type Scope struct {
	Kinds string         `json:"kinds,omitempty"` // prefix of the kind
	Run   evidence.RunID `json:"run,omitempty"`
	// From and Until bound what the entry's facts are of: from the first on and
	// before the second. Zero is without bound.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// covers is whether the scope covers an entry whose facts are of the instant at.
func (s *Scope) covers(e *evidence.Entry, at time.Time) bool {
	return strings.HasPrefix(string(e.Kind), s.Kinds) && (s.Run == "" || s.Run == e.Run) &&
		(at.IsZero() || !at.Before(s.From) && (s.Until.IsZero() || at.Before(s.Until)))
}

// Release ends the hold of a matter, or that of some of its subjects only.
type Release struct {
	Matter   string      `json:"matter"`
	By       string      `json:"by"` // who released it
	At       time.Time   `json:"at"`
	Reason   string      `json:"reason"`
	Subjects []Pseudonym `json:"subjects,omitempty"` // none is the whole matter
}

// Entry is the hold as an entry to append.
func (h *Hold) Entry() (evidence.Entry, error) {
	if err := h.check(); err != nil {
		return evidence.Entry{}, err
	}
	return encode(KindPlaced, h)
}

// Entry is the release as an entry to append.
func (r *Release) Entry() (evidence.Entry, error) {
	if err := r.check(); err != nil {
		return evidence.Entry{}, err
	}
	return encode(KindReleased, r)
}

func encode(kind evidence.Kind, v any) (evidence.Entry, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return evidence.Entry{}, fmt.Errorf("hold: encode: %w", err)
	}
	return evidence.Entry{Kind: kind, Payload: b}, nil
}

// ParseHold reads the entry that Hold.Entry made.
func ParseHold(e evidence.Entry) (Hold, error) {
	var h Hold
	if err := decode(KindPlaced, e, &h); err != nil {
		return Hold{}, err
	}
	return h, h.check()
}

// ParseRelease reads the entry that Release.Entry made.
func ParseRelease(e evidence.Entry) (Release, error) {
	var r Release
	if err := decode(KindReleased, e, &r); err != nil {
		return Release{}, err
	}
	return r, r.check()
}

// decode is strict: a part that this version does not know could hold more than it
// understands.
func decode(kind evidence.Kind, e evidence.Entry, v any) error {
	if e.Kind != kind {
		return fmt.Errorf("%w: kind %s is not %s", ErrMalformed, e.Kind, kind)
	}
	dec := json.NewDecoder(bytes.NewReader(e.Payload))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows the document", ErrMalformed)
	}
	return nil
}

func (h *Hold) check() error {
	err := check(h.Matter, h.By, h.Reason, h.At, h.Subjects)
	if len(h.Subjects) == 0 && len(h.Scopes) == 0 {
		err = errors.Join(err, fmt.Errorf("%w: it needs a subject or a scope; the empty scope is everything", ErrMalformed))
	}
	for _, s := range h.Scopes {
		if !s.Until.IsZero() && !s.Until.After(s.From) {
			err = errors.Join(err, fmt.Errorf("%w: the period of a scope must end after it begins", ErrMalformed))
		}
	}
	return err
}

func (r *Release) check() error { return check(r.Matter, r.By, r.Reason, r.At, r.Subjects) }

func check(matter, by, reason string, at time.Time, subjects []Pseudonym) error {
	var errs []error
	if matter == "" || by == "" || reason == "" || at.IsZero() {
		errs = append(errs, fmt.Errorf("%w: it needs a matter, who it is by, since when and a reason", ErrMalformed))
	}
	for _, p := range subjects {
		if !p.valid() {
			errs = append(errs, fmt.Errorf("%w: a subject is not a pseudonym of 64 hexadecimal digits", ErrMalformed))
		}
	}
	return errors.Join(errs...)
}
