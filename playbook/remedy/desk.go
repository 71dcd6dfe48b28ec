package remedy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// Desk is where plans are asked for, approved, carried out and closed. It is safe for
// concurrent use.
type Desk struct {
	playbook *playbook.Playbook
	remedy   *playbook.Remedy
	log      Log
	journal  *Journal

	mu   sync.Mutex
	book book
}

// Open makes a desk over the log that runs of the playbook were appended to. The writer
// names this process; see [NewJournal].
func Open(ctx context.Context, p *playbook.Playbook, log Log, writer string) (*Desk, error) {
	if p.Remedy() == nil {
		return nil, fmt.Errorf("%w: playbook %s has no section remedy, so that nobody could approve", playbook.ErrOptions, p.Name())
	}
	d := &Desk{playbook: p, remedy: p.Remedy(), log: log, journal: NewJournal(log, writer), book: book{findings: map[evidence.RunID][]found{}}}
	return d, d.book.catchUp(ctx, log)
}

// Plans are all plans of the log with their alternatives, in the order in which they
// were made.
func (d *Desk) Plans(ctx context.Context) ([]Planned, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.book.catchUp(ctx, d.log)
	return slices.Clone(d.book.plans), err
}

// Cases are all that were asked for, in order.
func (d *Desk) Cases(ctx context.Context) ([]Case, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.book.catchUp(ctx, d.log)
	var out []Case
	for _, c := range d.book.cases {
		out = append(out, *c)
	}
	return out, err
}

// Case is one case. A name may be cut short as long as it names one only.
func (d *Desk) Case(ctx context.Context, name string) (Case, error) {
	cases, err := d.Cases(ctx)
	if err != nil {
		return Case{}, err
	}
	var match []Case
	for _, c := range cases {
		if c.Case == name {
			return c, nil
		}
		if strings.HasPrefix(c.Case, name) {
			match = append(match, c)
		}
	}
	if len(match) != 1 {
		return Case{}, fmt.Errorf("%w: %d cases are called %q", ErrUnknown, len(match), name)
	}
	return match[0], nil
}

// append makes a record durable under a key and says whether it is new.
func (d *Desk) append(ctx context.Context, kind evidence.Kind, key string, record any) error {
	payload, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("remedy: %s: %w", kind, err)
	}
	if _, err := d.log.Append(ctx, evidence.Entry{Kind: kind, Key: string(kind) + "/" + key, Payload: payload}); err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	return nil
}

// Request asks for the approval of a plan of the log, given by its digest or by the
// beginning of it. A plan is asked for once; after its case expired or was rejected it
// may be asked for again.
func (d *Desk) Request(ctx context.Context, digest string, by approval.AccountID, now time.Time) (Case, error) {
	plans, err := d.Plans(ctx)
	if err != nil {
		return Case{}, err
	}
	plans = slices.DeleteFunc(plans, func(p Planned) bool { return !strings.HasPrefix(p.Digest, digest) })
	if len(plans) != 1 {
		return Case{}, fmt.Errorf("%w: %d plans have a digest that begins with %q", ErrUnknown, len(plans), digest)
	}
	p := plans[0]
	cases, err := d.Cases(ctx)
	if err != nil {
		return Case{}, err
	}
	n := 1
	for _, c := range cases {
		if c.Plan != p.Digest {
			continue
		}
		if n++; now.Before(c.At.AddDate(0, 0, d.remedy.Rules.ExpireDays())) && !c.rejected() {
			return Case{}, fmt.Errorf("%w: it is case %s", approval.ErrOther, c.Case)
		}
	}
	r := Request{Case: fmt.Sprintf("%.12s-%d", p.Digest, n), Plan: p.Digest, Requester: by, At: now.UTC()}
	people, err := d.people(ctx)
	if err != nil {
		return Case{}, err
	}
	if _, err := approval.Open(ctx, d.remedy.Rules, people, approval.Request{Case: r.Case, Plan: p.Plan, Requester: by, At: r.At}); err != nil {
		return Case{}, err
	}
	if err := d.append(ctx, KindRequest, r.Case, r); err != nil {
		return Case{}, err
	}
	return d.Case(ctx, r.Case)
}

func (c Case) rejected() bool {
	return slices.ContainsFunc(c.Votes, func(v Cast) bool { return !v.Vote.Approve })
}

// Vote records a vote that the rules let count. The signer may be nil for an account
// without keys.
func (d *Desk) Vote(ctx context.Context, v approval.Vote, s *statement.Signer) error {
	c, err := d.Case(ctx, v.Case)
	if err != nil {
		return err
	}
	v.Case, v.At = c.Case, v.At.UTC()
	if v.Digest == "" {
		v.Digest = c.Plan
	}
	cast := Cast{Vote: v}
	if s != nil {
		if cast.Envelope, err = Sign(v, c.Planned.Plan, c.Requester, s); err != nil {
			return err
		}
	}
	open, err := d.approval(ctx, c)
	if err != nil {
		return err
	}
	if err := d.count(ctx, open, c, cast); err != nil {
		return err
	}
	return d.append(ctx, KindVote, c.Case+"/"+strconv.Itoa(len(c.Votes))+"/"+string(v.Account), cast)
}

// count casts a vote whose signature holds.
func (d *Desk) count(ctx context.Context, open *approval.Case, c Case, cast Cast) error {
	if err := signed(cast, c.Planned.Plan, c.Requester, d.remedy.People.Keys(cast.Vote.Account)); err != nil {
		return err
	}
	return open.Vote(ctx, cast.Vote)
}

// approval derives the approval of a case from its votes. A recorded vote that the rules
// refuse, or whose signature does not hold, does not count; neither does one by a
// delegation that was recorded after it.
func (d *Desk) approval(ctx context.Context, c Case) (*approval.Case, error) {
	people, err := d.people(ctx)
	if err != nil {
		return nil, err
	}
	all := people.known
	open, err := approval.Open(ctx, d.remedy.Rules, people, approval.Request{Case: c.Case, Plan: c.Planned.Plan, Requester: c.Requester, At: c.At})
	if err != nil {
		return nil, err
	}
	for _, v := range c.Votes {
		people.known = v.delegations
		// What does not count is as if it had not been cast.
		_ = d.count(ctx, open, c, v)
	}
	people.known = all
	return open, nil
}

// Missing names the rules that a case still lacks approvals for.
func (d *Desk) Missing(ctx context.Context, name string) ([]string, error) {
	c, err := d.Case(ctx, name)
	if err != nil {
		return nil, err
	}
	open, err := d.approval(ctx, c)
	if err != nil {
		return nil, err
	}
	return open.Missing(ctx)
}
