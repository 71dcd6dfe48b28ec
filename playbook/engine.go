package playbook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/remediation"
)

// Options make an engine.
type Options struct {
	// Playbook and Log are needed. The log stays the caller's, who closes it.
	Playbook *Playbook
	Log      Log
	// Logger is told what an operator wants to know; nil discards it.
	Logger *slog.Logger
}

// Engine runs a playbook over estates. It is safe for concurrent use; runs go
// one after the other.
type Engine struct {
	playbook *Playbook
	log      Log
	logger   *slog.Logger
	cases    *caseBook
	turn     chan struct{}
}

// Facts are what a run judges.
type Facts struct {
	Estate *compliance.Estate
	// Collections say how the estate came about, where connectors gathered it.
	Collections []Collection
	// Past is what earlier runs left. A run takes it from the log; it is given to
	// compute a run anew, as [ReadPast] reads it.
	Past *Past
	// Before are the facts of an earlier run, where they are at hand: plans then say what
	// has made their positions short since. Terms are those that the playbook's documents
	// say were known then, so that what was bought or given up shows where it is recorded.
	Before *Facts
}

// ErrOptions is wrapped by the error of opening an engine without what it needs.
var ErrOptions = errors.New("playbook: options")

// Open makes an engine and folds the open cases from the log.
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.Playbook == nil || o.Log == nil {
		return nil, fmt.Errorf("%w: a playbook and a log are needed", ErrOptions)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Engine{playbook: o.Playbook, log: o.Log, logger: o.Logger, cases: newCaseBook(), turn: make(chan struct{}, 1)}
	if err := e.cases.catchUp(ctx, o.Log); err != nil {
		return nil, err
	}
	e.turn <- struct{}{}
	return e, nil
}

// Run judges an estate and appends every stage to the log: the run and what was
// collected, the positions, the findings with severity and route, the events of
// cases, the plan, and the statement that closes the run. Now is the instant of
// the run, from which due dates count; it is never before the estate's.
//
// Running the same playbook over the same estate at the same instant again gives
// the same report and appends nothing.
func (e *Engine) Run(ctx context.Context, facts Facts, now time.Time) (_ *Report, err error) {
	if facts.Estate == nil {
		return nil, fmt.Errorf("%w: a run needs an estate", ErrOptions)
	}
	select {
	case <-e.turn:
		defer func() { e.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if shared, ok := e.log.(SharedLog); ok {
		done, lockErr := shared.Exclusive(ctx)
		if lockErr != nil {
			return nil, fmt.Errorf("playbook: %w", lockErr)
		}
		defer func() { err = errors.Join(err, done()) }()
	}
	if err := e.cases.catchUp(ctx, e.log); err != nil {
		return nil, err
	}
	r := newRun(e, facts, now)
	for _, stage := range []func(context.Context) error{r.reconcile, r.find, r.open, r.plan, r.close} {
		if err := stage(ctx); err != nil {
			return nil, err
		}
	}
	return r.rep, nil
}

func newRun(e *Engine, facts Facts, now time.Time) *run {
	return &run{Engine: e, playbook: e.playbook.at(facts.Estate.At(), now), facts: facts, now: now.UTC(), rep: &Report{Now: now.UTC(), Facts: facts}}
}

// run is one run under way.
type run struct {
	*Engine
	// playbook is the engine's, with the terms of this run.
	playbook *Playbook
	facts    Facts
	now      time.Time
	in       compliance.Input
	j        *journal
	rep      *Report
}

// reconcile computes the positions and begins the run's entries.
func (r *run) reconcile(ctx context.Context) error {
	p := r.playbook
	r.in = p.input(r.facts, r.now)
	res, err := compliance.Reconcile(ctx, r.in)
	if err != nil {
		return fmt.Errorf("playbook: %w", err)
	}
	r.rep.Result = res
	r.rep.Run = runID(p, res, r.now)
	r.j = newJournal(r.rep.Run)
	if err := r.j.add(KindRun, RunRecord{
		Run: r.rep.Run, AsOf: res.AsOf, KnownAt: res.KnownAt, Playbook: p.Name(), Version: p.Version(), Digest: p.Digest(),
		Estate: res.Estate, Documents: res.Documents, Counts: r.facts.Estate.Count(), Sources: res.Sources,
	}); err != nil {
		return err
	}
	for _, c := range r.facts.Collections {
		if err := r.j.add(KindCollected, c); err != nil {
			return err
		}
	}
	for _, pos := range res.Positions {
		if err := r.j.add(KindPosition, pos); err != nil {
			return err
		}
	}
	if err := r.remember(ctx); err != nil {
		return err
	}
	return r.append(ctx)
}

// runID names a run by what it judges and when, so that the same run has the same
// name.
func runID(p *Playbook, res *compliance.Result, now time.Time) evidence.RunID {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", p.Digest(), res.Estate, now.Format(time.RFC3339Nano))
	return evidence.RunID(now.Format("20060102T150405Z") + "-" + hex.EncodeToString(h.Sum(nil)[:6]))
}

// find applies the rules and triggers.
func (r *run) find(ctx context.Context) error {
	var err error
	if r.rep.Findings, err = r.playbook.judge(ctx, r.facts, r.rep.Result, r.now); err != nil {
		return err
	}
	for _, f := range r.rep.Findings {
		if err := r.j.add(KindFinding, f); err != nil {
			return err
		}
	}
	r.logger.InfoContext(ctx, "findings", "run", r.rep.Run, "count", len(r.rep.Findings))
	return r.append(ctx)
}

// plan asks for the way back of what is short, where the playbook has a policy.
func (r *run) plan(ctx context.Context) error {
	if r.playbook.policy == nil || len(r.rep.Short()) == 0 {
		return nil
	}
	plan, err := remediation.Solve(ctx, remediation.Request{
		Input: r.in, Result: r.rep.Result, Policy: r.playbook.policy, Now: r.now, Due: r.due(), Calendar: r.playbook.working(),
		Before: r.before(),
	})
	if err != nil {
		return fmt.Errorf("playbook: plan: %w", err)
	}
	r.rep.Plan = &plan
	if err := r.j.add(KindPlan, plan); err != nil {
		return err
	}
	return r.append(ctx)
}

// close states what the run consists of and signs a checkpoint over it.
func (r *run) close(ctx context.Context) error {
	entry, err := r.j.statement().Entry()
	if err != nil {
		return fmt.Errorf("playbook: %w", err)
	}
	entry.Key = string(r.rep.Run) + "/statement"
	if _, err := r.log.AppendBatch(ctx, []evidence.Entry{entry}); err != nil {
		return fmt.Errorf("playbook: %w", err)
	}
	cp, err := r.log.Checkpoint(ctx)
	if err != nil {
		return fmt.Errorf("playbook: %w", err)
	}
	r.rep.Checkpoint = cp
	return nil
}

// append makes what the stage came to durable.
func (r *run) append(ctx context.Context) error {
	if r.log == nil {
		return nil // recomputing: the entries stay in the journal
	}
	if _, err := r.log.AppendBatch(ctx, r.j.take()); err != nil {
		return fmt.Errorf("playbook: %w", err)
	}
	return nil
}
