package statement

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// StatementType is the _type of an in-toto statement.
const StatementType = "https://in-toto.io/Statement/v1"

// Predicate types of trueup.
const (
	TypePosition = "https://trueup.dev/predicate/position/v1"
	TypeDecision = "https://trueup.dev/predicate/decision/v1"
	TypeApproval = "https://trueup.dev/predicate/approval/v1"
	TypeCustody  = "https://trueup.dev/predicate/custody/v1"
	TypePackage  = "https://trueup.dev/predicate/package/v1"
)

// Subject is what a statement is about: a name, and the digests by which the thing
// itself is recognised, such as {"sha256": "<hex>"}.
type Subject struct {
	Name   string            `json:"name,omitempty"`
	Digest map[string]string `json:"digest"`
}

// Statement is an in-toto statement.
type Statement struct {
	Type          string          `json:"_type"`
	Subject       []Subject       `json:"subject"`
	PredicateType string          `json:"predicateType"`
	Predicate     json.RawMessage `json:"predicate"`
}

// Predicate is one of the predicates of this package.
type Predicate interface {
	predicateType() string
	check() error
}

// Position says from what a position was computed, so that it can be again.
type Position struct {
	Run      string            `json:"run"`
	AsOf     time.Time         `json:"asOf"`
	Inputs   map[string]string `json:"inputs"`   // name to "sha256:<hex>"
	Playbook string            `json:"playbook"` // "sha256:<hex>"
	Engine   string            `json:"engine"`   // "sha256:<hex>" or a version
}

// Decision says what was decided about the subject, under which policy.
type Decision struct {
	Run     string   `json:"run"`
	Outcome string   `json:"outcome"` // such as a severity vector, or "accept"
	Policy  string   `json:"policy"`  // "sha256:<hex>"
	Reasons []string `json:"reasons,omitempty"`
}

// Approval says that a principal approved the subject in a role. Who asked is
// there so that separation of duties can be checked.
type Approval struct {
	Principal   string     `json:"principal"`
	Role        string     `json:"role"`
	RequestedBy string     `json:"requestedBy"`
	At          time.Time  `json:"at"`
	Expires     *time.Time `json:"expires,omitempty"`
}

// CustodyEvent is a step in the life of a piece of evidence, after ISO/IEC 27037.
type CustodyEvent string

// Steps of custody.
const (
	Acquired    CustodyEvent = "acquired"
	Transferred CustodyEvent = "transferred"
	Accessed    CustodyEvent = "accessed"
	Verified    CustodyEvent = "verified"
	Released    CustodyEvent = "released"
)

// Custody says what was done with the subject, by whom and with which tool.
type Custody struct {
	Event       CustodyEvent `json:"event"`
	By          string       `json:"by"`
	At          time.Time    `json:"at"`
	Tool        string       `json:"tool,omitempty"`
	ToolVersion string       `json:"toolVersion,omitempty"`
	Source      string       `json:"source,omitempty"` // of acquired
	To          string       `json:"to,omitempty"`     // of transferred and released
}

// Package says what an audit package holds: of which run, as of when, judged at which
// instant, by what, and for whom until when. Its subjects are the files.
type Package struct {
	Run      string    `json:"run"`
	AsOf     time.Time `json:"asOf"`
	Judged   time.Time `json:"judged"`
	Playbook string    `json:"playbook"` // "sha256:<hex>"
	Document string    `json:"document"` // the playbook's path below playbook/
	Engine   string    `json:"engine"`   // "sha256:<hex>" or a version
	Audience string    `json:"audience"`
	Purpose  string    `json:"purpose"`
	Produced time.Time `json:"produced"`
	Expires  time.Time `json:"expires"`
}

func (Position) predicateType() string { return TypePosition }
func (Decision) predicateType() string { return TypeDecision }
func (Approval) predicateType() string { return TypeApproval }
func (Custody) predicateType() string  { return TypeCustody }
func (Package) predicateType() string  { return TypePackage }

func (p Position) check() error {
	return required("position", "run", p.Run, "playbook", p.Playbook, "engine", p.Engine, "asOf", stamp(p.AsOf))
}

func (p Decision) check() error {
	return required("decision", "run", p.Run, "outcome", p.Outcome, "policy", p.Policy)
}

func (p Approval) check() error {
	if p.Principal != "" && p.Principal == p.RequestedBy {
		return fmt.Errorf("%w: approval: requested and approved by the same principal", ErrMalformed)
	}
	return required("approval", "principal", p.Principal, "role", p.Role, "requestedBy", p.RequestedBy, "at", stamp(p.At))
}

func (p Custody) check() error {
	fields := []string{"by", p.By, "at", stamp(p.At)}
	switch p.Event {
	case Acquired:
		fields = append(fields, "source", p.Source, "tool", p.Tool, "toolVersion", p.ToolVersion)
	case Transferred, Released:
		fields = append(fields, "to", p.To)
	case Accessed, Verified:
	default:
		return fmt.Errorf("%w: custody: event %q is not known", ErrMalformed, p.Event)
	}
	return required("custody", fields...)
}

func (p Package) check() error {
	if !p.Expires.After(p.Produced) {
		return fmt.Errorf("%w: package: expires before it was produced", ErrMalformed)
	}
	return required("package", "run", p.Run, "asOf", stamp(p.AsOf), "judged", stamp(p.Judged), "playbook", p.Playbook,
		"document", p.Document, "engine", p.Engine, "audience", p.Audience, "purpose", p.Purpose, "produced", stamp(p.Produced))
}

// required reports every field, of pairs of name and value, that is empty.
func required(what string, pairs ...string) error {
	var errs []error
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			errs = append(errs, fmt.Errorf("%w: %s: %s is missing", ErrMalformed, what, pairs[i]))
		}
	}
	return errors.Join(errs...)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// New is a statement of p about subjects. It refuses a predicate with a required
// field missing, and a subject without a digest.
func New(p Predicate, subjects ...Subject) (*Statement, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("statement: encode predicate: %w", err)
	}
	s := &Statement{Type: StatementType, Subject: subjects, PredicateType: p.predicateType(), Predicate: raw}
	return s, s.check()
}

func (s *Statement) check() error {
	if s.Type != StatementType {
		return fmt.Errorf("%w: _type is %q, want %q", ErrMalformed, s.Type, StatementType)
	}
	if s.PredicateType == "" || len(s.Subject) == 0 {
		return fmt.Errorf("%w: a statement needs a predicate type and a subject", ErrMalformed)
	}
	for i, subject := range s.Subject {
		if len(subject.Digest) == 0 {
			return fmt.Errorf("%w: subject %d has no digest", ErrMalformed, i)
		}
	}
	return nil
}

// Sign puts the statement into an envelope.
func (s *Statement) Sign(signers ...*Signer) (*Envelope, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	payload, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("statement: encode: %w", err)
	}
	return Sign(PayloadType, payload, signers...)
}

// Open verifies an envelope as Envelope.Verify does and reads the statement in it.
func Open(e *Envelope, need int, keys ...ed25519.PublicKey) (s *Statement, signedBy []string, err error) {
	payload, signedBy, err := e.Verify(PayloadType, need, keys...)
	if err != nil {
		return nil, signedBy, err
	}
	s = &Statement{}
	if err := decode(payload, s); err != nil {
		return nil, signedBy, err
	}
	return s, signedBy, s.check()
}

// As reads the predicate of a statement as a P, which must be of the statement's
// type and have its required fields.
func As[P Predicate](s *Statement) (P, error) {
	var p P
	if s.PredicateType != p.predicateType() {
		return p, fmt.Errorf("%w: predicate is %s, want %s", ErrMalformed, s.PredicateType, p.predicateType())
	}
	if err := decode(s.Predicate, &p); err != nil {
		return p, err
	}
	return p, p.check()
}

// decode reads exactly one JSON value with known fields.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more after the end", ErrMalformed)
	}
	return nil
}
