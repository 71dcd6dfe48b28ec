package compliance

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// RuleID names a rule of a playbook.
type RuleID string

// Verdict is what a rule came to for one subject.
type Verdict uint8

// The verdicts. An error is never a pass, and what is not known is neither.
const (
	VerdictInvalid Verdict = iota
	Pass
	Fail
	Unknown
	Error
	NotApplicable
)

var verdicts = [...]string{"invalid", "pass", "fail", "unknown", "error", "not-applicable"}

// String is the verdict as exports write it.
func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return verdicts[VerdictInvalid]
}

// MarshalText writes the verdict as a word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Fact is one named value that a finding rests on.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Finding is a deviation that a rule found, with the facts that it rests on. It
// has no severity: one company's footnote is another's breach, so a rubric of
// the playbook decides (package escalation).
type Finding struct {
	Rule    RuleID  `json:"rule"`
	Verdict Verdict `json:"verdict"`
	// Subject names what the rule judged: a position, a source, an entitlement.
	Subject string `json:"subject,omitempty"`
	Message string `json:"message,omitempty"`
	// Facts are what the expression read, in the order of the rule's document.
	Facts []Fact `json:"facts,omitempty"`
	// Missing names the facts that nobody knows, for verdict Unknown.
	Missing []string `json:"missing,omitempty"`
	// Remedy is the verb phrase of the rule: what mends the deviation.
	Remedy string `json:"remedy,omitempty"`

	// What the finding is about, for rubric, routes and planner. Each is empty
	// when it does not apply.
	Publisher string             `json:"publisher,omitempty"`
	Product   catalog.ProductKey `json:"product"`
	Contract  ContractID         `json:"contract,omitempty"`
	Source    SourceID           `json:"source,omitempty"`
	// Exposure is the money at risk.
	Exposure Money `json:"exposure"`
	// At is the instant of the snapshot that was judged.
	At time.Time `json:"at,omitzero"`
}

// Identity is the same for the same deviation over all runs: it is made of the
// rule and the subject, and of nothing that changes while the deviation lasts.
func (f Finding) Identity() string {
	h := sha256.New()
	for _, part := range []string{string(f.Rule), f.Subject} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
