package playbook

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/evidence"
)

// caseBook holds the cases of a log.
type caseBook struct{ cases map[string]*Case }

// foldCases makes the cases from the events in a log.
func foldCases(ctx context.Context, log *evidence.Log) (*caseBook, error) {
	b := &caseBook{cases: map[string]*Case{}}
	for rec, err := range log.Entries(ctx, 0) {
		if err != nil {
			return nil, fmt.Errorf("playbook: cases: %w", err)
		}
		if rec.Entry.Kind != KindCase {
			continue
		}
		var e CaseEvent
		if err := json.Unmarshal(rec.Entry.Payload, &e); err != nil {
			return nil, fmt.Errorf("playbook: entry %d is no event of a case: %w", rec.Index, err)
		}
		if !b.apply(e) {
			return nil, fmt.Errorf("playbook: entry %d: case %s cannot take the step %s", rec.Index, e.Case, e.Step)
		}
	}
	return b, nil
}

func (b *caseBook) apply(e CaseEvent) bool {
	c := b.cases[e.Case]
	if c == nil {
		c = &Case{ID: e.Case}
		b.cases[e.Case] = c
	}
	return c.apply(e)
}

// open opens cases for findings that have none, reopens closed ones whose
// deviation is back, and closes those whose deviation this run shows to be gone.
func (r *run) open(ctx context.Context) error {
	var events []CaseEvent
	found := map[string]bool{}
	for _, f := range r.rep.Findings {
		found[f.Identity] = true
		c, known := r.cases.cases[f.Identity]
		if known && c.State != lifecycle.Closed {
			continue
		}
		cal := r.playbook.escalation.Calendar(f.plan.Calendar)
		events = append(events, opening(f, cal, r.rep.Run, r.now, known)...)
	}
	for _, id := range slices.Sorted(maps.Keys(r.cases.cases)) {
		c := r.cases.cases[id]
		if !found[id] && c.State != lifecycle.Closed && lifecycle.MayClose(c.State, lifecycle.Remedied) && r.judged(*c) {
			events = append(events, closing(*c, r.rep.Run, r.now))
		}
	}
	for _, e := range events {
		if err := r.j.add(KindCase, e); err != nil {
			return err
		}
	}
	if err := r.append(ctx); err != nil {
		return err
	}
	for _, e := range events {
		if !r.cases.apply(e) {
			return fmt.Errorf("playbook: case %s cannot take the step %s", e.Case, e.Step)
		}
	}
	for _, f := range r.rep.Findings {
		r.rep.Cases = append(r.rep.Cases, *r.cases.cases[f.Identity])
	}
	return nil
}

// judged says whether this run could see the deviation of a case: a source that
// did not deliver shows nothing to be gone.
func (r *run) judged(c Case) bool {
	for _, s := range r.rep.Result.Sources {
		if s.Doubt == compliance.DoubtFailed || s.Doubt == compliance.DoubtNeverRead || s.Doubt == compliance.DoubtIncoming {
			return false
		}
	}
	return !r.now.Before(c.Opened)
}

// due is when the first of the open cases about short positions must be
// remedied; zero when there is none.
func due(cases []Case, positions []compliance.Position) time.Time {
	short := map[string]bool{}
	for _, p := range positions {
		short["position "+p.Key()] = true
	}
	var first time.Time
	for _, c := range cases {
		if short[c.Subject] && (first.IsZero() || c.RemedyBy.Before(first)) {
			first = c.RemedyBy
		}
	}
	return first
}
