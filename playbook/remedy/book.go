package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/closure"
)

// Planned is a plan of the log, with the run that made it.
type Planned struct {
	Digest string
	Run    evidence.RunID
	Plan   remediation.Plan
}

// Case is a plan that was asked for, as its entries tell it.
type Case struct {
	Request
	Planned Planned
	Votes   []Cast
	// Tasks are what persons are to do, Confirmed what they say they did, by key.
	Tasks     []Task
	Confirmed map[string]Confirmation
	// Report is the last verification, nil before any. SignOffs are under whichever
	// report they name.
	Report   *Verification
	SignOffs []closure.SignOff
	Closed   *closure.Record
	// Effects counts what connectors were asked to do.
	Effects []Effect
}

// ErrUnknown is wrapped where the log holds no such plan or case.
var ErrUnknown = errors.New("remedy: not in the log")

// book is the fold over a log.
type book struct {
	next     evidence.Index
	plans    []Planned
	findings map[evidence.RunID][]found
	cases    []*Case

	delegations []Delegation
}

// found is what a plan needs to know of a finding: the rule that fired, and on what.
type found struct {
	Rule    string `json:"rule"`
	Subject string `json:"subject"`
}

func (b *book) plan(digest string) (Planned, bool) {
	at := slices.IndexFunc(b.plans, func(p Planned) bool { return p.Digest == digest })
	if at < 0 {
		return Planned{}, false
	}
	return b.plans[at], true
}

func (b *book) find(name string) (*Case, error) {
	for _, c := range b.cases {
		if c.Case == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%w: case %q", ErrUnknown, name)
}

// catchUp reads what was appended since.
func (b *book) catchUp(ctx context.Context, log Log) error {
	for rec, err := range log.Entries(ctx, b.next) {
		if err != nil {
			return fmt.Errorf("remedy: %w", err)
		}
		if err := b.apply(rec.Entry); err != nil {
			return fmt.Errorf("remedy: entry %d, %s: %w", rec.Index, rec.Kind, err)
		}
		b.next = rec.Index + 1
	}
	return nil
}

func (b *book) apply(e evidence.Entry) error {
	switch e.Kind {
	case playbook.KindPlan:
		return b.addPlan(e)
	case playbook.KindFinding:
		var f found
		err := json.Unmarshal(e.Payload, &f)
		b.findings[e.Run] = append(b.findings[e.Run], f)
		return err
	case KindRequest:
		return b.addCase(e)
	case KindVote:
		return amend(b, e, func(v Cast) string { return v.Vote.Case }, func(c *Case, v Cast) {
			v.delegations = len(b.delegations)
			c.Votes = append(c.Votes, v)
		})
	case KindDelegation:
		var g Delegation
		err := json.Unmarshal(e.Payload, &g)
		b.delegations = append(b.delegations, g)
		return err
	case KindTask:
		return amend(b, e, func(v Task) string { return v.Case }, func(c *Case, v Task) { c.Tasks = append(c.Tasks, v) })
	case KindEffect:
		return amend(b, e, func(v Effect) string { return v.Case }, func(c *Case, v Effect) { c.Effects = append(c.Effects, v) })
	case KindConfirmed:
		return amend(b, e, func(v Confirmation) string { return v.Case }, func(c *Case, v Confirmation) { c.Confirmed[v.Key] = v })
	case KindVerified:
		return amend(b, e, func(v Verification) string { return v.Case }, func(c *Case, v Verification) { c.Report = &v })
	case KindSignOff:
		return amend(b, e, func(v SignOff) string { return v.Case }, func(c *Case, v SignOff) { c.SignOffs = append(c.SignOffs, v.Sign) })
	case KindClosed:
		return amend(b, e, func(v Closed) string { return v.Case }, func(c *Case, v Closed) { c.Closed = &v.Record })
	}
	return nil
}

// amend adds a record to its case.
func amend[T any](b *book, e evidence.Entry, name func(T) string, add func(*Case, T)) error {
	var v T
	if err := json.Unmarshal(e.Payload, &v); err != nil {
		return err
	}
	c, err := b.find(name(v))
	if err != nil {
		return err
	}
	add(c, v)
	return nil
}

// addPlan adds a plan and its alternatives, each of which can be asked for.
func (b *book) addPlan(e evidence.Entry) error {
	var p remediation.Plan
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		return err
	}
	for _, one := range append([]remediation.Plan{p}, p.Alternatives...) {
		digest, err := one.Digest()
		if err != nil {
			return err
		}
		if _, known := b.plan(digest); !known {
			b.plans = append(b.plans, Planned{digest, e.Run, one})
		}
	}
	return nil
}

func (b *book) addCase(e evidence.Entry) error {
	var r Request
	if err := json.Unmarshal(e.Payload, &r); err != nil {
		return err
	}
	p, ok := b.plan(r.Plan)
	if !ok {
		return fmt.Errorf("%w: plan %s", ErrUnknown, r.Plan)
	}
	b.cases = append(b.cases, &Case{Request: r, Planned: p, Confirmed: map[string]Confirmation{}})
	return nil
}
