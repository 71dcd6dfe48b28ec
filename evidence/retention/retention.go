// Package retention keeps, in the log itself, how long evidence must be kept, and
// says which part of a log is past that.
//
// A [Policy] is an entry: whoever verifies the log sees what the rules were at any
// time. The one that counts is the last. Keeping shorter than before needs a reason
// that is written into the entry, so that no evidence ages out by an edit that nobody
// answered for.
//
// Pruning follows C2SP tlog-tiles: a log is pruned from its beginning up to a minimum
// index, proofs above it stay valid, and access below it should be denied before
// anything is deleted. [Horizon] is that index: the first entry that must be kept,
// by its kind's period or by a legal hold (package hold). Nothing here deletes.
package retention

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
)

// Kind is the kind of the entry that a policy is appended as.
const Kind evidence.Kind = "retention.policy/1"

// ErrPolicy is wrapped where a policy is malformed, or keeps shorter without a reason.
var ErrPolicy = errors.New("retention: malformed policy")

// Rule says for how many days entries of some kinds are kept.
type Rule struct {
	Prefix string `json:"prefix"` // of the kinds; the longest that fits counts
	Days   int    `json:"days"`
	Basis  string `json:"basis"` // the law or the contract that asks for it
}

// Policy is how long evidence is kept. Kinds that no rule fits are kept for ever.
type Policy struct {
	Since time.Time `json:"since"`
	By    string    `json:"by"`
	Rules []Rule    `json:"rules"`

	// Shortened is why some evidence is kept shorter than under the policy before.
	Shortened string `json:"shortened,omitempty"`
}

// Entry is the policy as an entry to append after before, which is nil for the first.
func (p *Policy) Entry(before *Policy) (evidence.Entry, error) {
	if err := errors.Join(p.check(), p.follows(before)); err != nil {
		return evidence.Entry{}, err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return evidence.Entry{}, fmt.Errorf("retention: encode: %w", err)
	}
	return evidence.Entry{Kind: Kind, Payload: b}, nil
}

func (p *Policy) check() error {
	var errs []error
	if p.By == "" || p.Since.IsZero() {
		errs = append(errs, fmt.Errorf("%w: it needs who made it and since when it counts", ErrPolicy))
	}
	for i, r := range p.Rules {
		if r.Days <= 0 || r.Basis == "" {
			errs = append(errs, fmt.Errorf("%w: the rule for %q needs days above zero and a basis", ErrPolicy, r.Prefix))
		}
		if slices.ContainsFunc(p.Rules[:i], func(o Rule) bool { return o.Prefix == r.Prefix }) {
			errs = append(errs, fmt.Errorf("%w: there are two rules for %q", ErrPolicy, r.Prefix))
		}
	}
	return errors.Join(errs...)
}

// follows says what is kept shorter than under the policy before, without a reason.
func (p *Policy) follows(before *Policy) error {
	if before == nil || p.Shortened != "" {
		return nil
	}
	var errs []error
	for _, prefix := range shorter(before, p) {
		errs = append(errs, fmt.Errorf("%w: it keeps %q shorter than before and does not say why", ErrPolicy, prefix))
	}
	return errors.Join(errs...)
}

// shorter are the prefixes of either policy whose kinds the second keeps shorter.
func shorter(before, after *Policy) []string {
	var out []string
	for _, r := range slices.Concat(before.Rules, after.Rules) {
		now, limited := after.days(r.Prefix)
		was, wasLimited := before.days(r.Prefix)
		if limited && (!wasLimited || now < was) && !slices.Contains(out, r.Prefix) {
			out = append(out, r.Prefix)
		}
	}
	return out
}

// days is how long a kind is kept; false is for ever.
func (p *Policy) days(kind string) (int, bool) {
	best, days, found := -1, 0, false
	for _, r := range p.Rules {
		if strings.HasPrefix(kind, r.Prefix) && len(r.Prefix) > best {
			best, days, found = len(r.Prefix), r.Days, true
		}
	}
	return days, found
}

// Parse reads the entry that Entry made.
func Parse(e evidence.Entry) (Policy, error) {
	var p Policy
	if e.Kind != Kind {
		return p, fmt.Errorf("%w: kind %s is none", ErrPolicy, e.Kind)
	}
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		return Policy{}, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	return p, p.check()
}

// Horizon is the index of the first entry of the book's log that must be kept at the
// instant now: one whose period is not over, that has none, whose time is not known, or
// that a legal hold is on. Policies are always kept, and what states a hold for as long
// as it stands, so that a log which is pruned up to its horizon still says what it must
// keep (hold.Book.First). It reads the log twice and keeps nothing of it.
func Horizon(ctx context.Context, b *hold.Book, now time.Time) (evidence.Index, error) {
	var policy *Policy
	end := b.First
	holds, err := b.Read(ctx, func(rec evidence.Record) error {
		end = rec.Index + 1
		if rec.Kind != Kind {
			return nil
		}
		next, err := Parse(rec.Entry)
		if err = errors.Join(err, next.follows(policy)); err != nil {
			return fmt.Errorf("entry %d: %w", rec.Index, err)
		}
		policy = &next
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("retention: %w", err)
	}
	if policy == nil { // all is kept for ever
		return b.First, nil
	}
	for rec, err := range b.Log.Entries(ctx, b.First) {
		if err != nil {
			return 0, fmt.Errorf("retention: %w", err)
		}
		if rec.Index >= end { // appended meanwhile: not looked at for policies and holds
			break
		}
		about, err := b.About(rec)
		if err != nil {
			return 0, fmt.Errorf("retention: %w", err)
		}
		days, limited := policy.days(string(rec.Kind))
		if !limited || rec.Kind == Kind || about.At.IsZero() || now.Before(about.At.AddDate(0, 0, days)) || len(holds.On(rec, about)) > 0 {
			return rec.Index, nil
		}
	}
	return end, nil
}
