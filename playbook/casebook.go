package playbook

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/evidence"
)

// caseBook holds the cases of a log, each the fold of its events up to entry next, and
// what the last run required.
type caseBook struct {
	cases map[escalation.CaseID]escalation.Case
	// events are those that the cases are the fold of.
	events map[escalation.CaseID][]escalation.Event
	next   evidence.Index
	// past is that of the last run that has one, pasts where each run's is.
	past  Past
	pasts map[evidence.RunID]evidence.Index
}

func newCaseBook() *caseBook {
	return &caseBook{cases: map[escalation.CaseID]escalation.Case{}, events: map[escalation.CaseID][]escalation.Event{}, pasts: map[evidence.RunID]evidence.Index{}}
}

// catchUp folds the events that the log has gained, whoever appended them.
func (b *caseBook) catchUp(ctx context.Context, log Log) error {
	for rec, err := range log.Entries(ctx, b.next) {
		if err != nil {
			return fmt.Errorf("playbook: cases: %w", err)
		}
		if err := b.take(rec); err != nil {
			return err
		}
		b.next = rec.Index + 1
	}
	return nil
}

func (b *caseBook) take(rec evidence.Record) error {
	switch rec.Kind {
	case KindCase:
		var e escalation.Event
		if err := json.Unmarshal(rec.Payload, &e); err != nil {
			return fmt.Errorf("playbook: entry %d is no event of a case: %w", rec.Index, err)
		}
		if err := b.apply(e); err != nil {
			return fmt.Errorf("playbook: entry %d: %w", rec.Index, err)
		}
	case KindPast:
		var p Past
		if err := json.Unmarshal(rec.Payload, &p); err != nil {
			return fmt.Errorf("playbook: entry %d is no past of a run: %w", rec.Index, err)
		}
		b.past, b.pasts[rec.Run] = p, rec.Index
	}
	return nil
}

func (b *caseBook) apply(e escalation.Event) error {
	c, err := b.cases[e.Case].Apply(e)
	if err != nil {
		return err
	}
	b.cases[e.Case] = c
	b.events[e.Case] = append(b.events[e.Case], e)
	return nil
}

// open opens cases for findings that have none, reopens closed ones whose
// deviation is back, and closes those whose deviation this run shows to be gone.
func (r *run) open(ctx context.Context) error {
	events, err := r.caseEvents(ctx)
	if err != nil {
		return fmt.Errorf("playbook: cases: %w", err)
	}
	for _, s := range r.rep.Suppressed {
		if err := r.j.add(KindSuppressed, s); err != nil {
			return err
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
	if err := r.cases.catchUp(ctx, r.log); err != nil {
		return err
	}
	for _, f := range r.rep.Findings {
		if c, ok := r.cases.cases[escalation.IDOf(f.Finding)]; ok {
			r.rep.Cases = append(r.rep.Cases, c)
		}
	}
	return nil
}

func (r *run) caseEvents(ctx context.Context) ([]escalation.Event, error) {
	var events []escalation.Event
	found := map[escalation.CaseID]bool{}
	back := r.suppress()
	for i, f := range r.rep.Findings {
		id := escalation.IDOf(f.Finding)
		found[id] = true
		if s, ok := back[i]; ok {
			more, err := r.keepBack(id, s)
			if err != nil {
				return nil, err
			}
			events = append(events, more...)
			continue
		}
		var more []escalation.Event
		var err error
		switch c, known := r.cases.cases[id]; {
		case !known:
			// An error with events is one of routes, which the finding carries.
			if _, more, err = escalation.Open(ctx, r.playbook.escalation, r.request(f), r.now); len(more) > 0 {
				err = nil
			}
		case c.Outcome == lifecycle.False || c.Outcome == lifecycle.Merged:
			// A person said so, and finding the same again does not change it.
		case !c.IsOpen():
			more, err = c.Reopen(r.playbook.escalation, "found again in run "+string(r.rep.Run), r.now)
		default:
			more, err = r.rate(c, f)
		}
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	if !r.whole() {
		return events, nil
	}
	for _, id := range slices.Sorted(maps.Keys(r.cases.cases)) {
		c := r.cases.cases[id]
		if found[id] || c.Drill != "" || !c.IsOpen() || !lifecycle.MayClose(c.State, lifecycle.Remedied) {
			continue
		}
		more, err := c.Close(r.playbook.escalation, lifecycle.Remedied, "trueup", "not found in run "+string(r.rep.Run), r.now)
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	return events, nil
}

// rate gives an open case the severity that its finding has come to have. A rubric that
// has changed since the case began changes nothing: it is for new cases.
func (r *run) rate(c escalation.Case, f Judged) ([]escalation.Event, error) {
	grade := escalation.GradeOf(f.severity, r.playbook.escalation.Rubric())
	if grade.Severity == c.Grade.Severity || grade.Rubric != c.Grade.Rubric {
		return nil, nil
	}
	o := c.Opening
	o.Message, o.Grade, o.Plan = f.Message, grade, f.plan
	return c.Rate(r.playbook.escalation, o, "trueup", r.now)
}

func (r *run) request(f Judged) escalation.Request {
	return escalation.Request{Finding: f.Finding, Severity: f.severity, Contract: f.contract, Subject: f.subject}
}

// whole says whether every source delivered: one that did not shows nothing to
// be gone.
func (r *run) whole() bool {
	return !slices.ContainsFunc(r.rep.Result.Sources, func(s compliance.SourceState) bool {
		return s.Doubt != "" && s.Doubt != compliance.DoubtStale
	})
}

// due is when the first of the open cases about short positions must be
// remedied; zero when there is none.
func due(cases []escalation.Case, positions []compliance.Position) time.Time {
	short := map[string]bool{}
	for _, p := range positions {
		short["position "+p.Key()] = true
	}
	var first time.Time
	for _, c := range cases {
		if at := c.Due.Remedy.At; short[c.Opening.Subject] && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
