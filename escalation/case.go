package escalation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// Case is what the events of a case add up to. It is a value: applying an event
// gives another case and leaves this one as it was.
type Case struct {
	ID CaseID
	Opening
	State   lifecycle.State
	Outcome lifecycle.Outcome
	// Opened is when the case began, Since when its clocks did: they begin anew
	// when it is reopened.
	Opened, Since time.Time
	Closed        time.Time
	Owner         string
	Participants  []string
	Due           Due
	// Acknowledged is when the case was first taken.
	Acknowledged time.Time
	// Taken are those who took the case in the present stage.
	Taken     []string
	Lease     Timer
	Contained time.Time
	Stage     StageRun
	// Exhausted says that all stages have passed.
	Exhausted bool
	// MissedClocks are the due times that passed since the clocks began.
	MissedClocks []string
	Pauses       []calendar.Pause
	// Outbox are the messages that have not left yet, in the order of sending.
	Outbox []Message
	Dead   []Message
	// Receipts has one receipt for each recipient that gives any.
	Receipts []Receipt
	// Inquiries are what suppliers ask, and what is written in answer.
	Inquiries []inquiry.Thread
	// LastSeen is the last time that a run found the deviation.
	LastSeen time.Time
	// Seq is the number of the last event, Updated its time.
	Seq     int
	Updated time.Time
	Log     []Entry
}

// Message is a delivery that is under way.
type Message struct {
	Delivery
	// Seq is the event that sends it. Rendering the case as it was after that
	// event gives the same bytes at every attempt.
	Seq int
	// Attempts are those that failed; Next is when it is tried (again).
	Attempts int
	Next     time.Time
}

// Receipt is what the last message to somebody left behind on the other side,
// such as the number of a ticket, so that the next one can refer to it.
type Receipt struct{ To, Text string }

// Entry is a line of the case's log for people: a note, or what was attached.
type Entry struct {
	At       time.Time
	By, Text string
	// Name and Digest are set for what was attached.
	Name, Digest string
}

// ErrSequence is wrapped when events are not those that follow. Load the case
// again and decide anew: another process was faster.
var ErrSequence = errors.New("event does not follow")

// ErrRefused is wrapped when the state of a case does not allow a command.
var ErrRefused = errors.New("the case's state does not allow it")

// IDOf is the case of a finding: one finding, one case, over all runs.
func IDOf(f compliance.Finding) CaseID { return CaseID("case-" + f.Identity()) }

// Replay folds the events of one case, from the first.
func Replay(events []Event) (Case, error) {
	var c Case
	for _, e := range events {
		var err error
		if c, err = c.Apply(e); err != nil {
			return Case{}, err
		}
	}
	return c, nil
}

// Apply is the case after one more event.
func (c Case) Apply(e Event) (Case, error) {
	if e.Seq != c.Seq+1 || c.Seq > 0 && e.Case != c.ID {
		return c, fmt.Errorf("event %d of %s after event %d of %s: %w", e.Seq, e.Case, c.Seq, c.ID, ErrSequence)
	}
	if (e.Kind == Opened) != (c.Seq == 0) {
		return c, fmt.Errorf("event %d of %s is %q: a case begins with opened, once: %w", e.Seq, e.Case, e.Kind, ErrSequence)
	}
	if !e.whole() || e.Kind == Resumed && !c.IsPaused() {
		return c, fmt.Errorf("event %d of %s lacks what %q needs: %w", e.Seq, e.Case, e.Kind, ErrSequence)
	}
	if c.outward(e) {
		return c, fmt.Errorf("event %d of %s tells a supplier something before it was released: %w", e.Seq, e.Case, ErrRefused)
	}
	next := c
	if err := next.fold(e); err != nil {
		return c, err
	}
	next.Seq, next.Updated = e.Seq, e.At
	for _, d := range e.Tell {
		next.Outbox = append(slices.Clip(next.Outbox), Message{Delivery: d, Seq: e.Seq, Next: later(e.At, d.Hold)})
	}
	return next, nil
}

func (c *Case) fold(e Event) error {
	switch e.Kind {
	case Opened:
		c.open(e)
	case Rated:
		c.Opening = *e.Opened
		c.setDue(e)
	case Stepped:
		return c.step(e)
	case Took:
		c.Taken = append(slices.Clip(c.Taken), e.By)
	case Contained:
		c.Contained = e.At
	case Staged, Uncovered:
		c.Stage, c.Taken = *e.Stage, nil
	case Exhausted:
		c.Exhausted = true
	case Missed:
		c.missed(e.Clock)
	case Paused:
		c.Pauses = append(slices.Clip(c.Pauses), calendar.Pause{Start: e.At})
	case Resumed:
		c.resume(e)
	case Sent, Failed:
		c.delivered(e)
	case Noted, Attached:
		c.Log = append(slices.Clip(c.Log), Entry{At: e.At, By: e.By, Text: e.Text, Name: e.Name, Digest: e.Digest})
	case Joined:
		if !slices.Contains(c.Participants, e.Name) {
			c.Participants = append(slices.Clip(c.Participants), e.Name)
		}
	case Seen:
		c.LastSeen = e.At
	case Asked, Drafted, Returned, Released, Withdrawn:
		return c.correspond(e)
	default:
		return fmt.Errorf("event %d of %s has the unknown kind %q: %w", e.Seq, e.Case, e.Kind, ErrSequence)
	}
	return nil
}

func (c *Case) open(e Event) {
	c.ID, c.Opening = e.Case, *e.Opened
	c.State = lifecycle.Detected
	c.Opened, c.Since, c.LastSeen = e.At, e.At, e.At
	c.Participants = c.Plan.Participants
	c.setDue(e)
}

func (c *Case) setDue(e Event) {
	if e.Due != nil {
		c.Due = *e.Due
	}
}

func (c *Case) step(e Event) error {
	next, ok := lifecycle.After(c.State, e.Step)
	if !ok {
		return fmt.Errorf("event %d of %s: %s cannot follow %s: %w", e.Seq, e.Case, e.Step, c.State, ErrRefused)
	}
	c.State = next
	c.setDue(e)
	c.Lease = e.Lease
	switch e.Step {
	case lifecycle.Assign:
		c.Owner = e.Owner
	case lifecycle.Acknowledge:
		if c.Acknowledged.IsZero() {
			c.Acknowledged = e.At
		}
		if e.By != "" && !slices.Contains(c.Taken, e.By) {
			c.Taken = append(slices.Clip(c.Taken), e.By)
		}
	case lifecycle.Lapse:
		c.Taken = nil
	case lifecycle.Close:
		c.Outcome, c.Closed = e.Outcome, e.At
	case lifecycle.Reopen:
		c.Outcome, c.Closed, c.Contained = lifecycle.OutcomeNone, time.Time{}, time.Time{}
		c.Since, c.LastSeen, c.Acknowledged = e.At, e.At, time.Time{}
		c.Taken, c.MissedClocks, c.Pauses, c.Exhausted = nil, nil, nil, false
	}
	return nil
}

// missed notes that a due time passed. That of an inquiry belongs to the inquiry:
// it does not begin anew with the clocks of the case.
func (c *Case) missed(clock string) {
	reference, ok := strings.CutPrefix(clock, answerClock)
	if at := c.thread(reference); ok && at >= 0 {
		t := c.Inquiries[at]
		t.Late = true
		c.setThread(at, t)
		return
	}
	c.MissedClocks = append(slices.Clip(c.MissedClocks), clock)
}

func (c *Case) resume(e Event) {
	c.Pauses = slices.Clone(c.Pauses)
	c.Pauses[len(c.Pauses)-1].End = e.At
	c.setDue(e)
	c.Lease = e.Lease
	if e.Stage != nil {
		c.Stage = *e.Stage
	}
}

func (c *Case) delivered(e Event) {
	at := slices.IndexFunc(c.Outbox, func(m Message) bool { return m.ID == e.Delivery })
	if at < 0 {
		return
	}
	c.Outbox = slices.Clone(c.Outbox)
	m := &c.Outbox[at]
	if e.Kind == Failed {
		m.Attempts, m.Next = e.Attempt, e.Retry
		if !e.Retry.IsZero() {
			return
		}
		c.Dead = append(slices.Clip(c.Dead), *m)
	}
	c.carried(e)
	c.keep(Receipt{m.To, e.Receipt})
	c.Outbox = slices.Delete(c.Outbox, at, at+1)
}

// keep replaces the receipt of a recipient.
func (c *Case) keep(r Receipt) {
	if r.Text == "" {
		return
	}
	c.Receipts = slices.DeleteFunc(slices.Clone(c.Receipts), func(o Receipt) bool { return o.To == r.To })
	c.Receipts = append(c.Receipts, r)
}

// ReceiptOf is the receipt of a recipient, empty when there is none.
func (c Case) ReceiptOf(to string) string {
	for _, r := range c.Receipts {
		if r.To == to {
			return r.Text
		}
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// IsOpen says whether somebody still has to act.
func (c Case) IsOpen() bool { return c.State != lifecycle.Closed && c.Seq > 0 }

// IsPaused says whether the clocks stand still.
func (c Case) IsPaused() bool {
	return len(c.Pauses) > 0 && c.Pauses[len(c.Pauses)-1].End.IsZero()
}
