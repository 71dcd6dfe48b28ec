package playbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/runner"
	"github.com/trueup-dev/trueup/evidence"
)

// CaseJournal is the log as the store of cases, so that an escalation runner can
// drive those that runs have opened:
//
//	r, err := runner.Start(ctx, runner.Options{
//		Journal: engine.CaseJournal(), Directory: engine.Directory(), Sender: office,
//	})
//
// It takes turns with the runs of its engine and, over a [SharedLog], with those of
// other processes. After a run, tell the runner with Refresh of the report's cases.
type CaseJournal struct{ e *Engine }

var _ runner.Journal = CaseJournal{}

// CaseJournal is the engine's log as the store of cases.
func (e *Engine) CaseJournal() CaseJournal { return CaseJournal{e} }

// Escalation is the playbook's policy: rubric, routes, chains, calendars.
func (p *Playbook) Escalation() *policy.Policy { return p.escalation }

// Directory is what the playbook says of calendars, teams and quiet hours.
func (e *Engine) Directory() escalation.Directory { return e.playbook.escalation }

// turnWith waits for the engine's turn, catches up with the log and does something.
func (j CaseJournal) turnWith(ctx context.Context, do func() error) (err error) {
	select {
	case <-j.e.turn:
		defer func() { j.e.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if shared, ok := j.e.log.(SharedLog); ok {
		done, lockErr := shared.Exclusive(ctx)
		if lockErr != nil {
			return fmt.Errorf("playbook: %w", lockErr)
		}
		defer func() { err = errors.Join(err, done()) }()
	}
	if err := j.e.cases.catchUp(ctx, j.e.log); err != nil {
		return err
	}
	return do()
}

// Cases are the cases in the log, sorted.
func (j CaseJournal) Cases(ctx context.Context) (ids []escalation.CaseID, err error) {
	err = j.turnWith(ctx, func() error {
		ids = slices.Sorted(maps.Keys(j.e.cases.cases))
		return nil
	})
	return ids, err
}

// Events are those of one case, from the first.
func (j CaseJournal) Events(ctx context.Context, id escalation.CaseID) (events []escalation.Event, err error) {
	err = j.turnWith(ctx, func() error {
		events = slices.Clone(j.e.cases.events[id])
		return nil
	})
	return events, err
}

// Append adds events of one case as one group of the log's. Events that do not
// follow those in the log are refused with escalation.ErrSequence.
func (j CaseJournal) Append(ctx context.Context, events []escalation.Event) error {
	return j.turnWith(ctx, func() error {
		entries := make([]evidence.Entry, len(events))
		c := escalation.Case{}
		if len(events) > 0 {
			c = j.e.cases.cases[events[0].Case]
		}
		for i, e := range events {
			next, err := c.Apply(e)
			if err != nil {
				return fmt.Errorf("playbook: %w", err)
			}
			c = next
			payload, err := json.Marshal(e)
			if err != nil {
				return fmt.Errorf("playbook: event %d of %s: %w", e.Seq, e.Case, err)
			}
			entries[i] = evidence.Entry{Kind: KindCase, Payload: payload, Key: fmt.Sprintf("case/%s/%d", e.Case, e.Seq)}
		}
		if _, err := j.e.log.AppendBatch(ctx, entries); err != nil {
			return fmt.Errorf("playbook: %w", err)
		}
		return j.e.cases.catchUp(ctx, j.e.log)
	})
}
