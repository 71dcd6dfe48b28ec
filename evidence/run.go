package evidence

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// KindRunStatement is the kind of the entry that closes a run.
const KindRunStatement Kind = format.StatementKind

// KindCount is the number of entries of one kind.
type KindCount struct {
	Kind  Kind
	Count int64
}

// RunStatement says what a run consists of. A tree proves that nothing in it was
// changed or taken away; it cannot prove that something was put in. The statement
// can: whoever runs the run counts for itself and signs for the counts, and the
// verifier compares them with what is there.
type RunStatement struct {
	Run    RunID
	Counts []KindCount // one for each kind, in any order, the statement not counted
}

// Entry is the statement as an entry to append. Its key makes sure that a run is
// stated once.
func (s RunStatement) Entry() (Entry, error) {
	counts := make([]format.KindCount, len(s.Counts))
	for i, c := range s.Counts {
		if !validKind(c.Kind) || c.Kind == KindRunStatement || c.Count < 0 {
			return Entry{}, fmt.Errorf("%w: run statement counts %d entries of kind %q", ErrInvalid, c.Count, c.Kind)
		}
		counts[i] = format.KindCount{Kind: string(c.Kind), Count: c.Count}
	}
	slices.SortFunc(counts, func(a, b format.KindCount) int { return cmp.Compare(a.Kind, b.Kind) })
	for i := 1; i < len(counts); i++ {
		if counts[i].Kind == counts[i-1].Kind {
			return Entry{}, fmt.Errorf("%w: run statement counts kind %q twice", ErrInvalid, counts[i].Kind)
		}
	}
	if s.Run == "" {
		return Entry{}, fmt.Errorf("%w: run statement without a run", ErrInvalid)
	}
	return Entry{
		Kind: KindRunStatement, Run: s.Run, Key: format.StatementKind + "/" + string(s.Run),
		Payload: format.AppendStatement(nil, counts),
	}, nil
}

// ParseRunStatement reads the entry that RunStatement.Entry made.
func ParseRunStatement(e Entry) (RunStatement, error) {
	if e.Kind != KindRunStatement {
		return RunStatement{}, fmt.Errorf("%w: kind %q is no run statement", ErrInvalid, e.Kind)
	}
	counts, err := format.ParseStatement(e.Payload)
	if err != nil {
		return RunStatement{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	s := RunStatement{Run: e.Run}
	for _, c := range counts {
		s.Counts = append(s.Counts, KindCount{Kind(c.Kind), c.Count})
	}
	return s, nil
}

// Run appends the entries of one run and counts them. Its methods may be called
// from any number of goroutines.
type Run struct {
	log *Log
	id  RunID

	mu   sync.Mutex
	seen map[Index]Kind
}

// Run starts, or takes up again, the run id. To take a run up after a crash,
// append its entries once more with the keys they had: they are counted, but not
// written again.
func (l *Log) Run(id RunID) *Run {
	return &Run{log: l, id: id, seen: map[Index]Kind{}}
}

// Append appends one entry of the run. Entry.Run is filled in.
func (r *Run) Append(ctx context.Context, e Entry) (Index, error) {
	e.Run = r.id
	i, err := r.log.Append(ctx, e)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen[i] = e.Kind
	}
	return i, err
}

// Complete appends the statement of what was appended through r, and publishes a
// checkpoint over it. Nothing may be appended to the run afterwards.
func (r *Run) Complete(ctx context.Context) (Checkpoint, error) {
	r.mu.Lock()
	counts := map[Kind]int64{}
	for _, kind := range r.seen {
		counts[kind]++
	}
	r.mu.Unlock()
	s := RunStatement{Run: r.id}
	for kind, n := range counts {
		s.Counts = append(s.Counts, KindCount{kind, n})
	}
	e, err := s.Entry()
	if err != nil {
		return Checkpoint{}, err
	}
	if _, err := r.log.Append(ctx, e); err != nil {
		return Checkpoint{}, err
	}
	return r.log.Checkpoint(ctx)
}
