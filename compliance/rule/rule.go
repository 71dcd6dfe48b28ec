// Package rule finds deviations in a result of reconciliation.
//
// A rule is data: what it looks at, an expression that says when that is a
// deviation, the message that says so, and the facts that the finding must carry.
// Loading a set of rules checks all of it against the vocabulary of the model, so
// that a misspelt fact is a problem with line and column on the day it is
// written, and not a rule that never fires.
//
//	rules:
//	  - id: shortfall
//	    over: position
//	    when: position.short_low > 0
//	    message: "{position.short_low} {position.unit} short of {position.product}"
//	    evidence: [position.owned, position.required_low, position.exposure]
//	    remedy: reclaim, reallocate or buy
//
// Every evaluation ends in a verdict. A rule that holds is a failure, and a rule
// that cannot be decided because facts are missing is unknown and says which: both
// are findings. So is a rule whose evaluation goes wrong, since an error must
// never pass for a pass.
//
// Severity is left out. A rule says what is so; how bad that is depends on the
// company, and package escalation decides it.
package rule

import (
	"fmt"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
	"github.com/trueup-dev/trueup/internal/facts"
)

// Document is a rule as a playbook writes it.
type Document struct {
	At document.Position `yaml:"-"`
	// ID is the rule's name, unique in its set. It is part of the identity of
	// findings, so it must not change while a finding is open.
	ID string `yaml:"id,required"`
	// Over names the kind of subject: position, source, title (not recognised),
	// product (recognised, not under management), entitlement, contract or
	// disagreement. The expressions see the subject under that name, and the
	// instant of the snapshot as asOf.
	Over document.Text `yaml:"over,required"`
	// Applies says for which subjects the rule is meant; left out, for all.
	Applies document.Text `yaml:"applies"`
	// When says when the subject deviates.
	When document.Text `yaml:"when,required"`
	// Message is a text in which each {expression} is replaced by its value.
	Message document.Text `yaml:"message,required"`
	// Evidence lists expressions whose values the finding carries as facts.
	Evidence []document.Text `yaml:"evidence"`
	// Remedy is a verb phrase for what mends the deviation.
	Remedy string `yaml:"remedy"`
	// Doc says why the rule exists.
	Doc string `yaml:"doc"`
}

// Set is a checked set of rules, immutable and safe for concurrent use.
type Set struct{ rules []rule }

// Rules are the identifiers of the rules, in the order of their documents.
func (s *Set) Rules() []compliance.RuleID {
	out := make([]compliance.RuleID, len(s.rules))
	for i, r := range s.rules {
		out[i] = compliance.RuleID(r.doc.ID)
	}
	return out
}

type rule struct {
	doc      Document
	subject  subject
	applies  *expr.Program
	when     *expr.Program
	message  template
	evidence []*expr.Program
}

// subject is a kind of thing that rules judge.
type subject struct {
	name   string
	schema *expr.Schema
	// each gives the subjects of that kind with what a finding says of them.
	each func(Input, func(object any, name string, f compliance.Finding))
}

// New checks rules and makes a set of them. The error is of type
// document.Problems and holds every mistake.
func New(docs []Document) (*Set, error) {
	var ps document.Problems
	out := &Set{}
	seen := map[string]document.Position{}
	envs := map[string]*expr.Env{}
	for _, d := range docs {
		if first, dup := seen[d.ID]; dup {
			ps = append(ps, &document.Problem{At: d.At, Message: fmt.Sprintf("rule %q is already defined at %s", d.ID, first)})
		}
		seen[d.ID] = d.At
		s, ok := subjectNamed(d.Over.Value)
		if !ok {
			ps = append(ps, d.Over.Problem(1, 1, "rules cannot be over %q; known are %s", d.Over.Value, subjectNames()))
			continue
		}
		if envs[s.name] == nil {
			env, err := environment(s)
			if err != nil {
				return nil, err
			}
			envs[s.name] = env
		}
		r, problems := compile(envs[s.name], s, d)
		ps = append(ps, problems...)
		out.rules = append(out.rules, r)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

// environment is the vocabulary of rules over one kind of subject.
func environment(s subject) (*expr.Env, error) {
	return expr.NewEnv(expr.Options{
		Variables: []expr.Variable{
			{Name: s.name, Type: expr.Object(s.schema), Doc: "the subject"},
			{Name: "asOf", Type: expr.Timestamp, Doc: "instant of the snapshot"},
		},
		Functions: facts.Functions(),
	})
}

func compile(env *expr.Env, s subject, d Document) (rule, document.Problems) {
	r := rule{doc: d, subject: s}
	var ps document.Problems
	program := func(t document.Text, want expr.Type) *expr.Program {
		p, err := env.Compile(t, want)
		ps = append(ps, document.Collect(t.At(), err)...)
		return p
	}
	if !d.Applies.IsZero() {
		r.applies = program(d.Applies, expr.Bool)
	}
	r.when = program(d.When, expr.Bool)
	for _, e := range d.Evidence {
		p, err := env.CompileAny(e)
		ps = append(ps, document.Collect(e.At(), err)...)
		r.evidence = append(r.evidence, p)
	}
	var err error
	r.message, err = parseTemplate(env, d.Message)
	ps = append(ps, document.Collect(d.Message.At(), err)...)
	return r, ps
}
