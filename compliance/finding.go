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

// Fact is one named value that a finding rests on.
type Fact struct{ Name, Value string }

// Finding is a deviation that a rule found, with the facts that it rests on. It
// has no severity: one company's footnote is another's breach, so a rubric of
// the playbook decides (package escalation).
type Finding struct {
	Rule    RuleID
	Verdict Verdict
	// Subject names what the rule judged: a position, a source, an entitlement.
	Subject string
	Message string
	// Facts are what the expression read, in the order of the rule's document.
	Facts []Fact
	// Missing names the facts that nobody knows, for verdict Unknown.
	Missing []string
	// Remedy is the verb phrase of the rule: what mends the deviation.
	Remedy string

	// What the finding is about, for rubric, routes and planner. Each is empty
	// when it does not apply.
	Publisher string
	Product   catalog.ProductKey
	Contract  ContractID
	Source    SourceID
	// Exposure is the money at risk.
	Exposure Money
	// At is the instant of the snapshot that was judged.
	At time.Time
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
