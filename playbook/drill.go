package playbook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// ErrNoDrill is wrapped where the playbook has no drill of a name, or it has been held
// on that day already.
var ErrNoDrill = errors.New("playbook: no such drill")

// Drill opens the case of an exercise that the playbook names: it is rated, routed and
// told like any other, and marked as a drill wherever it shows. Whoever drives the
// cases carries it on; no run closes it.
func (e *Engine) Drill(ctx context.Context, name string, now time.Time) (escalation.Case, error) {
	p := e.playbook.at(now, now)
	if !slices.ContainsFunc(p.escalation.Drills(), func(d policy.Drill) bool { return d.Name == name }) {
		return escalation.Case{}, fmt.Errorf("%w: %q", ErrNoDrill, name)
	}
	f, err := p.classify(ctx, escalation.DrillFinding(name, now), newSetting(p, &compliance.Result{}, nil))
	if err != nil {
		return escalation.Case{}, err
	}
	c, events, err := escalation.Open(ctx, p.escalation,
		escalation.Request{Finding: f.Finding, Severity: f.severity, Subject: f.subject, Drill: name}, now)
	if len(events) == 0 {
		return escalation.Case{}, fmt.Errorf("playbook: drill %s: %w", name, err)
	}
	if err := e.CaseJournal().Append(ctx, events); err != nil {
		if errors.Is(err, escalation.ErrSequence) {
			return escalation.Case{}, fmt.Errorf("%w: %q was begun on this day already", ErrNoDrill, name)
		}
		return escalation.Case{}, err
	}
	return c, nil
}
