package remedy

import (
	"context"
	"fmt"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/execution"
)

var _ execution.Undoer = (*actuator)(nil)

// undone is the key under which an action is taken back.
func undone(key string) string { return "undo-" + key }

// Undo implements [execution.Undoer]. A seat is assigned again by the system that took it;
// what else is taken back is a task for a person.
func (a *actuator) Undo(ctx context.Context, key string, act remediation.Action) error {
	if act.Verb != remediation.Unassign {
		return a.desk.append(ctx, KindTask, a.name+"/"+undone(key), Task{Case: a.name, Key: undone(key), Action: act, Undo: true, At: a.now().UTC()})
	}
	ask, _ := asked(undone(key), act, false)
	ask.Verb = connectors.Assign
	return a.ask(ctx, act, ask)
}

// Undone implements [execution.Undoer]: the source shows the row again, or the task of
// taking it back is confirmed.
func (a *actuator) Undone(ctx context.Context, key string, act remediation.Action) (bool, error) {
	c, err := a.desk.Case(ctx, a.name)
	if err != nil {
		return false, err
	}
	if a.desk.confirmed(ctx, c, undone(key)) {
		return true, nil
	}
	if _, ok := verbs[act.Verb]; !ok {
		for _, t := range c.Tasks {
			if t.Key == undone(key) {
				return false, fmt.Errorf("%w: task %s of case %s", ErrUnconfirmed, t.Key, c.Case)
			}
		}
		return false, nil
	}
	facts, err := a.look(ctx, act)
	if err != nil {
		return false, err
	}
	gone, err := remediation.Shown(facts.Estate, act)
	return !gone, err
}

// String says what a task asks for.
func (t Task) String() string {
	if t.Undo {
		return "take back: " + t.Action.String()
	}
	return t.Action.String()
}
