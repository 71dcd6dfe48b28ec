package rule

import (
	"context"
	"strings"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/expr"
)

// Input is what rules judge.
type Input struct {
	Result        *compliance.Result
	Entitlements  []compliance.Entitlement
	Contracts     []compliance.Contract
	Disagreements []compliance.Disagreement
}

// Evaluate judges every subject by every rule. Findings come in the order of the
// rules and, within a rule, of the subjects; a subject that a rule passes gives
// none. The error is the context's; whatever goes wrong in a rule is a finding
// with verdict error.
func (s *Set) Evaluate(ctx context.Context, in Input) ([]compliance.Finding, error) {
	var out []compliance.Finding
	for _, r := range s.rules {
		r.subject.each(in, func(object any, name string, f compliance.Finding) {
			if ctx.Err() != nil {
				return
			}
			f.Rule, f.Subject, f.At, f.Remedy = compliance.RuleID(r.doc.ID), name, in.Result.AsOf, r.doc.Remedy
			if r.judge(ctx, in, object, &f); f.Verdict != compliance.Pass && f.Verdict != compliance.NotApplicable {
				out = append(out, f)
			}
		})
	}
	return out, ctx.Err()
}

// judge fills in the verdict of a rule on one subject, and what goes with it.
func (r rule) judge(ctx context.Context, in Input, object any, f *compliance.Finding) {
	vars := expr.Vars{
		r.subject.name: expr.Bind(r.subject.name, expr.Object(r.subject.schema), object),
		"asOf":         expr.Bind("asOf", expr.Timestamp, in.Result.AsOf),
	}
	failed := func(err error) {
		f.Verdict, f.Message = compliance.Error, "rule cannot be evaluated: "+err.Error()
	}
	if r.applies != nil {
		applies, err := r.applies.Eval(ctx, vars)
		switch {
		case err != nil:
			failed(err)
			return
		case !applies.Known():
			r.undecided(f, applies.Missing)
			return
		case applies.Value == false:
			f.Verdict = compliance.NotApplicable
			return
		}
	}
	deviates, err := r.when.Eval(ctx, vars)
	switch {
	case err != nil:
		failed(err)
	case !deviates.Known():
		r.undecided(f, deviates.Missing)
	case deviates.Value == false:
		f.Verdict = compliance.Pass
	default:
		if err := r.report(ctx, vars, f); err != nil {
			failed(err)
		}
	}
}

func (r rule) undecided(f *compliance.Finding, missing []string) {
	f.Verdict, f.Missing = compliance.Unknown, missing
	f.Message = "rule cannot be decided without " + strings.Join(missing, ", ")
}

// report gives a failed finding its message and its facts.
func (r rule) report(ctx context.Context, vars expr.Vars, f *compliance.Finding) error {
	message, err := r.message.render(ctx, vars)
	if err != nil {
		return err
	}
	for _, p := range r.evidence {
		v, err := p.Eval(ctx, vars)
		if err != nil {
			return err
		}
		f.Facts = append(f.Facts, compliance.Fact{Name: p.Text().Value, Value: show(v)})
	}
	f.Verdict, f.Message = compliance.Fail, message
	return nil
}
