package remedy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"sync"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Log is the part of an evidence log that a desk needs. [evidence.Log] is one.
type Log interface {
	Append(ctx context.Context, e evidence.Entry) (evidence.Index, error)
	Entry(ctx context.Context, i evidence.Index) (evidence.Entry, error)
	Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error]
}

// Journal keeps the events of executions in an evidence log. It is safe for concurrent
// use, also by several processes over one log.
type Journal struct {
	log    Log
	writer string

	mu      sync.Mutex
	next    evidence.Index
	runs    map[string][]execution.Event
	written int
}

var _ execution.Journal = (*Journal)(nil)

// NewJournal makes a journal over a log. The writer names this process among those that
// append to the log; no two may have the same name.
func NewJournal(log Log, writer string) *Journal {
	return &Journal{log: log, writer: writer, runs: map[string][]execution.Event{}}
}

// step is the payload of an event. Writer and Number tell two equal events of two
// writers apart, so that only one of them has made it.
type step struct {
	Run    string          `json:"run"`
	Place  int             `json:"place"`
	Writer string          `json:"writer"`
	Number int             `json:"number"`
	Event  execution.Event `json:"event"`
}

// Load implements [execution.Journal].
func (j *Journal) Load(ctx context.Context, run string) ([]execution.Event, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.catchUp(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(j.runs[run]), nil
}

// Append implements [execution.Journal].
func (j *Journal) Append(ctx context.Context, run string, n int, e execution.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.catchUp(ctx); err != nil {
		return err
	}
	if len(j.runs[run]) != n {
		return fmt.Errorf("%w: %d events are there, not %d", execution.ErrConflict, len(j.runs[run]), n)
	}
	j.written++
	payload, err := json.Marshal(step{run, n, j.writer, j.written, e})
	if err != nil {
		return fmt.Errorf("remedy: event: %w", err)
	}
	at, err := j.log.Append(ctx, evidence.Entry{Kind: KindExecution, Key: string(KindExecution) + "/" + run + "/" + strconv.Itoa(n), Payload: payload})
	if err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	there, err := j.log.Entry(ctx, at)
	if err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	if !bytes.Equal(there.Payload, payload) {
		return fmt.Errorf("%w: event %d of run %s is another's", execution.ErrConflict, n, run)
	}
	return nil
}

// catchUp reads what was appended since.
func (j *Journal) catchUp(ctx context.Context) error {
	for rec, err := range j.log.Entries(ctx, j.next) {
		if err != nil {
			return fmt.Errorf("remedy: %w", err)
		}
		if rec.Kind == KindExecution {
			var s step
			if err := json.Unmarshal(rec.Payload, &s); err != nil {
				return fmt.Errorf("remedy: entry %d is no event of an execution: %w", rec.Index, err)
			}
			if s.Place != len(j.runs[s.Run]) {
				return fmt.Errorf("remedy: entry %d is event %d of run %s, of which %d are there", rec.Index, s.Place, s.Run, len(j.runs[s.Run]))
			}
			j.runs[s.Run] = append(j.runs[s.Run], s.Event)
		}
		j.next = rec.Index + 1
	}
	return nil
}
