package approval

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/remediation"
)

// Request asks for the approval of a plan.
type Request struct {
	// Case names the request; it is used once.
	Case      string
	Plan      remediation.Plan
	Requester AccountID
	At        time.Time
}

// Case is one request with its votes. It is not safe for concurrent use: the
// votes of a case have an order, which is that of the log they are kept in.
type Case struct {
	rules     *Rules
	directory Directory
	request   Request
	digest    string
	requester PersonID
	needs     []rule
	ballots   []ballot
	rejected  *Vote
}

// Open opens a request. Opening the same request and casting the recorded votes
// again gives the same case.
func Open(ctx context.Context, rules *Rules, d Directory, r Request) (*Case, error) {
	digest, err := r.Plan.Digest()
	if err != nil {
		return nil, err
	}
	if r.Case == "" || r.At.IsZero() {
		return nil, fmt.Errorf("%w: a request needs a name and an instant", ErrOther)
	}
	who, err := lookup(ctx, d, r.Requester, r.At)
	if err != nil {
		return nil, err
	}
	c := &Case{rules: rules, directory: d, request: r, digest: digest, requester: who.Person}
	for _, ru := range rules.rules {
		holds := true
		if ru.when != nil {
			res, err := ru.when.Eval(ctx, bind(&c.request.Plan, nil))
			if err != nil {
				return nil, fmt.Errorf("approval: rule %s: %w", ru.name, err)
			}
			// What is not known does not spare an approval.
			holds = !res.Known() || res.Value == true
		}
		if holds {
			c.needs = append(c.needs, ru)
		}
	}
	if len(c.needs) == 0 {
		return nil, fmt.Errorf("%w: no rule speaks for a plan like this", ErrNotApproved)
	}
	return c, nil
}

// Digest is the digest of the plan that the case is about.
func (c *Case) Digest() string { return c.digest }

// Expires is the instant at which the request is denied.
func (c *Case) Expires() time.Time { return c.request.At.AddDate(0, 0, c.rules.expireDays) }

// Vote casts a vote. A vote that is refused leaves no trace in the case; record
// it as an attempt.
func (c *Case) Vote(ctx context.Context, v Vote) error {
	switch {
	case v.Case != c.request.Case || v.Digest != c.digest:
		return fmt.Errorf("%w: the vote of %s is for case %q and plan %s", ErrOther, v.Account, v.Case, v.Digest)
	case v.At.Before(c.request.At):
		return fmt.Errorf("%w: the vote of %s is older than the request", ErrOther, v.Account)
	case !v.At.Before(c.Expires()):
		return fmt.Errorf("%w: it was open until %s", ErrExpired, c.Expires().Format(time.RFC3339))
	case c.rejected != nil:
		return fmt.Errorf("%w: %s rejected it", ErrNotApproved, c.rejected.Account)
	}
	b, err := resolve(ctx, c.directory, v)
	if err != nil {
		return err
	}
	if slices.Contains(b.persons, c.requester) {
		return fmt.Errorf("%w: %s asked for the plan", ErrSeparation, c.requester)
	}
	for _, before := range c.ballots {
		for _, p := range b.persons {
			if slices.Contains(before.persons, p) {
				return fmt.Errorf("%w: %s has a vote in this case already", ErrSeparation, p)
			}
		}
	}
	if ok, err := c.hasSay(ctx, b); err != nil {
		return err
	} else if !ok {
		return fmt.Errorf("%w: no rule for this plan asks for %s", ErrNotEntitled, b.who.Person)
	}
	if !v.Approve {
		c.rejected = &v
		return nil
	}
	c.ballots = append(c.ballots, b)
	return nil
}

// hasSay says whether some place of some rule could be filled by the ballot.
func (c *Case) hasSay(ctx context.Context, b ballot) (bool, error) {
	for _, ru := range c.needs {
		for _, leaf := range ru.need.leaves() {
			if ok, err := c.fits(ctx, leaf, b); ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}

func (n node) leaves() []node {
	if len(n.branches) == 0 {
		return []node{n}
	}
	var out []node
	for _, b := range n.branches {
		out = append(out, b.leaves()...)
	}
	return out
}

// fits says whether a ballot may fill a place. A condition that is not known is
// not met.
func (c *Case) fits(ctx context.Context, leaf node, b ballot) (bool, error) {
	if !slices.Contains(b.who.Roles, leaf.role) {
		return false, nil
	}
	if leaf.where == nil {
		return true, nil
	}
	res, err := leaf.where.Eval(ctx, bind(&c.request.Plan, &b.who))
	if err != nil {
		return false, fmt.Errorf("approval: %w", err)
	}
	return res.Known() && res.Value == true, nil
}

// Missing names the rules that are not satisfied yet.
func (c *Case) Missing(ctx context.Context) ([]string, error) {
	var out []string
	for _, ru := range c.needs {
		ok, err := c.satisfied(ctx, ru.need)
		if err != nil {
			return nil, err
		}
		if !ok {
			out = append(out, ru.name)
		}
	}
	return out, nil
}

// satisfied says whether the ballots fill enough places of the tree, each with
// another ballot. Ballots of one case are of different persons already; within a
// rule one person fills one place.
func (c *Case) satisfied(ctx context.Context, n node) (bool, error) {
	f := filling{used: make([]bool, len(c.ballots))}
	f.fits = func(leaf node, b int) bool {
		ok, err := c.fits(ctx, leaf, c.ballots[b])
		if err != nil && f.err == nil {
			f.err = err
		}
		return ok
	}
	ok := f.fill([]node{n}, 1, func() bool { return true })
	return ok && f.err == nil, f.err
}

// filling searches for ballots for the places of a tree.
type filling struct {
	used []bool
	fits func(leaf node, ballot int) bool
	err  error
}

// fill fills n of the nodes, then goes on with rest; it goes back where rest
// fails.
func (f *filling) fill(nodes []node, n int, rest func() bool) bool {
	switch {
	case n == 0:
		return rest()
	case len(nodes) < n:
		return false
	}
	first, others := nodes[0], nodes[1:]
	then := func() bool { return f.fill(others, n-1, rest) }
	if len(first.branches) > 0 {
		if f.fill(first.branches, first.n, then) {
			return true
		}
	} else {
		for b := range f.used {
			if f.used[b] || !f.fits(first, b) {
				continue
			}
			f.used[b] = true
			if then() {
				return true
			}
			f.used[b] = false
		}
	}
	return f.fill(others, n, rest)
}

// Grant is the permission to carry out one plan. Only [Case.Authorise] makes one;
// the zero Grant permits nothing.
type Grant struct {
	digest   string
	name     string
	executor AccountID
	expires  time.Time
}

// Case names the request that was granted.
func (g Grant) Case() string { return g.name }

// Executor is who may carry the plan out.
func (g Grant) Executor() AccountID { return g.executor }

// Permits says whether the grant is for exactly this plan and still holds. The
// error wraps [ErrOther], [ErrExpired] or [ErrNotApproved].
func (g Grant) Permits(p remediation.Plan, now time.Time) error {
	if g.digest == "" {
		return fmt.Errorf("%w: there is no grant", ErrNotApproved)
	}
	digest, err := p.Digest()
	switch {
	case err != nil:
		return err
	case digest != g.digest:
		return fmt.Errorf("%w: plan %s was approved, this is %s", ErrOther, g.digest, digest)
	case !now.Before(g.expires):
		return fmt.Errorf("%w: it could be started until %s", ErrExpired, g.expires.Format(time.RFC3339))
	}
	return nil
}

// Authorise gives the executor the permission to carry the plan out, once every
// rule is satisfied. The executor is neither the requester nor an approver.
func (c *Case) Authorise(ctx context.Context, executor AccountID, now time.Time) (Grant, error) {
	if c.rejected != nil {
		return Grant{}, fmt.Errorf("%w: %s rejected it: %s", ErrNotApproved, c.rejected.Account, c.rejected.Reason)
	}
	if !now.Before(c.Expires()) {
		return Grant{}, fmt.Errorf("%w: it was open until %s", ErrExpired, c.Expires().Format(time.RFC3339))
	}
	missing, err := c.Missing(ctx)
	if err != nil {
		return Grant{}, err
	}
	if len(missing) > 0 {
		return Grant{}, fmt.Errorf("%w: rules not satisfied: %q", ErrNotApproved, missing)
	}
	who, err := lookup(ctx, c.directory, executor, now)
	if err != nil {
		return Grant{}, err
	}
	if who.Person == c.requester {
		return Grant{}, fmt.Errorf("%w: %s asked for the plan and may not carry it out", ErrSeparation, who.Person)
	}
	for _, b := range c.ballots {
		if slices.Contains(b.persons, who.Person) {
			return Grant{}, fmt.Errorf("%w: %s approved the plan and may not carry it out", ErrSeparation, who.Person)
		}
	}
	return Grant{c.digest, c.request.Case, executor, c.Expires()}, nil
}
