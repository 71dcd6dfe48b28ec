package hold

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/trueup-dev/trueup/evidence"
)

// Log is the log that holds are in: evidence.Log, and that of the module
// evidence/postgres.
type Log interface {
	Append(ctx context.Context, e evidence.Entry) (evidence.Index, error)
	Len(ctx context.Context) (int64, error)
	Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error]
}

var _ Log = (*evidence.Log)(nil)

// shared is a log that several processes append to, which gives turns.
type shared interface {
	Exclusive(ctx context.Context) (done func() error, err error)
}

// Book is the holds of a log, to place, release and ask. One Book serves a log in a
// process; its methods may be called from any number of goroutines.
type Book struct {
	Log      Log
	Describe Describe

	// First is the first entry that the log still has, as it declares where it was
	// pruned; 0 where it was not.
	First evidence.Index

	turn sync.Mutex
}

// Read folds the log, from its first entry to its last, and shows each entry to visit,
// which may be nil. The error is ErrTruncated where the log is not whole.
func (b *Book) Read(ctx context.Context, visit func(evidence.Record) error) (*Holds, error) {
	n, err := b.Log.Len(ctx)
	if err != nil {
		return nil, fmt.Errorf("hold: %w", err)
	}
	h, next := &Holds{}, b.First
	for rec, err := range b.Log.Entries(ctx, b.First) {
		if err != nil {
			return nil, fmt.Errorf("hold: %w", err)
		}
		if rec.Index != next {
			return nil, fmt.Errorf("%w: entry %d follows where %d must", ErrTruncated, rec.Index, next)
		}
		next++
		if err := h.Apply(rec); err != nil {
			return nil, fmt.Errorf("%w; nothing is erased or pruned until its author explains it", err)
		}
		if visit == nil {
			continue
		}
		if err := visit(rec); err != nil {
			return nil, err
		}
	}
	if int64(next) < n {
		return nil, fmt.Errorf("%w: it ends before entry %d and has %d", ErrTruncated, next, n)
	}
	return h, nil
}

// Matters are the matters that a subject is held for, sorted: those that name it, and
// those that cover an entry about it.
func (b *Book) Matters(ctx context.Context, s Pseudonym) ([]string, error) {
	held := map[string]bool{}
	h, err := b.Read(ctx, nil)
	if err != nil {
		return nil, err
	}
	scoped := false
	for name, m := range h.matters {
		held[name] = m.subjects[s]
		scoped = scoped || len(m.scopes) > 0
	}
	if scoped { // now that all holds are known: which entries are about the subject
		_, err = b.Read(ctx, func(rec evidence.Record) error {
			a, err := b.About(rec)
			if err != nil || !slices.Contains(a.Subjects, s) {
				return err
			}
			for name, m := range h.matters {
				held[name] = held[name] || m.covers(&rec.Entry, a.At)
			}
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(held, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(held)), nil
}

// About is what an entry is about.
func (b *Book) About(rec evidence.Record) (About, error) {
	if b.Describe == nil {
		return About{}, fmt.Errorf("%w: Book.Describe is missing, so nobody knows what an entry is about", ErrMalformed)
	}
	a, err := b.Describe(rec)
	if err != nil {
		return a, fmt.Errorf("hold: what entry %d of kind %s is about: %w", rec.Index, rec.Kind, err)
	}
	return a, nil
}

// Unheld calls do in a turn in which no hold can be placed, if the subject is not held,
// and else is ErrHeld.
func (b *Book) Unheld(ctx context.Context, s Pseudonym, do func() error) error {
	return b.exclusively(ctx, func() error {
		matters, err := b.Matters(ctx, s)
		if err != nil {
			return err
		}
		if len(matters) > 0 {
			return fmt.Errorf("%w: of %d matters", ErrHeld, len(matters))
		}
		return do()
	})
}

// Place appends a hold.
func (b *Book) Place(ctx context.Context, h Hold) (i evidence.Index, err error) {
	e, err := h.Entry()
	if err != nil {
		return 0, err
	}
	err = b.exclusively(ctx, func() error {
		i, err = b.append(ctx, e)
		return err
	})
	return i, err
}

// Release appends a release. It is ErrNotHeld if the matter, or a subject that it
// states, is not held: a slip of the pen must not look like a release.
func (b *Book) Release(ctx context.Context, r Release) (i evidence.Index, err error) {
	e, err := r.Entry()
	if err != nil {
		return 0, err
	}
	err = b.exclusively(ctx, func() error {
		held, err := b.Read(ctx, nil)
		if err != nil {
			return err
		}
		m := held.matters[r.Matter]
		if m == nil {
			return fmt.Errorf("%w: nothing is held for the matter %q", ErrNotHeld, r.Matter)
		}
		if slices.ContainsFunc(r.Subjects, func(s Pseudonym) bool { return !m.names(s) }) {
			return fmt.Errorf("%w: the matter %q does not name a subject that is to be released", ErrNotHeld, r.Matter)
		}
		i, err = b.append(ctx, e)
		return err
	})
	return i, err
}

func (b *Book) append(ctx context.Context, e evidence.Entry) (evidence.Index, error) {
	i, err := b.Log.Append(ctx, e)
	if err != nil {
		return 0, fmt.Errorf("hold: %w", err)
	}
	return i, nil
}

// exclusively calls do while no one else of the log's holders is in it.
func (b *Book) exclusively(ctx context.Context, do func() error) (err error) {
	b.turn.Lock()
	defer b.turn.Unlock()
	if s, ok := b.Log.(shared); ok {
		done, err := s.Exclusive(ctx)
		if err != nil {
			return fmt.Errorf("hold: %w", err)
		}
		return errors.Join(do(), done())
	}
	return do()
}
