package remedy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Hands reach into the sources of an estate. Package collect has those that start
// connectors.
type Hands interface {
	// Act lets the system of a source change one thing.
	Act(ctx context.Context, source compliance.SourceID, a connectors.Action) (connectors.Effect, error)
	// Look reads all sources anew.
	Look(ctx context.Context) (playbook.Facts, error)
}

// ErrUnconfirmed is wrapped while a task of a person is not confirmed.
var ErrUnconfirmed = errors.New("remedy: not confirmed yet")

// actuator carries out the actions of one case.
type actuator struct {
	desk  *Desk
	name  string
	hands Hands
	now   func() time.Time
	dry   bool
}

var _ execution.Actuator = (*actuator)(nil)

// Facts implements [execution.Actuator] from a fresh reading of all sources.
func (a *actuator) Facts(ctx context.Context, act remediation.Action) ([]remediation.Fact, error) {
	facts, err := a.look(ctx, act)
	if err != nil {
		return nil, err
	}
	in := a.desk.playbook.Input(facts, a.now())
	var res *compliance.Result
	if act.Verb.NeedsResult() {
		if res, err = compliance.Reconcile(ctx, in); err != nil {
			return nil, fmt.Errorf("remedy: %w", err)
		}
	}
	return remediation.Observe(in, res, act), nil
}

// look reads the sources. What the source of the action did not give to its end says
// nothing about the action.
func (a *actuator) look(ctx context.Context, act remediation.Action) (playbook.Facts, error) {
	facts, err := a.hands.Look(ctx)
	if err != nil {
		return facts, fmt.Errorf("remedy: %w", err)
	}
	if act.Source == "" {
		return facts, nil
	}
	for _, s := range facts.Estate.Sources() {
		if s.ID == act.Source && s.Failure == "" {
			return facts, nil
		}
	}
	return facts, fmt.Errorf("remedy: source %s could not be read", act.Source)
}

// seen are the verbs that no connector carries out and whose effect an estate shows all
// the same.
var seen = []remediation.Verb{remediation.Replace, remediation.Assign, remediation.Relocate, remediation.Confine, remediation.Shrink, remediation.Scrap}

// Done implements [execution.Actuator]. A task is done when a person who may do it says so,
// or the sources show it.
func (a *actuator) Done(ctx context.Context, key string, act remediation.Action) (bool, error) {
	_, asked := verbs[act.Verb]
	if !asked {
		c, err := a.desk.Case(ctx, a.name)
		if err != nil {
			return false, err
		}
		if a.desk.confirmed(ctx, c, key) {
			return true, nil
		}
		if !slices.Contains(seen, act.Verb) {
			return false, fmt.Errorf("%w: task %s of case %s", ErrUnconfirmed, key, c.Case)
		}
	}
	facts, err := a.look(ctx, act)
	if err != nil {
		return false, err
	}
	shown, err := remediation.Shown(facts.Estate, act)
	if err == nil && !shown && !asked {
		err = fmt.Errorf("%w: task %s of case %s", ErrUnconfirmed, key, a.name)
	}
	return shown, err
}

// Act implements [execution.Actuator]. What no connector carries out becomes a task.
func (a *actuator) Act(ctx context.Context, key string, act remediation.Action) error {
	ask, ok := asked(key, act, a.dry)
	if !ok && a.dry {
		return nil
	}
	if !ok {
		return a.desk.append(ctx, KindTask, a.name+"/"+key, Task{Case: a.name, Key: key, Action: act, At: a.now().UTC()})
	}
	return a.ask(ctx, act, ask)
}

// ask lets the connector of the action's source act, and records what it says of it.
func (a *actuator) ask(ctx context.Context, act remediation.Action, ask connectors.Action) error {
	effect, err := a.hands.Act(ctx, act.Source, ask)
	record := Effect{Case: a.name, Key: ask.Key, Verb: ask.Verb.String(), Action: act, Dry: a.dry, Outcome: effect.Outcome.String(), Before: effect.Before, After: effect.After, At: a.now().UTC()}
	if err != nil {
		record.Failure = err.Error()
	}
	place := fmt.Sprintf("%s/%s/%s", a.name, ask.Key, record.At.Format(time.RFC3339Nano))
	if failed := a.desk.append(ctx, KindEffect, place, record); failed != nil {
		return failed
	}
	var why *connectors.Error
	switch {
	case effect.Outcome == connectors.Performed || effect.Outcome == connectors.Unchanged:
		return nil
	case effect.Outcome == connectors.Refused && (err == nil || errors.As(err, &why) && !why.Kind.Temporary()):
		return fmt.Errorf("%w: %w", execution.ErrRefused, cause(err))
	}
	return cause(err)
}

func cause(err error) error {
	if err == nil {
		return errors.New("the connector gives no reason")
	}
	return err
}

// Notice implements [execution.Notifier] as an entry of the log.
func (a *actuator) Notice(ctx context.Context, key string, s remediation.Step) error {
	return a.desk.append(ctx, KindNotice, a.name+"/"+key, Notice{a.name, s.ID, s.Verb, s.Earliest, a.now().UTC()})
}
