package remedy

import (
	"context"
	"strings"

	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Tasks are a plan's steps as the tasks of a plan of action and milestones, for the
// findings of the run that the plan was made in. A task is done where the report of a
// later run shows its criterion met; the report may be nil.
func Tasks(p remediation.Plan, findings []playbook.Judged, report *Verification) (export.Remedy, error) {
	digest, err := p.Digest()
	if err != nil {
		return export.Remedy{}, err
	}
	out := export.Remedy{Title: "Plan of " + p.Strategy.String(), Description: "Plan " + digest + "\n" + p.Text()}
	for _, f := range findings {
		for _, c := range p.Positions {
			if f.Subject == "position "+c.Position {
				out.Findings = append(out.Findings, f.Identity)
			}
		}
	}
	for i, s := range p.Steps {
		out.Tasks = append(out.Tasks, export.Task{
			ID: s.ID, Title: s.Verb, Owner: s.Owner, Start: s.Start, Due: s.Due, Done: shown(report, i),
			Description: strings.TrimSpace("Done when " + s.Criterion + "\n" + undo(s)),
		})
	}
	return out, nil
}

func undo(s remediation.Step) string {
	if s.Undo == "" {
		return "Cannot be undone"
	}
	return "Undo: " + s.Undo
}

func shown(v *Verification, step int) bool {
	if v == nil || step >= len(v.Report.Steps) {
		return false
	}
	s := v.Report.Steps[step]
	return s.Outcome == execution.Done && s.Criterion.Verdict.String() == "pass"
}

// Remedies are the plans of a run's cases as tasks, for the exports of package export.
func (d *Desk) Remedies(ctx context.Context, rep *playbook.Report) ([]export.Remedy, error) {
	cases, err := d.Cases(ctx)
	if err != nil {
		return nil, err
	}
	var out []export.Remedy
	for _, c := range cases {
		if c.Planned.Run != rep.Run {
			continue
		}
		r, err := Tasks(c.Planned.Plan, rep.Findings, c.Report)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
