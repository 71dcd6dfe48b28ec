package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/trueup-dev/trueup/evidence/export"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
	"github.com/trueup-dev/trueup/playbook/remedy"
)

// forms is what trueup run is told about the forms that other tools read.
type forms struct{ dir, system string }

func formFlags(f *flag.FlagSet) *forms {
	o := &forms{}
	f.StringVar(&o.dir, "oscal", "", "")
	f.StringVar(&o.system, "system", "", "")
	return o
}

func (o *forms) check() error {
	if o.dir != "" && o.system == "" {
		return fmt.Errorf("%w: -oscal needs -system, the name of what is assessed", errUsage)
	}
	return nil
}

// write writes a run's findings in other people's forms, if they are asked for. A run
// with nothing to mend has no plan of action.
func (o *forms) write(ctx context.Context, log store, p *playbook.Playbook, rep *playbook.Report) error {
	if o.dir == "" {
		return nil
	}
	var remedies []export.Remedy
	if p.Remedy() != nil {
		d, err := remedy.Open(ctx, p, log, writer())
		if err != nil {
			return err
		}
		if remedies, err = d.Remedies(ctx, rep); err != nil {
			return err
		}
	}
	engine, err := engineDigest()
	if err != nil {
		return err
	}
	a, err := audit.Assessment(ctx, log, p, rep, "trueup", engine, remedies)
	if err != nil {
		return err
	}
	results, err := export.AssessmentResults(a)
	if err != nil {
		return err
	}
	events, err := export.OCSF(a, o.system)
	if err != nil {
		return err
	}
	files := map[string][]byte{"assessment-results.json": results, "ocsf-findings.jsonl": append(bytes.Join(events, []byte("\n")), '\n')}
	if slices.ContainsFunc(a.Findings, func(f export.Finding) bool { return f.Outcome != export.Satisfied }) {
		if files["plan-of-action.json"], err = export.POAM(a, o.system); err != nil {
			return err
		}
	}
	if err := (leaving{run: rep.Run, at: rep.Result.AsOf, by: operator(), purpose: "findings of " + o.system + " in other forms", now: rep.Now}).record(ctx, log); err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o750); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(o.dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
