package playbook

import (
	"context"
	"iter"

	"github.com/trueup-dev/trueup/evidence"
)

// Log is where the entries of runs go and cases come from: an evidence.Log, a folder,
// or that of the module evidence/postgres, a database.
type Log interface {
	AppendBatch(ctx context.Context, entries []evidence.Entry) ([]evidence.Index, error)
	Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error]
	Checkpoint(ctx context.Context) (evidence.Checkpoint, error)
}

// SharedLog is a Log that other processes append to as well. A run waits until no
// other process is in one: two that opened the same case at once would leave events
// that do not follow on one another. done ends the turn.
type SharedLog interface {
	Log
	Exclusive(ctx context.Context) (done func() error, err error)
}

var _ Log = (*evidence.Log)(nil)
