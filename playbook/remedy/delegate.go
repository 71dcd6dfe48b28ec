package remedy

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// Delegation lets an account vote for another for a time, beside what the playbook says
// of standing in. It holds from when it is recorded at the earliest, for whoever gave it
// and for nobody whom that account stands in for.
type Delegation struct {
	// By gives its vote to To, from From to Until, exclusive.
	By    approval.AccountID `json:"by"`
	To    approval.AccountID `json:"to"`
	From  time.Time          `json:"from"`
	Until time.Time          `json:"until"`
	// Revoke ends what By gave To before, as of At.
	Revoke bool      `json:"revoke,omitempty"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// Envelope is By's signature where By votes by signature.
	Envelope *statement.Envelope `json:"envelope,omitempty"`
}

// statement is what a signature of the delegation is made over.
func (g Delegation) statement() (*statement.Statement, error) {
	g.Envelope = nil
	b, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("remedy: delegation: %w", err)
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	outcome := "delegate"
	if g.Revoke {
		outcome = "revoke"
	}
	return statement.New(statement.Decision{Run: "delegation", Outcome: outcome, Policy: "sha256:" + digest, Reasons: []string{string(g.By), string(g.To), g.Reason}},
		statement.Subject{Name: "delegation/" + string(g.By) + "/" + string(g.To), Digest: map[string]string{"sha256": digest}})
}

// Delegate records a delegation, or its end. The signer may be nil for an account without
// keys. An account that votes by signature delegates by signature, and only to one that
// votes so too. The error wraps [approval.ErrNotEntitled].
func (d *Desk) Delegate(ctx context.Context, g Delegation, s *statement.Signer) error {
	g.From, g.Until, g.At, g.Envelope = g.From.UTC(), g.Until.UTC(), g.At.UTC(), nil
	if s != nil {
		st, err := g.statement()
		if err != nil {
			return err
		}
		if g.Envelope, err = st.Sign(s); err != nil {
			return err
		}
	}
	if err := d.mayDelegate(ctx, g); err != nil {
		return err
	}
	return d.append(ctx, KindDelegation, fmt.Sprintf("%s/%s/%s", g.By, g.To, g.At.Format(time.RFC3339Nano)), g)
}

// mayDelegate says why a delegation would not count.
func (d *Desk) mayDelegate(ctx context.Context, g Delegation) error {
	people := d.remedy.People
	by, err := people.Principal(ctx, g.By, g.At)
	if err != nil {
		return fmt.Errorf("remedy: %q: %w", g.By, err)
	}
	to, err := people.Principal(ctx, g.To, g.At)
	switch {
	case err != nil:
		return fmt.Errorf("remedy: %q: %w", g.To, err)
	case by.Person == to.Person:
		return fmt.Errorf("%w: %s and %s are the same person", approval.ErrNotEntitled, g.By, g.To)
	case !g.Revoke && !g.From.Before(g.Until):
		return fmt.Errorf("%w: the delegation of %s ends before it begins", approval.ErrNotEntitled, g.By)
	case g.Reason == "":
		return fmt.Errorf("%w: a delegation says why", approval.ErrNotEntitled)
	}
	keys := people.Keys(g.By)
	if len(keys) == 0 {
		return nil
	}
	if len(people.Keys(g.To)) == 0 && !g.Revoke {
		return fmt.Errorf("%w: %s votes by signature and %s does not", approval.ErrNotEntitled, g.By, g.To)
	}
	want, err := g.statement()
	if err != nil {
		return err
	}
	return holds(g.Envelope, want, keys)
}

// holds checks that an envelope is a signature of the statement by one of the keys.
func holds(e *statement.Envelope, want *statement.Statement, keys []ed25519.PublicKey) error {
	if e == nil {
		return ErrUnsigned
	}
	payload, _, err := e.Verify(statement.PayloadType, 1, keys...)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	b, err := json.Marshal(want)
	if err != nil {
		return fmt.Errorf("remedy: statement: %w", err)
	}
	if string(b) != string(payload) {
		return fmt.Errorf("%w: it signs something else", ErrUnsigned)
	}
	return nil
}

// directory are the people of a playbook with the delegations that the log holds.
type directory struct {
	*approval.People
	given []Delegation
	// known is how many of them had been recorded when the vote was that is judged.
	known int
}

// Principal implements [approval.Directory].
func (d *directory) Principal(ctx context.Context, account approval.AccountID, at time.Time) (approval.Principal, error) {
	p, err := d.People.Principal(ctx, account, at)
	if err != nil {
		return p, err
	}
	holds := map[approval.AccountID]bool{}
	for _, g := range d.given[:d.known] {
		switch {
		case g.To != account || at.Before(g.At):
		case g.Revoke:
			holds[g.By] = false
		case !at.Before(g.From) && at.Before(g.Until):
			holds[g.By] = true
		}
	}
	for _, g := range d.given[:d.known] {
		if holds[g.By] {
			p.StandsInFor = append(p.StandsInFor, g.By)
			holds[g.By] = false
		}
	}
	return p, nil
}

// people is the directory with all delegations of the log that count.
func (d *Desk) people(ctx context.Context) (*directory, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.book.catchUp(ctx, d.log); err != nil {
		return nil, err
	}
	out := &directory{People: d.remedy.People, known: len(d.book.delegations)}
	for _, g := range d.book.delegations {
		if d.mayDelegate(ctx, g) != nil {
			g = Delegation{} // keeps its place, and is for nobody
		}
		out.given = append(out.given, g)
	}
	return out, nil
}

// Delegations are those of the log that count, in order.
func (d *Desk) Delegations(ctx context.Context) ([]Delegation, error) {
	p, err := d.people(ctx)
	if err != nil {
		return nil, err
	}
	var out []Delegation
	for _, g := range p.given {
		if g.By != "" {
			out = append(out, g)
		}
	}
	return out, nil
}
