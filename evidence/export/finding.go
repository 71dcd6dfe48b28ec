package export

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/evidence"
)

// Outcome is what came of a check.
type Outcome uint8

// The outcomes. Undetermined is one for which facts are missing: no form has it as
// passed.
const (
	OutcomeInvalid Outcome = iota
	Satisfied
	NotSatisfied
	Undetermined
)

// Severity is how bad a finding is, on the scale that most forms have.
type Severity uint8

// The severities, rising. SeverityUnknown is the zero value.
const (
	SeverityUnknown Severity = iota
	Informational
	Low
	Medium
	High
	Critical
)

var severities = []string{"unknown", "informational", "low", "medium", "high", "critical"}

// String is the name in lower case.
func (s Severity) String() string {
	if int(s) < len(severities) {
		return severities[s]
	}
	return severities[SeverityUnknown]
}

// Finding is one check of one subject, as the forms of findings have it.
type Finding struct {
	// ID names the finding within its assessment. Rule is what was checked, Subject
	// what it was checked on, such as a product.
	ID, Rule, Subject string
	Title             string
	Description       string
	Outcome           Outcome
	Severity          Severity

	// Due is when it must be remedied; zero if no clock runs.
	Due time.Time

	// Entry is where the log has it.
	Entry evidence.Index
}

// Task is one step of the way back of a finding.
type Task struct {
	ID, Title, Description string
	Owner                  string
	Start, Due             time.Time // Start may be zero
	Done                   bool
}

// Remedy is the tasks that mend some findings, by their IDs.
type Remedy struct {
	Title, Description string
	Findings           []string
	Tasks              []Task
}

// Assessment is one run, with all that was found, and where the proof is.
type Assessment struct {
	Run        evidence.RunID
	Title      string
	Start, End time.Time // as of when, and judged when

	// Engine names what judged, with its version.
	Engine, Version string

	// Plan is the document that says what is checked, such as the playbook: a URI
	// reference, and the SHA-256 of the document in hex.
	Plan, PlanDigest string

	// Rules are all that were checked, those without a finding too.
	Rules    []string
	Findings []Finding
	Remedies []Remedy

	// Checkpoint is of the log that has the run.
	Checkpoint evidence.Checkpoint
}

// check reports everything that no form can do without.
func (a *Assessment) check() error {
	var errs []error
	need := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrExport}, args...)...))
		}
	}
	need(a.Run == "" || a.Title == "" || a.Engine == "" || a.Version == "", "an assessment needs a run, a title, an engine and its version")
	need(a.Start.IsZero() || a.End.Before(a.Start), "an assessment needs a start, and an end that is not before it")
	need(a.Plan == "", "an assessment needs the plan that it went by")
	need(len(a.Rules) == 0, "an assessment needs the rules that were checked")
	need(a.Checkpoint.Origin == "", "an assessment needs the checkpoint of its log")
	seen := map[string]bool{}
	for i, f := range a.Findings {
		need(f.ID == "" || seen[f.ID], "finding %d has no ID of its own", i)
		need(f.Title == "" || f.Description == "", "finding %s needs a title and a description", f.ID)
		need(!slices.Contains(a.Rules, f.Rule), "finding %s is of rule %q, which is none of the rules", f.ID, f.Rule)
		need(f.Outcome == OutcomeInvalid || f.Outcome > Undetermined, "finding %s has no outcome", f.ID)
		need(f.Severity > Critical, "finding %s has no severity of the scale", f.ID)
		need(f.Entry < 0 || int64(f.Entry) >= a.Checkpoint.Size, "finding %s is in entry %d, which the checkpoint does not cover", f.ID, f.Entry)
		seen[f.ID] = true
	}
	for i, r := range a.Remedies {
		need(r.Title == "" || r.Description == "" || len(r.Findings) == 0, "remedy %d needs a title, a description and findings", i)
		for _, id := range r.Findings {
			need(!seen[id], "remedy %d is of finding %q, which is not there", i, id)
		}
		for _, t := range r.Tasks {
			need(t.ID == "" || t.Title == "" || t.Due.IsZero() || t.Start.After(t.Due), "task %q of remedy %d needs an ID, a title and a due date after its start", t.ID, i)
		}
	}
	return errors.Join(errs...)
}

// line is text on one line, without spaces at its ends.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
