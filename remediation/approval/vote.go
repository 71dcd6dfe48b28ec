package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Identifiers: an account is what logs in, a person is who stands behind it.
type (
	AccountID string
	PersonID  string
)

// Principal is what a directory knows of an account.
type Principal struct {
	Account AccountID
	// Person is who answers for the account: of a service account its owner.
	// Never empty.
	Person PersonID
	Roles  []string
	// Entity is the legal entity, empty when not known.
	Entity string
	// StandsInFor are persons' accounts whose roles this one may use at the
	// instant asked for.
	StandsInFor []AccountID
}

// Directory knows who stands behind an account at an instant. It returns an error
// for an account that it does not know.
type Directory interface {
	Principal(ctx context.Context, account AccountID, at time.Time) (Principal, error)
}

// Vote is one approval or rejection, as it is recorded.
type Vote struct {
	// Case is the request and Digest the plan that it is for.
	Case   string
	Digest string
	// Account voted, OnBehalfOf another where it stood in; empty otherwise.
	Account    AccountID
	OnBehalfOf AccountID `json:",omitempty"`
	Approve    bool
	Reason     string `json:",omitempty"`
	At         time.Time
}

// Statement are the bytes that a signature of the vote is made over.
func (v Vote) Statement() ([]byte, error) {
	v.At = v.At.UTC()
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("approval: statement: %w", err)
	}
	return b, nil
}

// The errors of a vote or an execution that is refused.
var (
	// ErrSeparation: the same person would do two of asking, approving and doing,
	// or approve twice.
	ErrSeparation = errors.New("approval: separation of duties")
	// ErrOther: the vote is for another case or another plan.
	ErrOther = errors.New("approval: not for this plan")
	// ErrExpired: the request is no longer open.
	ErrExpired = errors.New("approval: request has expired")
	// ErrNotEntitled: no rule gives the voter a say, or may not stand in for
	// whom it says.
	ErrNotEntitled = errors.New("approval: not entitled")
	// ErrNotApproved: the plan lacks approvals, or was rejected.
	ErrNotApproved = errors.New("approval: not approved")
)

// ballot is a vote with who stands behind it.
type ballot struct {
	Vote
	// who votes, with the roles that count: the other's where one stands in.
	who     Principal
	persons []PersonID
}

// resolve finds out who votes. A vote on behalf of another counts for both.
func resolve(ctx context.Context, d Directory, v Vote) (ballot, error) {
	self, err := lookup(ctx, d, v.Account, v.At)
	if err != nil {
		return ballot{}, err
	}
	b := ballot{Vote: v, who: self, persons: []PersonID{self.Person}}
	if v.OnBehalfOf == "" {
		return b, nil
	}
	if !slices.Contains(self.StandsInFor, v.OnBehalfOf) {
		return ballot{}, fmt.Errorf("%w: %s may not stand in for %s", ErrNotEntitled, v.Account, v.OnBehalfOf)
	}
	other, err := lookup(ctx, d, v.OnBehalfOf, v.At)
	if err != nil {
		return ballot{}, err
	}
	b.who = other
	b.persons = append(b.persons, other.Person)
	return b, nil
}

func lookup(ctx context.Context, d Directory, a AccountID, at time.Time) (Principal, error) {
	p, err := d.Principal(ctx, a, at)
	if err != nil {
		return p, fmt.Errorf("approval: account %q: %w", a, err)
	}
	if p.Person == "" {
		return p, fmt.Errorf("%w: nobody stands behind account %q", ErrNotEntitled, a)
	}
	return p, nil
}
