package escalation

import (
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// Contain says that the damage does not grow any more.
func (c Case) Contain(by, reason string, now time.Time) ([]Event, error) {
	if !c.IsOpen() || !c.Contained.IsZero() {
		return nil, c.refuse("be contained")
	}
	return c.single(Event{Kind: Contained, By: by, Text: reason}, now)
}

// Note writes a line into the case's log, closed or not.
func (c Case) Note(by, text string, now time.Time) ([]Event, error) {
	return c.single(Event{Kind: Noted, By: by, Text: text}, now)
}

// Attach links a file, a plan or a ticket by name, with the digest of what it
// was at the time where it has one.
func (c Case) Attach(by, name, digest, text string, now time.Time) ([]Event, error) {
	return c.single(Event{Kind: Attached, By: by, Name: name, Digest: digest, Text: text}, now)
}

// Join lets somebody follow the case. A supplier that asks about it cannot.
func (c Case) Join(name, by string, now time.Time) ([]Event, error) {
	if c.isSupplier(name) {
		return nil, fmt.Errorf("%s asks about %s, so it cannot follow it: %w", name, c.ID, inquiry.ErrRefused)
	}
	return c.single(Event{Kind: Joined, By: by, Name: name}, now)
}

// Again says that a run found the deviation of the case once more. An open case
// has been seen; a closed one is reopened, unless it was closed as accepted,
// false or merged, which a repeated finding does not change.
func (c Case) Again(d Directory, now time.Time) ([]Event, error) {
	if c.IsOpen() || c.Outcome != lifecycle.Remedied {
		return c.single(Event{Kind: Seen}, now)
	}
	return c.Reopen(d, "a run found the deviation again", now)
}

func (c Case) single(e Event, now time.Time) ([]Event, error) {
	s := c.session(nil, now)
	s.emit(e)
	return s.result()
}

// The rules of the findings that a case gives rise to by itself.
const (
	RuleCoverage   compliance.RuleID = "escalation-coverage"
	RuleExhausted  compliance.RuleID = "escalation-exhausted"
	RuleDeadLetter compliance.RuleID = "escalation-dead-letter"
)

// Alarm is the finding that an event is by itself: a stage without anybody on
// duty, a case that all stages let pass, a message that could not be delivered.
// It is about the machinery, so its subject is a chain's stage or a recipient,
// not the case; a recipient's name stays out of its message.
func (c Case) Alarm(e Event) (compliance.Finding, bool) {
	f := compliance.Finding{Verdict: compliance.Fail, At: e.At, Facts: []compliance.Fact{{Name: "case", Value: string(c.ID)}}}
	switch {
	case e.Kind == Uncovered:
		f.Rule, f.Subject = RuleCoverage, c.Plan.Chain+"/"+e.Stage.Name
		f.Message = fmt.Sprintf("stage %s of chain %s had nobody on duty", e.Stage.Name, c.Plan.Chain)
		f.Remedy = "put somebody on duty or name a deputy"
	case e.Kind == Exhausted:
		f.Rule, f.Subject = RuleExhausted, string(c.ID)
		f.Message = fmt.Sprintf("nobody took the case before all stages of chain %s had passed", c.Plan.Chain)
		f.Remedy = "have the fallback take the case"
	case e.Kind == Failed && e.Retry.IsZero():
		f.Rule, f.Subject = RuleDeadLetter, e.Delivery
		f.Message = fmt.Sprintf("a message could not be delivered in %d attempts", e.Attempt)
		f.Remedy = "mend the recipient's address and tell them by other means"
	default:
		return compliance.Finding{}, false
	}
	return f, true
}
