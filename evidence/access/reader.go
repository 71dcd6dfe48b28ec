package access

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/trueup-dev/trueup/evidence"
)

// Log is the log that is read and written to: evidence.Log, and that of the module
// evidence/postgres.
type Log interface {
	Append(ctx context.Context, e evidence.Entry) (evidence.Index, error)
	Len(ctx context.Context) (int64, error)
	Entry(ctx context.Context, i evidence.Index) (evidence.Entry, error)
	Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error]
}

var _ Log = (*evidence.Log)(nil)

// Describe says what is known of an entry: its level, what its facts are of, what it
// is evidence for. Who defines the payloads supplies it.
type Describe func(e evidence.Entry) Resource

// Reader is the way to the entries of a log under a policy. It is safe for concurrent
// use.
type Reader struct {
	log      Log
	policy   *Policy
	describe Describe

	mu     sync.Mutex
	grants []Grant
	next   evidence.Index
}

// NewReader reads a log under a policy.
func NewReader(l Log, p *Policy, describe Describe) *Reader {
	return &Reader{log: l, policy: p, describe: describe}
}

// Record is what the log keeps of a reading, an export or a denial.
type Record struct {
	Principal string    `json:"principal"`
	Action    Action    `json:"action"`
	Purpose   string    `json:"purpose"`
	At        time.Time `json:"at"`
	Allowed   bool      `json:"allowed"`
	By        string    `json:"by,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Asked     int64     `json:"asked"` // the index, or the first one of an export
	Entries   int64     `json:"entries,omitempty"`
}

func (r *Reader) record(ctx context.Context, q Request, d Decision, asked, entries int64) error {
	b, err := json.Marshal(Record{
		Principal: q.Principal.ID, Action: q.Action, Purpose: q.Purpose, At: q.Now.UTC(),
		Allowed: d.Allowed, By: d.By, Reason: d.Reason, Asked: asked, Entries: entries,
	})
	if err != nil {
		return fmt.Errorf("access: encode record: %w", err)
	}
	if _, err := r.log.Append(ctx, evidence.Entry{Kind: KindRecord, Payload: b}); err != nil {
		return fmt.Errorf("access: record: %w", err)
	}
	return nil
}

// current are the grants as they stand in the log.
func (r *Reader) current(ctx context.Context) ([]Grant, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	have, next, err := r.policy.grants(ctx, r.log, r.next, append([]Grant(nil), r.grants...))
	if err != nil {
		return nil, err
	}
	r.grants, r.next = have, next
	return have, nil
}

// Read gives the entry at index i to whoever may read it, and ErrDenied to others and
// where there is none. An entry that is not there is stood in for by one that is, so
// that the same is read, decided and recorded.
func (r *Reader) Read(ctx context.Context, q Request, i evidence.Index) (evidence.Entry, error) {
	q.Action = Read
	grants, err := r.current(ctx)
	if err != nil {
		return evidence.Entry{}, err
	}
	n, err := r.log.Len(ctx)
	if err != nil {
		return evidence.Entry{}, fmt.Errorf("access: %w", err)
	}
	at, there := i, i >= 0 && int64(i) < n
	if !there {
		at = evidence.Index(uint64(i) % uint64(max(n, 1)))
	}
	var e evidence.Entry
	if n > 0 {
		if e, err = r.log.Entry(ctx, at); err != nil {
			return evidence.Entry{}, fmt.Errorf("access: %w", err)
		}
	}
	res := r.describe(e)
	d := r.policy.Decide(ctx, q, res, grants)
	if !there {
		d = Decision{Reason: "no rule and no grant allows it"}
	}
	if !d.Allowed || r.policy.levelOf(res) >= r.policy.recorded {
		if err := r.record(ctx, q, d, int64(i), 0); err != nil {
			return evidence.Entry{}, err
		}
	}
	if !d.Allowed {
		return evidence.Entry{}, ErrDenied
	}
	return e, nil
}

// Export gives all entries from index from on that match and that the principal may
// export, and records how many those were. What they may not see is left out and not
// counted. Nothing is given before the record is durable.
func (r *Reader) Export(ctx context.Context, q Request, from evidence.Index, match func(Resource) bool) ([]evidence.Record, error) {
	q.Action = Export
	grants, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	var out []evidence.Record
	by := ""
	for rec, err := range r.log.Entries(ctx, max(from, 0)) {
		if err != nil {
			return nil, fmt.Errorf("access: %w", err)
		}
		res := r.describe(rec.Entry)
		d := r.policy.Decide(ctx, q, res, grants)
		if d.Allowed && match(res) {
			out, by = append(out, rec), d.By
		}
	}
	d := Decision{Allowed: len(out) > 0, By: by}
	if !d.Allowed {
		d.Reason = "nothing that matches may be exported"
	}
	if err := r.record(ctx, q, d, int64(from), int64(len(out))); err != nil {
		return nil, err
	}
	if !d.Allowed {
		return nil, ErrDenied
	}
	return out, nil
}

// Disclosure is something made of an entry that is to leave, such as a bundle of
// package disclose.
type Disclosure struct {
	Entry evidence.Index
	Shows Resource  // its level is that of what is shown, which may be lower than the entry's
	Rows  int64     // that are shown
	Until time.Time // when its reader must no longer use it; zero is never
}

// Disclose decides whether something may leave, and records that. What allows it must
// last until the reader must no longer use it. Make it only if the error is nil; it is
// ErrDenied if it may not leave.
func (r *Reader) Disclose(ctx context.Context, q Request, x Disclosure) error {
	q.Action = Export
	grants, err := r.current(ctx)
	if err != nil {
		return err
	}
	d := r.policy.Decide(ctx, q, x.Shows, grants)
	last := q
	if last.Now = x.Until.Add(-1); x.Until.IsZero() {
		last.Now = time.Unix(1<<40, 0)
	}
	if then := r.policy.Decide(ctx, last, x.Shows, grants); d.Allowed && !then.Allowed {
		d = Decision{Reason: "what allows it ends before its reader must no longer use it"}
	}
	if err := r.record(ctx, q, d, int64(x.Entry), x.Rows); err != nil {
		return err
	}
	if !d.Allowed {
		return ErrDenied
	}
	return nil
}
