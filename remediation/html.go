package remediation

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"
)

//go:embed plan.html.tmpl
var planTemplate string

// WriteHTML writes the plan as one HTML page that needs nothing else: no script,
// no file, no network. Everything that comes from the estate is escaped.
func (p Plan) WriteHTML(w io.Writer) error {
	t, err := template.New("plan").Funcs(template.FuncMap{
		"date": func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
	}).Parse(planTemplate)
	if err != nil {
		return fmt.Errorf("remediation: plan page: %w", err)
	}
	digest, err := p.Digest()
	if err != nil {
		return err
	}
	page := struct {
		Plan            Plan
		Digest, Measure string
		Risks           bool
	}{p, digest, p.measure(), slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Risk != "" })}
	if err := t.Execute(w, page); err != nil {
		return fmt.Errorf("remediation: plan page: %w", err)
	}
	return nil
}

// measure is what the plan's bound is in.
func (p Plan) measure() string {
	if p.Strategy == LeastDisruption {
		return "disruption"
	}
	return "cost"
}
