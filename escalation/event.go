package escalation

import (
	"time"

	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// CaseID identifies a case: see [IDOf].
type CaseID string

// EventKind says what happened to a case.
type EventKind string

// The kinds of events.
const (
	Opened    EventKind = "opened"    // the case began, with its plan
	Stepped   EventKind = "stepped"   // the state machine moved
	Took      EventKind = "took"      // one of several who must take the case did
	Rated     EventKind = "rated"     // another severity, with another plan
	Contained EventKind = "contained" // the damage does not grow any more
	Staged    EventKind = "staged"    // a stage of escalation began
	Uncovered EventKind = "uncovered" // a stage had nobody on duty
	Exhausted EventKind = "exhausted" // all stages passed, the fallback was told
	Missed    EventKind = "missed"    // a due time passed
	Paused    EventKind = "paused"    // the clocks stand still
	Resumed   EventKind = "resumed"   // they run again
	Sent      EventKind = "sent"      // a message left
	Failed    EventKind = "failed"    // a message did not leave
	Noted     EventKind = "noted"     // somebody wrote a note
	Attached  EventKind = "attached"  // somebody added a file, or a plan or ticket was linked
	Joined    EventKind = "joined"    // somebody follows the case
	Seen      EventKind = "seen"      // a later run found the deviation again
	Asked     EventKind = "asked"     // a supplier asks something
	Drafted   EventKind = "drafted"   // an answer was written
	Returned  EventKind = "returned"  // it was sent back to its writers
	Released  EventKind = "released"  // it may leave
	Withdrawn EventKind = "withdrawn" // the supplier does not want it any more
)

// ReasonAnswer is the reason of the one message that goes to a supplier: the answer
// to its inquiry, after its release.
const ReasonAnswer = "answer"

// Event is one thing that happened to a case. Which of the optional fields are
// set depends on the kind. It is plain data; encoding/json writes equal events
// as equal bytes.
type Event struct {
	Case CaseID `json:"case"`
	// Seq counts the case's events from 1, without gaps.
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	Kind EventKind `json:"kind"`
	// By is who did it, empty when the clock did.
	By string `json:"by,omitempty"`

	Opened  *Opening          `json:"opened,omitempty"`
	Step    lifecycle.Step    `json:"step,omitzero"`
	Outcome lifecycle.Outcome `json:"outcome,omitzero"`
	Owner   string            `json:"owner,omitempty"`
	// Due has the due times from here on, Lease when an acknowledgement ends.
	Due   *Due      `json:"due,omitempty"`
	Lease Timer     `json:"lease,omitzero"`
	Stage *StageRun `json:"stage,omitempty"`
	// Clock names the due time that was missed.
	Clock string `json:"clock,omitempty"`
	// Tell are the messages that this event sends.
	Tell []Delivery `json:"tell,omitempty"`
	// Delivery is the message that was sent or failed; Retry is when it is tried
	// again, zero when it is given up.
	Delivery string    `json:"delivery,omitempty"`
	Attempt  int       `json:"attempt,omitempty"`
	Retry    time.Time `json:"retry,omitzero"`
	// Failure is why the message failed, in a code: what the other side said may
	// quote what nobody is cleared for. Receipt is what it gave for the message.
	Failure FailureCode `json:"failure,omitempty"`
	Receipt string      `json:"receipt,omitempty"`
	// Text is a note or a reason; Name and Digest belong to what was attached,
	// and Name to who joined. In the correspondence with a supplier Name is the
	// inquiry's reference, and Digest that of the draft that is released.
	Text   string `json:"text,omitempty"`
	Name   string `json:"name,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Inquiry is what a supplier asks, Draft what is written in answer.
	Inquiry *inquiry.Question `json:"inquiry,omitempty"`
	Draft   *inquiry.Draft    `json:"draft,omitempty"`
}

// whole says whether an event has what its kind cannot do without.
func (e *Event) whole() bool {
	switch e.Kind {
	case Opened, Rated:
		return e.Opened != nil
	case Staged, Uncovered:
		return e.Stage != nil && e.Stage.Index >= 0
	case Asked:
		return e.Inquiry != nil
	case Drafted:
		return e.Draft != nil
	case Released:
		return len(e.Tell) == 1 && e.Tell[0].Reason == ReasonAnswer
	}
	return true
}

// Opening is what a case begins with, and what a new rating replaces.
type Opening struct {
	// Finding is the identity of the finding; Rule, Subject and Message are its.
	Finding string `json:"finding"`
	Rule    string `json:"rule"`
	Subject string `json:"subject"`
	Message string `json:"message"`
	Grade   Grade  `json:"grade"`
	// Plan is fixed here: a later policy does not change it.
	Plan policy.Plan `json:"plan"`
	// Drill names the exercise that the case is; empty when it is in earnest.
	Drill string `json:"drill,omitempty"`
	// Limit is when the contract's cure period ends. The remedy is never due
	// later, and no pause moves it.
	Limit time.Time `json:"limit,omitzero"`
}

// Grade is a severity as evidence keeps it.
type Grade struct {
	Severity string `json:"severity"`
	Rank     int    `json:"rank"`
	// Vector, Row and Reason say why, and Rubric by which rubric.
	Vector string `json:"vector"`
	Row    string `json:"row"`
	Reason string `json:"reason"`
	Rubric string `json:"rubric"`
}

// Due says by when a case must be taken, contained and remedied.
type Due struct {
	Acknowledge Timer `json:"acknowledge"`
	Contain     Timer `json:"contain"`
	Remedy      Timer `json:"remedy"`
}

// Timer is a span that began at an instant, and when it ends on the case's
// calendar, its pauses and the contract's limit considered.
type Timer struct {
	From time.Time     `json:"from"`
	Span calendar.Span `json:"span"`
	At   time.Time     `json:"at"`
}

// IsZero says whether the timer was never started.
func (t Timer) IsZero() bool { return t.At.IsZero() }

// StageRun is a stage that began.
type StageRun struct {
	// Index is the stage's place in the plan, Round how often the stages have
	// been gone through before.
	Index int    `json:"index"`
	Round int    `json:"round,omitempty"`
	Name  string `json:"name"`
	// People are who was on duty and told.
	People []string `json:"people,omitempty"`
	// Until is when the next stage begins.
	Until Timer `json:"until,omitzero"`
}

// Delivery is one message to one recipient.
type Delivery struct {
	// ID stays the same over all attempts, so that a receiver can drop what it
	// has had. It is made of the case, the event and the recipient.
	ID string `json:"id"`
	To string `json:"to"`
	// Reason says what the message is about: opened, stage, missed, exhausted,
	// assigned, closed, reopened, inquiry, draft, returned or answer.
	Reason string `json:"reason"`
	// Hold is until when quiet hours hold the message back, zero when they do
	// not; Digest says that it may then leave in one letter with others.
	Hold   time.Time `json:"hold,omitzero"`
	Digest bool      `json:"digest,omitempty"`
	// Group is the plan's: messages of one group to one recipient that leave at the
	// same time leave in one letter. Empty where the route groups nothing.
	Group string `json:"group,omitempty"`
}
