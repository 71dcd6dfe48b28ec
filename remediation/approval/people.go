package approval

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation"
)

// PersonDocument is an account that asks, approves, carries out or signs off.
type PersonDocument struct {
	At      document.Position `yaml:"-"`
	Account AccountID         `yaml:"account,required"`
	// Person stands behind the account; left out, a person of the account's name.
	Person PersonID `yaml:"person"`
	Roles  []string `yaml:"roles"`
	Entity string   `yaml:"entity"`
	// Keys are Ed25519 public keys in hexadecimal. An account that has any votes by
	// signature only.
	Keys []string `yaml:"keys"`
	// StandsIn lists for whom the account may act, and when.
	StandsIn []DelegationDocument `yaml:"stands-in"`
}

// DelegationDocument lets an account act for another for a time, To exclusive.
type DelegationDocument struct {
	At   document.Position `yaml:"-"`
	For  AccountID         `yaml:"for,required"`
	From remediation.Date  `yaml:"from,required"`
	To   remediation.Date  `yaml:"to,required"`
}

// People is a [Directory] that a document states. It is immutable and safe for
// concurrent use.
type People struct {
	byAccount map[AccountID]PersonDocument
	keys      map[AccountID][]ed25519.PublicKey
}

// NewPeople checks the accounts. The error holds every mistake as a
// document.Problem at its place.
func NewPeople(docs []PersonDocument) (*People, error) {
	p := &People{map[AccountID]PersonDocument{}, map[AccountID][]ed25519.PublicKey{}}
	var c checker
	for _, d := range docs {
		if _, twice := p.byAccount[d.Account]; twice {
			c.fail(d.At, "account %q stands twice", d.Account)
		}
		if d.Person == "" {
			d.Person = PersonID(d.Account)
		}
		p.byAccount[d.Account] = d
		for _, text := range d.Keys {
			key, err := hex.DecodeString(text)
			if err != nil || len(key) != ed25519.PublicKeySize {
				c.fail(d.At, "a key of %q is not %d bytes in hexadecimal", d.Account, ed25519.PublicKeySize)
				continue
			}
			p.keys[d.Account] = append(p.keys[d.Account], key)
		}
	}
	for _, d := range docs {
		for _, s := range d.StandsIn {
			if _, known := p.byAccount[s.For]; !known {
				c.fail(s.At, "%q stands in for %q, whom the document does not know", d.Account, s.For)
			}
			if !s.From.Before(s.To.Time) {
				c.fail(s.At, "%q stands in for %q until before it begins", d.Account, s.For)
			}
		}
	}
	if err := c.problems.Err(); err != nil {
		return nil, fmt.Errorf("approval: people: %w", err)
	}
	return p, nil
}

// Principal implements [Directory].
func (p *People) Principal(_ context.Context, account AccountID, at time.Time) (Principal, error) {
	d, ok := p.byAccount[account]
	if !ok {
		return Principal{}, fmt.Errorf("%w: there is no such account", ErrNotEntitled)
	}
	out := Principal{Account: account, Person: d.Person, Roles: slices.Clone(d.Roles), Entity: d.Entity}
	for _, s := range d.StandsIn {
		if !at.Before(s.From.Time) && at.Before(s.To.Time) {
			out.StandsInFor = append(out.StandsInFor, s.For)
		}
	}
	return out, nil
}

// Keys are the keys that the account votes with, none where it votes without.
func (p *People) Keys(account AccountID) []ed25519.PublicKey { return p.keys[account] }
