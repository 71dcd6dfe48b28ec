package verify

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/cosign"
)

// Status is the outcome of one verdict.
type Status int

const (
	Unknown Status = iota // could not be decided, or was not looked at
	Pass
	Fail
)

// String is "unknown", "pass" or "fail".
func (s Status) String() string {
	switch s {
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	}
	return "unknown"
}

// Problem is one thing that does not hold.
type Problem struct {
	// Where is what fails: "checkpoint", "entry 17", "run 2026-Q3", or the path of
	// a file in the folder.
	Where string
	What  string
}

func (p Problem) String() string { return p.Where + ": " + p.What }

// Verdict is the answer to one question about the log.
type Verdict struct {
	Status   Status
	Problems []Problem // at most 100; what came after is counted in More
	More     int
}

const maxProblems = 100

func (v *Verdict) fail(where, format string, args ...any) {
	v.Status = Fail
	v.note(where, format, args...)
}

func (v *Verdict) note(where, format string, args ...any) {
	if len(v.Problems) == maxProblems {
		v.More++
		return
	}
	v.Problems = append(v.Problems, Problem{where, fmt.Sprintf(format, args...)})
}

// Report is the result of checking a log.
type Report struct {
	Origin string    // of the checkpoint, if it is signed by the key
	Size   int64     // entries under the checkpoint
	Root   tlog.Hash // of the checkpoint
	Found  int64     // entries in the folder that could be read
	Runs   int       // runs among them

	Integrity    Verdict
	Completeness Verdict
	Provenance   Verdict

	// Witnesses have cosigned the checkpoint, if a policy was given.
	Witnesses []cosign.Cosignature

	// Leftovers are temporary files of a writer that did not end by itself. They
	// are no part of the log and were not read.
	Leftovers []string
}

// OK is whether all three verdicts pass.
func (r *Report) OK() bool {
	return r.Integrity.Status == Pass && r.Completeness.Status == Pass && r.Provenance.Status == Pass
}

// ErrNotVerified is wrapped by what Report.Err returns.
var ErrNotVerified = errors.New("verify: log does not verify")

// Err is nil if the report is OK, and else lists the problems.
func (r *Report) Err() error {
	if r.OK() {
		return nil
	}
	return fmt.Errorf("%w\n%s", ErrNotVerified, strings.TrimRight(r.String(), "\n"))
}

// String is the report for people, one line for each verdict and each problem.
func (r *Report) String() string {
	var b strings.Builder
	for _, v := range []struct {
		name string
		Verdict
	}{
		{"integrity", r.Integrity},
		{"completeness", r.Completeness},
		{"provenance", r.Provenance},
	} {
		fmt.Fprintf(&b, "%s: %s\n", v.name, v.Status)
		for _, p := range v.Problems {
			fmt.Fprintf(&b, "  %s\n", p)
		}
		if v.More > 0 {
			fmt.Fprintf(&b, "  and %d more\n", v.More)
		}
	}
	return b.String()
}
