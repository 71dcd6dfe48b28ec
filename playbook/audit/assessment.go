package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/playbook"
)

// Assessment is a run as the forms of package export have it: the rules that were
// checked, what they found, until when it must be remedied, and which entry of the log
// says so. Remedies are the tasks of the run's plans, if there are any.
//
// A severity of the playbook's rubric is that of the same name (informational, low,
// medium, high or critical); a rubric's own names are unknown in the forms, and stand
// in the description.
func Assessment(ctx context.Context, l Log, p *playbook.Playbook, rep *playbook.Report, engine, version string, remedies []export.Remedy) (export.Assessment, error) {
	out := export.Assessment{
		Run: rep.Run, Title: p.Name() + ", version " + p.Version(), Start: rep.Now, End: rep.Now, Engine: engine, Version: version,
		Plan: p.File(), PlanDigest: p.Digest(), Remedies: remedies, Checkpoint: rep.Checkpoint,
	}
	for _, r := range p.Rules() {
		out.Rules = append(out.Rules, string(r))
	}
	entries, err := entriesOf(ctx, l, rep.Run)
	if err != nil {
		return out, err
	}
	due := map[string]time.Time{}
	for _, c := range rep.Cases {
		due[c.Finding] = c.Due.Remedy.At
	}
	for _, f := range rep.Findings {
		entry, logged := entries[f.Identity]
		if !logged {
			return out, fmt.Errorf("audit: the log has no entry of run %s for finding %s", rep.Run, f.Identity)
		}
		found := export.Finding{
			ID: f.Identity, Rule: string(f.Rule), Subject: f.Subject, Title: f.Message, Description: told(f),
			Outcome: export.NotSatisfied, Severity: severity(f.Severity), Due: due[f.Identity], Entry: entry,
		}
		if f.Verdict == compliance.Unknown || f.Verdict == compliance.Error {
			found.Outcome = export.Undetermined
		}
		out.Findings = append(out.Findings, found)
	}
	return out, nil
}

// entriesOf are the entries of a run's findings by their identities.
func entriesOf(ctx context.Context, l Log, run evidence.RunID) (map[string]evidence.Index, error) {
	out := map[string]evidence.Index{}
	for rec, err := range l.Entries(ctx, 0) {
		if err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		if rec.Run != run || rec.Kind != playbook.KindFinding {
			continue
		}
		var f struct{ Identity string }
		if err := json.Unmarshal(rec.Payload, &f); err != nil {
			return nil, fmt.Errorf("audit: entry %d of kind %s: %w", rec.Index, rec.Kind, err)
		}
		out[f.Identity] = rec.Index
	}
	return out, nil
}

// told is a finding in words: what was found, how bad and why, and what nobody knows.
func told(f playbook.Judged) string {
	lines := []string{f.Message}
	if f.Severity != "" {
		lines = append(lines, "Severity "+f.Severity+": "+f.Reason)
	}
	if len(f.Missing) > 0 {
		lines = append(lines, "Not known: "+strings.Join(f.Missing, ", "))
	}
	if f.Remedy != "" {
		lines = append(lines, "Remedy: "+f.Remedy)
	}
	return strings.Join(lines, "\n")
}

func severity(name string) export.Severity {
	for s := export.Informational; s <= export.Critical; s++ {
		if s.String() == strings.ToLower(name) {
			return s
		}
	}
	return export.SeverityUnknown
}
