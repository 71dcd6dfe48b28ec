package execution

import (
	"context"
	"errors"

	"github.com/trueup-dev/trueup/remediation"
)

// Actuator reads and changes the world that actions are about.
type Actuator interface {
	// Facts reads what the action rests on, fresh, under the names of its
	// preconditions.
	Facts(ctx context.Context, a remediation.Action) ([]remediation.Fact, error)
	// Done says whether the effect of the action is there. It must not answer
	// from memory.
	Done(ctx context.Context, key string, a remediation.Action) (bool, error)
	// Act carries the action out. It MUST do so at most once for a key, however
	// often it is called. An error that wraps [ErrRefused] says that nothing
	// happened; after any other error nobody knows.
	Act(ctx context.Context, key string, a remediation.Action) error
}

// Undoer is an actuator that can take actions back. Undo MUST do so at most once
// for a key; an error that wraps [ErrRefused] says that it never will. Undone says whether
// it is seen that the effect of the action is no longer there.
type Undoer interface {
	Undo(ctx context.Context, key string, a remediation.Action) error
	Undone(ctx context.Context, key string, a remediation.Action) (bool, error)
}

// Trier is an actuator that can say, in a rehearsal, what Act would do. Try MUST change
// nothing.
type Trier interface {
	Try(ctx context.Context, key string, a remediation.Action) error
}

// Notifier tells users that something will be taken from them. The same key may
// come again after a crash; the receiver drops what it has seen.
type Notifier interface {
	Notice(ctx context.Context, key string, s remediation.Step) error
}

// Journal keeps the events of runs.
type Journal interface {
	// Load gives all events of a run in order.
	Load(ctx context.Context, run string) ([]Event, error)
	// Append MUST add the event only where exactly n are there already, and else
	// return an error that wraps [ErrConflict]. When it returns nil the event
	// survives a crash.
	Append(ctx context.Context, run string, n int, e Event) error
}

var (
	// ErrRefused is wrapped by the error of an action that was refused: nothing
	// happened, and trying again cannot help.
	ErrRefused = errors.New("execution: action refused")
	// ErrConflict is wrapped by the error of an append that came too late.
	ErrConflict = errors.New("execution: another process went on with the run")
	// ErrLeased is returned while another process holds the run.
	ErrLeased = errors.New("execution: another process holds the run")
	// ErrOther is wrapped where a run belongs to another plan or executor.
	ErrOther = errors.New("execution: run belongs to another plan or executor")
	// ErrHistory is wrapped where events cannot have come from a run.
	ErrHistory = errors.New("execution: events do not make a history")
	// ErrTransition is wrapped where the state of a run does not allow what was
	// asked, such as resuming what was cancelled.
	ErrTransition = errors.New("execution: not possible in this state")
)
