package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/connectors/estate"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/verify"
	"github.com/trueup-dev/trueup/playbook"
)

// Report is the result of checking a package: what verify.Package says, and whether
// the run comes out the same when it is computed anew.
type Report struct {
	verify.PackageReport

	// Recomputation passes when every position, finding and verdict of the run came
	// out byte for byte. It is unknown when integrity or completeness failed, since
	// there is nothing then to compare with.
	Recomputation verify.Verdict

	// Recomputed counts the entries that were compared.
	Recomputed int
}

// OK is whether all four verdicts pass.
func (r *Report) OK() bool { return r.PackageReport.OK() && r.Recomputation.Status == verify.Pass }

// ErrNotVerified is wrapped by what Report.Err returns.
var ErrNotVerified = errors.New("audit: package does not verify")

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
	b.WriteString(r.PackageReport.String())
	fmt.Fprintf(&b, "recomputation: %s\n", r.Recomputation.Status)
	for _, p := range r.Recomputation.Problems {
		fmt.Fprintf(&b, "  %s\n", p)
	}
	return b.String()
}

// Verify checks a package and recomputes its run. The error is about the check
// itself; what it found is in the report.
func Verify(ctx context.Context, fsys fs.FS, opts verify.PackageOptions) (*Report, error) {
	checked, err := verify.Package(ctx, fsys, opts)
	if err != nil {
		return nil, err
	}
	r := &Report{PackageReport: *checked}
	if checked.Integrity.Status != verify.Pass || checked.Completeness.Status != verify.Pass {
		return r, nil
	}
	if err := r.recompute(ctx, fsys); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.differs("the package", "cannot be computed anew: %v", err)
	}
	if r.Recomputation.Status == verify.Unknown {
		r.Recomputation.Status = verify.Pass
	}
	return r, nil
}

func (r *Report) differs(where, format string, args ...any) {
	r.Recomputation.Status = verify.Fail
	r.Recomputation.Problems = append(r.Recomputation.Problems, verify.Problem{Where: where, What: fmt.Sprintf(format, args...)})
}

// recompute judges the facts by the playbook and compares.
func (r *Report) recompute(ctx context.Context, fsys fs.FS) error {
	rules, err := fs.Sub(fsys, playbookDir)
	if err != nil {
		return err
	}
	p, err := playbook.LoadFS(rules, r.About.Document)
	if err != nil {
		return err
	}
	if got := "sha256:" + p.Digest(); got != r.About.Playbook {
		r.differs(playbookDir, "has the digest %s, the manifest says %s", got, r.About.Playbook)
	}
	facts, err := readFacts(fsys)
	if err != nil {
		return err
	}
	if facts.Past, err = r.past(); err != nil {
		return err
	}
	entries, err := p.Recompute(ctx, facts, r.About.Judged)
	if err != nil {
		return err
	}
	r.compare(entries)
	return nil
}

// past is what the run took from before it, as its own entry has it.
func (r *Report) past() (*playbook.Past, error) {
	for _, e := range r.Entries {
		if evidence.Kind(e.Kind) == playbook.KindPast {
			return playbook.ReadPast(evidence.RunID(e.Run), e.Payload)
		}
	}
	return nil, nil
}

func readFacts(fsys fs.FS) (playbook.Facts, error) {
	var facts playbook.Facts
	dir, err := fs.Sub(fsys, factsDir)
	if err != nil {
		return facts, err
	}
	folder, err := estate.Read(dir)
	if err != nil {
		return facts, err
	}
	facts.Estate = folder.Estate
	b, err := fs.ReadFile(fsys, collectionsFile)
	if err != nil {
		return facts, err
	}
	for line := range bytes.Lines(b) {
		var c playbook.Collection
		if err := json.Unmarshal(line, &c); err != nil {
			return facts, fmt.Errorf("%s: %w", collectionsFile, err)
		}
		facts.Collections = append(facts.Collections, c)
	}
	return facts, nil
}

// computed are the kinds of entry that are computed anew.
var computed = []evidence.Kind{playbook.KindRun, playbook.KindCollected, playbook.KindPosition, playbook.KindPast, playbook.KindFinding}

// maxDifferences is how many differences are named.
const maxDifferences = 100

// compare takes each entry of the log that can be computed anew, by its key.
func (r *Report) compare(entries []evidence.Entry) {
	want := map[string]verify.PackagedEntry{}
	for _, e := range r.Entries {
		if slices.Contains(computed, evidence.Kind(e.Kind)) {
			want[e.Key] = e
		}
	}
	for _, e := range entries {
		r.Recomputed++
		logged, ok := want[e.Key]
		delete(want, e.Key)
		switch {
		case len(r.Recomputation.Problems) >= maxDifferences:
		case !ok:
			r.differs(e.Key, "comes out and is not in the log")
		case logged.Kind != string(e.Kind) || logged.Run != string(e.Run) || !bytes.Equal(logged.Payload, e.Payload):
			r.differs(fmt.Sprintf("entry %d", logged.Index), "of kind %s comes out otherwise: %s", e.Kind, difference(logged.Payload, e.Payload))
		}
	}
	for _, e := range r.Entries { // in the order of the log
		if _, left := want[e.Key]; left && len(r.Recomputation.Problems) < maxDifferences {
			r.differs(fmt.Sprintf("entry %d", e.Index), "of kind %s does not come out", e.Kind)
		}
	}
}

// difference shows where two payloads part.
func difference(logged, computed []byte) string {
	i := 0
	for i < len(logged) && i < len(computed) && logged[i] == computed[i] {
		i++
	}
	part := func(b []byte) []byte { return b[max(0, min(i-20, len(b))):min(i+20, len(b))] }
	return fmt.Sprintf("at byte %d the log has %q, computed is %q", i, part(logged), part(computed))
}
