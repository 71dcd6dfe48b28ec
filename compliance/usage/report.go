package usage

import (
	"fmt"
	"slices"
	"time"
)

// Status says how the licences of a feature are counted.
type Status int

// The statuses. StatusUnknown is that of a debug log, which does not say.
const (
	StatusUnknown Status = iota
	Counted
	// Uncounted licences have no number: Owned is nil, and any use is covered.
	Uncounted
	// Expired licences were issued, but their term had ended when the status was
	// taken: Owned is 0.
	Expired
	// Refused licences stand in the licence file but the server does not serve
	// them (unsupported by licensed server): Owned is nil.
	Refused
)

// String is the lower-case name of the status.
func (s Status) String() string {
	switch s {
	case Counted:
		return "counted"
	case Uncounted:
		return "uncounted"
	case Expired:
		return "expired"
	case Refused:
		return "refused"
	}
	return "unknown"
}

// uncountedNumber stands for "no limit" in the outputs of several servers.
const uncountedNumber = 1<<31 - 1

// Lot is one line of licences among those that make up what a feature owns.
type Lot struct {
	Version   string
	Licences  int64     // 0 if Uncounted
	InUse     *int64    // nil where the output does not say it by lot
	Uncounted bool      // no number
	Permanent bool      // no end
	Expires   time.Time // the first instant no longer covered; zero if unknown or Permanent
	Server    string    // server, daemon or licence the lot comes from; may be empty
}

// Repairs read an irregular input in the one way it can mean; doubts are figures
// that rest on something the input does not say.
const (
	repaired = false
	doubtful = true
)

// Note says what was repaired or remains doubtful, how often, and where first. The
// text names no person.
type Note struct {
	// Doubtful: a figure rests on something that the input does not say; where it
	// matters the figure has two bounds. Otherwise the input was irregular and was
	// read in the one way it can mean.
	Doubtful bool
	What     string
	Count    int
	Line     int // of the first case; 0 where no single line is meant
}

// Refusal counts the requests for a feature that the server turned down for one
// reason.
type Refusal struct {
	Event    string // DENIED or UNSUPPORTED
	Reason   string // as the server words it
	Requests int
	Licences int64
	First    time.Time
	Last     time.Time
}

// Queue is who waited for a feature: for a log the requests over its time, for a
// status output those waiting at its instant.
type Queue struct {
	Requests int
	Licences *int64 // asked for; nil where the input does not say
	Served   int    // requests that left the queue with a licence; logs only
}

func (q *Queue) add(licences int64) {
	q.Requests++
	if q.Licences != nil {
		licences = addCapped(licences, *q.Licences)
	}
	q.Licences = &licences
}

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
// it: within the time that a log covers, or, for a status output, at least what was
// in use at its instant with no upper bound. It is nil where the input shows no use
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
	if f.InUse == nil {
		return nil
	}
	p := &Peak{AtLeast: *f.InUse}
	if !f.at.IsZero() && *f.InUse > 0 {
		p.Spans = []Span{{f.at, f.at}}
		p.Sure = p.Spans
	}
	var sum tally
	for _, c := range f.Checkouts {
		sum.add(c.User, c.Host, c.Quantity)
	}
	p.Holders = sum.holders()
	return p
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

// Unparsed is a line that the parser does not understand. The text may name
// people: show it to those who may read the input.
type Unparsed struct {
	Line    int
	Column  int // in bytes, 1-based
	Problem string
	Text    string // shortened
}

// Report is what one input says.
type Report struct {
	Format Format
	Zone   *time.Location // in which the input's local times were read
	// Undated is set for a log that names no date: its days count from 1970-01-01.
	Undated bool
	Covers  Span      // of a log: from the first line to the end of the second of the last
	At      time.Time // of a status output; zero where it does not say
	// Features in the order in which the input names them first.
	Features []Feature
	Lines    int
	// UnparsedLines counts the lines not understood; Unparsed holds the first few.
	UnparsedLines int
	Unparsed      []Unparsed
	Notes         []Note
}
