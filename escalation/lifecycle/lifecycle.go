// Package lifecycle is the state machine of a case: which states there are, which
// steps lead from one to another, and which are refused.
//
// The table is total. Every step has an entry in every state, and a refusal is an
// entry like any other, so that no combination was merely forgotten; the test
// writes the whole table out for review. The machine knows no clock, no person
// and no policy: who may take a step is decided elsewhere.
package lifecycle

import "fmt"

// State is where a case stands. The numbers stay within a program; documents
// and evidence hold the names.
type State uint8

// The states of a case.
const (
	StateInvalid State = iota
	// Detected: the finding is there, nobody has judged it.
	Detected
	// Triaged: it has a severity.
	Triaged
	// Assigned: it has an owner, who has not answered yet.
	Assigned
	// Acknowledged: the owner has taken it, for as long as the lease lasts.
	Acknowledged
	// Investigating: the owner looks for the cause.
	Investigating
	// Planned: there is a plan to mend it.
	Planned
	// AwaitingApproval: the plan is with those who must agree.
	AwaitingApproval
	// Remediating: the plan is carried out.
	Remediating
	// Verifying: the plan is done, the next snapshot must show it.
	Verifying
	// Closed: with an [Outcome].
	Closed
	// Reopened: the deviation came back after the case was closed.
	Reopened
	stateCount
)

var stateNames = [stateCount]string{
	"invalid", "detected", "triaged", "assigned", "acknowledged", "investigating", "planned",
	"awaiting-approval", "remediating", "verifying", "closed", "reopened",
}

// String is the state's name in documents and evidence.
func (s State) String() string { return name(stateNames[:], int(s)) }

// MarshalText is the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name.
func (s *State) UnmarshalText(text []byte) error {
	i, err := find(stateNames[:], string(text), "state")
	*s = State(i)
	return err
}

// Step is what moves a case on.
type Step uint8

// The steps.
const (
	StepInvalid Step = iota
	Triage           // give it a severity
	Assign           // give it an owner
	Acknowledge      // the owner takes it, or renews the lease
	Lapse            // the lease ended without further work
	Investigate      // the owner looks for the cause
	Plan             // a plan stands
	Submit           // the plan goes to approval
	Approve          // those who must agree do
	Reject           // they do not
	Remediate        // a plan that needs no approval is begun
	Verify           // the plan is done and must be shown
	Refute           // the next snapshot shows that it did not help
	Close            // the case ends
	Reopen           // the deviation is back
	stepCount
)

var stepNames = [stepCount]string{
	"invalid", "triage", "assign", "acknowledge", "lapse", "investigate", "plan", "submit",
	"approve", "reject", "remediate", "verify", "refute", "close", "reopen",
}

// String is the step's name in evidence.
func (s Step) String() string { return name(stepNames[:], int(s)) }

// MarshalText is the step's name.
func (s Step) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a step's name.
func (s *Step) UnmarshalText(text []byte) error {
	i, err := find(stepNames[:], string(text), "step")
	*s = Step(i)
	return err
}

// Outcome is how a case ended.
type Outcome uint8

// The outcomes.
const (
	OutcomeNone Outcome = iota
	Remedied            // the deviation is gone, and a snapshot shows it
	Accepted            // it stays, under an exception that somebody approved
	False               // there never was a deviation
	Merged              // another case goes on with it
	outcomeCount
)

var outcomeNames = [outcomeCount]string{"", "remedied", "accepted", "false", "merged"}

// String is the outcome's name in evidence, empty while the case is open.
func (o Outcome) String() string { return name(outcomeNames[:], int(o)) }

// MarshalText is the outcome's name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads an outcome's name.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, n := range outcomeNames {
		if n == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("no outcome is called %q", text)
}

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return names[0]
}

func find(names []string, text, what string) (int, error) {
	for i, n := range names[1:] {
		if n == text {
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("no %s is called %q", what, text)
}
