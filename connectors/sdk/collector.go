package sdk

import (
	"context"

	"github.com/trueup-dev/trueup/connectors"
)

// Collector is the one interface that a connector implements. It may be called
// for several instances at the same time.
type Collector interface {
	// Collect reads the source and writes what it holds. It returns soon after
	// the context ends. An error fails the collection; give it a kind by making
	// it a *[connectors.Error].
	Collect(ctx context.Context, req Request, to *Writer) error
}

// Checker is a [Collector] that can try its settings without collecting.
type Checker interface {
	// Check reports whether the source can be reached with the rights needed.
	// It changes nothing.
	Check(ctx context.Context, s connectors.Settings) error
}

// Actor is a [Collector] that changes its source. Which verbs it knows, its
// description says.
type Actor interface {
	// Act carries out an action, or says what it would do; both go the same path
	// up to the change itself. It gives the state of the target before and after.
	// A target that is already as wanted is [connectors.Unchanged]. An error says
	// that nothing was changed, unless the effect says that it is uncertain.
	Act(ctx context.Context, s connectors.Settings, a connectors.Action) (connectors.Effect, error)
}

// Ticketer is a [Collector] that opens and updates tickets.
type Ticketer interface {
	// Ticket opens or updates a ticket. The same key MUST NOT open two.
	Ticket(ctx context.Context, s connectors.Settings, t connectors.Ticket) (connectors.TicketState, error)
}

// Request is what a collection starts from.
type Request struct {
	// Settings hold a value for every setting described, the default where
	// none was given.
	Settings connectors.Settings
	// Kinds are the kinds wanted; empty means all.
	Kinds []connectors.Kind
	// Cursor is that of an earlier collection, empty to read everything.
	Cursor []byte
}
