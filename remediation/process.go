package remediation

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// ProcessDocument is the due process of taking something away for one justification: an
// account that was closed needs no notice, a part-timer more of it.
type ProcessDocument struct {
	At    document.Position `yaml:"-"`
	Kinds []Kind            `yaml:"kinds,required"`
	// When is a condition over candidate and policy; the first entry whose condition is
	// known to hold decides.
	When document.Text `yaml:"when,required"`
	// Justification is what users and approvers are told.
	Justification string `yaml:"justification,required"`
	// NoticeDays is how long users are told ahead.
	NoticeDays int `yaml:"notice-days"`
}

// process is a compiled [ProcessDocument].
type process struct {
	ProcessDocument
	program *expr.Program
}

func (c *policyChecker) processes(env *expr.Env) {
	for _, d := range c.doc.Processes {
		if d.NoticeDays < 0 || d.Justification == "" {
			c.fail(d.At, "a due process has no justification or a negative notice")
		}
		prg, err := env.Compile(d.When, expr.Bool)
		if err != nil {
			c.problems = append(c.problems, document.Collect(d.When.At(), err)...)
			continue
		}
		c.p.processes = append(c.p.processes, process{d, prg})
	}
}

// justify gives an option the due process of its justification.
func (r Request) justify(ctx context.Context, o *Option, c *candidate) error {
	for _, p := range r.Policy.processes {
		if !slices.Contains(p.Kinds, o.Kind) {
			continue
		}
		res, err := p.program.Eval(ctx, r.Policy.about(c))
		if err != nil {
			return fmt.Errorf("remediation: due process %q: %w", p.Justification, err)
		}
		if res.Known() && res.Value == true {
			lead := r.Policy.actions[o.Kind].LeadDays
			o.Justification = p.Justification
			o.Earliest, o.Ready = r.open(addDays(r.Now, p.NoticeDays)), r.open(addDays(r.Now, p.NoticeDays+lead))
			return nil
		}
	}
	return nil
}

// about are the variables of conditions over a candidate.
func (p *Policy) about(c *candidate) expr.Vars {
	return expr.Vars{
		"candidate": expr.Bind("candidate", expr.Object(candidateSchema), c),
		"policy":    expr.Bind("policy", expr.Object(termsSchema), &terms{p.window(c.product), p.newDays}),
	}
}
