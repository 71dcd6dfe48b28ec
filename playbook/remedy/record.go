package remedy

import (
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/closure"
)

// The kinds of entry that a desk appends. They belong to no run: a run is closed by its
// statement before anyone can ask for its plan.
const (
	KindRequest   evidence.Kind = "trueup.request/1"
	KindVote      evidence.Kind = "trueup.vote/1"
	KindExecution evidence.Kind = "trueup.execution/1"
	KindEffect    evidence.Kind = "trueup.effect/1"
	KindNotice    evidence.Kind = "trueup.remedy-notice/1"
	KindTask      evidence.Kind = "trueup.task/1"
	KindConfirmed evidence.Kind = "trueup.confirmation/1"
	KindVerified  evidence.Kind = "trueup.verification/1"
	KindSignOff   evidence.Kind = "trueup.sign-off/1"
	KindClosed    evidence.Kind = "trueup.closure/1"

	KindDelegation evidence.Kind = "trueup.delegation/1"
)

// Request is someone asking for a plan.
type Request struct {
	Case      string             `json:"case"`
	Plan      string             `json:"plan"` // digest
	Requester approval.AccountID `json:"requester"`
	At        time.Time          `json:"at"`
}

// Cast is a vote, with its signature where the account has keys.
type Cast struct {
	Vote     approval.Vote       `json:"vote"`
	Envelope *statement.Envelope `json:"envelope,omitempty"`

	// delegations is how many were in the log before the vote.
	delegations int
}

// Effect is what a connector said of an action: the state of its target before and
// after.
type Effect struct {
	Case   string             `json:"case"`
	Key    string             `json:"key"`
	Action remediation.Action `json:"action"`
	// Verb is what the connector was asked to do.
	Verb    string            `json:"verb,omitempty"`
	Dry     bool              `json:"dry,omitempty"`
	Outcome string            `json:"outcome"`
	Before  map[string]string `json:"before,omitempty"`
	After   map[string]string `json:"after,omitempty"`
	Failure string            `json:"failure,omitempty"`
	At      time.Time         `json:"at"`
}

// Notice is that the users of a step are told.
type Notice struct {
	Case     string    `json:"case"`
	Step     string    `json:"step"`
	Verb     string    `json:"verb"`
	Earliest time.Time `json:"earliest"`
	At       time.Time `json:"at"`
}

// Task is an action that a person carries out.
type Task struct {
	Case   string             `json:"case"`
	Key    string             `json:"key"`
	Action remediation.Action `json:"action"`
	// Undo says that the action is to be taken back.
	Undo bool      `json:"undo,omitempty"`
	At   time.Time `json:"at"`
}

// Confirmation says that a task was done, and where that is on record.
type Confirmation struct {
	Case      string             `json:"case"`
	Key       string             `json:"key"`
	By        approval.AccountID `json:"by"`
	Reference string             `json:"reference"`
	At        time.Time          `json:"at"`
}

// Verification is the report of a plan by a later run.
type Verification struct {
	Case   string         `json:"case"`
	Run    evidence.RunID `json:"run"`
	Report closure.Report `json:"report"`
}

// SignOff is one signature under the report of a case.
type SignOff struct {
	Case string          `json:"case"`
	Sign closure.SignOff `json:"sign_off"`
}

// Closed ends a case.
type Closed struct {
	Case   string         `json:"case"`
	Record closure.Record `json:"record"`
}

var verbs = map[remediation.Verb]connectors.Verb{remediation.Uninstall: connectors.Remove, remediation.Unassign: connectors.Reclaim}

// asked is an action as connectors know it; ok is false where none carries it out.
func asked(key string, a remediation.Action, dry bool) (out connectors.Action, ok bool) {
	out = connectors.Action{Key: key, Verb: verbs[a.Verb], Kind: connectors.Install, Target: map[string]string{}, DryRun: dry}
	if a.Verb == remediation.Unassign {
		out.Kind = connectors.Seat
	}
	for name, value := range map[string]string{
		"device": string(a.Device), "user": string(a.User), "publisher": a.Title.Publisher, "name": a.Title.Name, "version": a.Title.Version,
		"edition": a.Title.Edition, "product_code": a.Title.ProductCode, "architecture": a.Title.Architecture,
	} {
		if value != "" {
			out.Target[name] = value
		}
	}
	return out, out.Verb != connectors.VerbInvalid
}
