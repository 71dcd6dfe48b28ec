package closure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/remediation/approval"
)

// SignOff is one signature under a report.
type SignOff struct {
	Account approval.AccountID
	// Role is the role in which the account signs.
	Role string
	// Report is the digest of the report that was read.
	Report string
	At     time.Time
}

// Lesson is what was learned.
type Lesson struct {
	// Cause is why the deviation came about, What what was learned, Change what
	// is changed so that it does not come again: in the playbook, in purchasing,
	// in the catalog.
	Cause, What, Change string
	// Positions are the keys that it is about.
	Positions []string
	// Path and Value propose a change of the playbook: Path leads to a place of its
	// document, such as remediation.idle-days, and Value is what should stand there, in
	// YAML. Both are empty where the change is not to the playbook.
	Path  string `json:",omitempty"`
	Value string `json:",omitempty"`
}

// Record ends the case of a plan.
type Record struct {
	Report   string // digest
	Plan     string // digest
	SignOffs []SignOff
	Lessons  []Lesson
	At       time.Time
}

// The errors of a plan that cannot be closed.
var (
	// ErrNotVerified: something in the report did not pass.
	ErrNotVerified = errors.New("closure: not verified")
	// ErrNotSigned: a role has not signed this report, or not by a person of its
	// own.
	ErrNotSigned = errors.New("closure: not signed")
	// ErrNoLesson: a position has no lesson with a cause.
	ErrNoLesson = errors.New("closure: no lesson")
)

// Closing is what it takes to close a plan.
type Closing struct {
	Report Report
	// Roles must all have signed.
	Roles    []string
	SignOffs []SignOff
	Lessons  []Lesson
	// Executor carried the plan out and may not sign.
	Executor approval.AccountID
	Now      time.Time
}

// Close makes the record that ends a plan's case.
func Close(ctx context.Context, d approval.Directory, c Closing) (Record, error) {
	if !c.Report.Verified {
		return Record{}, fmt.Errorf("%w: see the report of %s", ErrNotVerified, c.Report.At.Format(time.DateOnly))
	}
	digest, err := c.Report.Digest()
	if err != nil {
		return Record{}, err
	}
	if err := c.signed(ctx, d, digest); err != nil {
		return Record{}, err
	}
	for _, p := range c.Report.Positions {
		if !slices.ContainsFunc(c.Lessons, func(l Lesson) bool { return l.Cause != "" && slices.Contains(l.Positions, p.Position) }) {
			return Record{}, fmt.Errorf("%w: of %s nobody says what caused it", ErrNoLesson, p.Position)
		}
	}
	return Record{digest, c.Report.Plan, c.SignOffs, c.Lessons, c.Now.UTC()}, nil
}

// signed checks that each role has a valid signature of another person.
func (c Closing) signed(ctx context.Context, d approval.Directory, digest string) error {
	executor, err := d.Principal(ctx, c.Executor, c.Now)
	if err != nil {
		return fmt.Errorf("closure: executor %q: %w", c.Executor, err)
	}
	if len(c.Roles) == 0 {
		return fmt.Errorf("%w: no role is asked to sign", ErrNotSigned)
	}
	persons := []approval.PersonID{executor.Person}
	for _, role := range c.Roles {
		at := slices.IndexFunc(c.SignOffs, func(s SignOff) bool { return s.Role == role && s.Report == digest })
		if at < 0 {
			return fmt.Errorf("%w: %s has not signed report %s", ErrNotSigned, role, digest)
		}
		s := c.SignOffs[at]
		who, err := d.Principal(ctx, s.Account, s.At)
		switch {
		case err != nil:
			return fmt.Errorf("closure: account %q: %w", s.Account, err)
		case who.Person == "" || !slices.Contains(who.Roles, role):
			return fmt.Errorf("%w: %s does not have the role %s", ErrNotSigned, s.Account, role)
		case slices.Contains(persons, who.Person):
			return fmt.Errorf("%w: %s signs as %s and had another part", ErrNotSigned, who.Person, role)
		case s.At.Before(c.Report.At):
			return fmt.Errorf("%w: %s signed before the report was made", ErrNotSigned, s.Account)
		}
		persons = append(persons, who.Person)
	}
	return nil
}
