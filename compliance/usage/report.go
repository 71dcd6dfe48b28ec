package usage

import (
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
