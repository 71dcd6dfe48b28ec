package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/internal/expr"
)

// Kinds of the entries that this package appends.
const (
	KindGrant      evidence.Kind = "access.grant/1"
	KindRevocation evidence.Kind = "access.revocation/1"
	KindRecord     evidence.Kind = "access.record/1"
)

// Grant opens some evidence to someone from outside for a time.
type Grant struct {
	ID        string    `json:"id"`
	To        string    `json:"to"` // the principal's ID
	By        string    `json:"by"` // who gave it
	Framework string    `json:"framework"`
	From      time.Time `json:"from"`  // the period that the evidence must be of,
	Until     time.Time `json:"until"` // which ends before Until
	Scope     string    `json:"scope"` // CEL over resource
	Clearance Level     `json:"clearance"`
	Actions   []Action  `json:"actions"`
	Purpose   string    `json:"purpose"`
	Given     time.Time `json:"given"`
	Expires   time.Time `json:"expires"`

	scope *expr.Program
}

// check reports everything that the grant lacks, and makes it ready to be used.
func (p *Policy) check(g *Grant) error {
	var errs []error
	for _, part := range []struct {
		name string
		bad  bool
	}{
		{"an ID", g.ID == ""}, {"whom it is to", g.To == ""}, {"who gave it", g.By == ""}, {"a framework", g.Framework == ""},
		{"a purpose", g.Purpose == ""}, {"a clearance of the policy", p.level(g.Clearance) < 0},
		{"actions that are read or export", len(g.Actions) == 0 || !known(g.Actions)},
		{"a period that ends after it begins", !g.Until.After(g.From)},
		{"an expiry after it was given", g.Given.IsZero() || !g.Expires.After(g.Given)},
		{"another principal than its giver", g.To != "" && g.To == g.By},
	} {
		if part.bad {
			errs = append(errs, fmt.Errorf("%w: it needs %s", ErrGrant, part.name))
		}
	}
	var err error
	if g.scope, err = p.scope.Compile(document.Literal("grant "+g.ID, g.Scope), expr.Bool); err != nil {
		errs = append(errs, fmt.Errorf("%w: scope: %w", ErrGrant, err))
	}
	return errors.Join(errs...)
}

// granted is whether the grant allows the request.
func (p *Policy) granted(ctx context.Context, g *Grant, q Request, r Resource, level int) bool {
	if g.scope == nil {
		return false
	}
	inScope, _ := holds(ctx, g.scope, expr.Vars{"resource": &r})
	return inScope && g.To == q.Principal.ID && slices.Contains(g.Actions, q.Action) &&
		!q.Now.Before(g.Given) && q.Now.Before(g.Expires) &&
		!r.At.IsZero() && !r.At.Before(g.From) && r.At.Before(g.Until) &&
		slices.Contains(r.Frameworks, g.Framework) && level <= p.level(g.Clearance)
}

// revocation ends a grant before its expiry.
type revocation struct {
	Grant string    `json:"grant"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// Entry is the grant as an entry to append; the policy checks it first. Its key sees
// to it that an ID is given once.
func (p *Policy) Entry(g Grant) (evidence.Entry, error) {
	if err := p.check(&g); err != nil {
		return evidence.Entry{}, err
	}
	b, err := json.Marshal(g)
	if err != nil {
		return evidence.Entry{}, fmt.Errorf("access: encode grant: %w", err)
	}
	return evidence.Entry{Kind: KindGrant, Key: string(KindGrant) + "/" + g.ID, Payload: b}, nil
}

// ParseGrant reads the entry that Entry made.
func (p *Policy) ParseGrant(e evidence.Entry) (Grant, error) {
	var g Grant
	if e.Kind != KindGrant {
		return g, fmt.Errorf("%w: kind %s is none", ErrGrant, e.Kind)
	}
	if err := json.Unmarshal(e.Payload, &g); err != nil {
		return g, fmt.Errorf("%w: %w", ErrGrant, err)
	}
	return g, p.check(&g)
}

// Revoke is the entry that ends a grant.
func Revoke(grant, by string, at time.Time) (evidence.Entry, error) {
	if grant == "" || by == "" || at.IsZero() {
		return evidence.Entry{}, fmt.Errorf("%w: a revocation needs the grant, who ends it and when", ErrGrant)
	}
	b, err := json.Marshal(revocation{grant, by, at.UTC()})
	if err != nil {
		return evidence.Entry{}, fmt.Errorf("access: encode revocation: %w", err)
	}
	return evidence.Entry{Kind: KindRevocation, Key: string(KindRevocation) + "/" + grant, Payload: b}, nil
}

// grants are those of the log that are not revoked. A grant that the policy would not
// accept counts for nothing.
func (p *Policy) grants(ctx context.Context, l Log, from evidence.Index, have []Grant) ([]Grant, evidence.Index, error) {
	for rec, err := range l.Entries(ctx, from) {
		if err != nil {
			return nil, from, fmt.Errorf("access: read grants: %w", err)
		}
		from = rec.Index + 1
		switch rec.Kind {
		case KindGrant:
			g, err := p.ParseGrant(rec.Entry)
			if err == nil && !slices.ContainsFunc(have, func(o Grant) bool { return o.ID == g.ID }) {
				have = append(have, g)
			}
		case KindRevocation:
			var r revocation
			if err := json.Unmarshal(rec.Payload, &r); err != nil {
				return nil, from, fmt.Errorf("access: revocation in entry %d: %w", rec.Index, err)
			}
			have = slices.DeleteFunc(have, func(g Grant) bool { return g.ID == r.Grant })
		}
	}
	return have, from, nil
}
