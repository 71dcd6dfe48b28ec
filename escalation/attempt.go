package escalation

import (
	"slices"
	"time"
)

// FailureCode says in a word why a message did not leave.
type FailureCode string

// The codes of failures.
const (
	Unreachable FailureCode = "unreachable" // the other side did not answer
	TimedOut    FailureCode = "timed-out"   // it answered too late
	Refused     FailureCode = "refused"     // it said no for good
	Deferred    FailureCode = "deferred"    // it said not now
	NoAddress   FailureCode = "no-address"  // nobody knows where to send it
)

// Attempt is what came of an attempt to deliver a message. The zero Attempt is
// one that succeeded.
type Attempt struct {
	// Failure is why it failed, empty when it did not. Trying again cannot mend
	// one that is Permanent.
	Failure   FailureCode
	Permanent bool
	// Receipt is what the other side gave for the message, if it gives any.
	Receipt string
}

// backoff are the waits between attempts to deliver a message.
var backoff = [...]time.Duration{
	time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// Record is the event of an attempt to deliver a message. A permanent failure
// leaves a dead letter at once, any other one after some two days.
func (c Case) Record(m Message, a Attempt, now time.Time) ([]Event, error) {
	if !slices.ContainsFunc(c.Outbox, func(o Message) bool { return o.ID == m.ID }) {
		return nil, nil
	}
	s := session{c: c, now: now.UTC()}
	e := Event{Kind: Sent, Delivery: m.ID, Attempt: m.Attempts + 1, Receipt: a.Receipt}
	if a.Failure != "" {
		e.Kind, e.Failure, e.Receipt = Failed, a.Failure, ""
		if !a.Permanent && m.Attempts < len(backoff) {
			e.Retry = s.now.Add(backoff[m.Attempts])
		}
	}
	s.emit(e)
	return s.result()
}

// Held are the messages that quiet hours still hold back at an instant.
func (c Case) Held(at time.Time) []Message {
	var held []Message
	for _, m := range c.Outbox {
		if m.Hold.After(at) {
			held = append(held, m)
		}
	}
	return held
}
