package usage

import (
	"fmt"
	"slices"
	"time"
)

// Feature is what one input says about one feature. A nil pointer means that the
// input does not say; it never means zero.
type Feature struct {
	Name   FeatureName
	Vendor string // vendor daemon or publisher, as far as it is named
	Pool   string // set where several features draw on one pool: Owned and InUse are the pool's
	Status Status
	Owned  *int64 // licences issued
	InUse  *int64 // licences in use at the instant of a status output, reservations included
	// InUseSelf is the part of a pool's InUse that this feature holds; nil without Pool.
	InUseSelf *int64
	Reserved  int64 // part of InUse that is reserved and held by nobody
	Lots      []Lot

	// Checkouts are, of a log, all grants; of a status output, those current, with
	// Held from the check-out (zero if not said) to the instant of the output.
	Checkouts []Checkout
	// LogPeak is, for logs, the highest count reached when the lines are taken in
	// the order written. It exceeds the peak where, within one second, a licence
	// was taken before another came back.
	LogPeak *int64

	// Snapshots are all statuses of an input that holds several, by instant, the
	// one that the other fields describe among them; empty where it holds one.
	Snapshots []Snapshot

	Refusals []Refusal
	Queue    Queue
	Notes    []Note

	covers Span // of a log
	at     time.Time
}

// Timeline counts the checkouts of the feature. For a status output it holds only
// what is still out, so that its past is a lower bound; a checkout whose start the
// output does not say counts at the instant of the output only.
func (f *Feature) Timeline() (*Timeline, error) {
	if f.LogPeak != nil {
		return NewTimeline(f.Checkouts)
	}
	if f.at.IsZero() {
		return nil, fmt.Errorf("usage: feature %q: %w: the status does not say when it was taken; give Options.At", f.Name, ErrCheckout)
	}
	checkouts := slices.Clone(f.Checkouts)
	for i := range checkouts {
		c := &checkouts[i]
		if c.Held.From.IsZero() {
			c.Held.From, c.Sure.From = f.at, f.at
		}
	}
	return NewTimeline(checkouts)
}

// Peak is the highest number of licences in use at once as far as the input shows
// it: within the time that a log covers, or, for status outputs, at least what was
// in use at one of their instants with no upper bound. It is nil where the input shows no use
// at any time, as a list of the licence file does.
func (f *Feature) Peak() (*Peak, error) {
	if f.LogPeak == nil {
		return f.statusPeak(), nil
	}
	t, err := f.Timeline()
	if err != nil {
		return nil, fmt.Errorf("feature %q: %w", f.Name, err)
	}
	p := t.Peak(f.covers)
	return &p, nil
}

func (f *Feature) statusPeak() *Peak {
	if len(f.Snapshots) > 0 {
		return peakOf(f.Snapshots)
	}
	return peakOf([]Snapshot{f.now()})
}

func (f *Feature) note(doubtful bool, line int, what string) {
	f.Notes = addNote(f.Notes, doubtful, line, what)
}

// addNote counts a note that was met before instead of repeating it.
func addNote(notes []Note, doubtful bool, line int, what string) []Note {
	for i := range notes {
		if notes[i].Doubtful == doubtful && notes[i].What == what {
			notes[i].Count++
			return notes
		}
	}
	return append(notes, Note{Doubtful: doubtful, What: what, Count: 1, Line: line})
}
