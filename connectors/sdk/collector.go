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
