package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrTwice is wrapped by the error for a second statement of the same thing, for the
// same effective date, recorded at the same instant: nobody can say which one holds.
var ErrTwice = errors.New("ledger: stated twice")

// Dates say from when on a statement holds, and when it was believed.
type Dates struct {
	// Effective is from when on it holds; zero means always.
	Effective time.Time
	// Recorded is when it became known; zero means that it always was.
	Recorded time.Time
	// Superseded is when it ceased to be believed; zero means never. A statement for
	// the same effective date that is recorded later supersedes it all the same.
	Superseded time.Time
}

func (d Dates) check() error {
	if !d.Superseded.IsZero() && !d.Superseded.After(d.Recorded) {
		return errors.New("ledger: superseded_at is not after recorded_at")
	}
	return nil
}

// statement is one line of the ledger: a fact, or that there is none.
type statement[T any] struct {
	Dates
	fact *T
}

func compareStatements[T any](a, b statement[T]) int {
	return cmp.Or(a.Effective.Compare(b.Effective), a.Recorded.Compare(b.Recorded))
}

// book holds the statements about things of one kind, for each thing by effective
// date, then by when they were recorded.
type book[T any] map[string][]statement[T]

// add enters a statement. The book stays as it is when the statement is refused.
func (b *book[T]) add(what, id string, s statement[T]) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("%w, of %s %s", err, what, id)
	}
	if *b == nil {
		*b = book[T]{}
	}
	i, taken := slices.BinarySearchFunc((*b)[id], s, compareStatements)
	if taken {
		return fmt.Errorf("%w: %s %s, effective %s, recorded %s", ErrTwice, what, id, from(s.Effective), from(s.Recorded))
	}
	(*b)[id] = slices.Insert((*b)[id], i, s)
	return nil
}

func from(t time.Time) string {
	if t.IsZero() {
		return "always"
	}
	return t.UTC().Format(time.RFC3339)
}

// at lists what is in force, sorted by identifier.
func (b book[T]) at(effective, known time.Time) []T {
	var out []T
	for _, id := range slices.Sorted(maps.Keys(b)) {
		if fact := inForce(b[id], effective, known); fact != nil {
			out = append(out, *fact)
		}
	}
	return out
}

// inForce is what a thing's statements come to.
func inForce[T any](statements []statement[T], effective, known time.Time) *T {
	var best *T
	for i := 0; i < len(statements) && reached(statements[i].Effective, effective); {
		var said *T
		date := statements[i].Effective
		for ; i < len(statements) && statements[i].Effective.Equal(date); i++ {
			if s := statements[i]; reached(s.Recorded, known) {
				if said = s.fact; s.gone(known) {
					said = nil
				}
			}
		}
		if said != nil {
			best = said
		}
	}
	return best
}

func (d Dates) gone(known time.Time) bool {
	return !d.Superseded.IsZero() && reached(d.Superseded, known)
}

// reached says whether an instant has come by another, of which zero is the end of
// time.
func reached(t, by time.Time) bool { return by.IsZero() || !t.After(by) }
