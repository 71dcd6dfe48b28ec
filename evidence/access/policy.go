package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/internal/expr"
)

// Errors to tell apart with errors.Is.
var (
	// ErrDenied: the principal may not, or there is no such entry. It does not say
	// which.
	ErrDenied = errors.New("access: denied")

	// ErrPolicy: the policy is malformed; all mistakes are listed.
	ErrPolicy = errors.New("access: malformed policy")

	// ErrGrant: the grant lacks what a grant must have.
	ErrGrant = errors.New("access: malformed grant")
)

// Level is a level of confidentiality, by its name in the policy.
type Level string

// Action is what someone does with evidence.
type Action string

// The actions.
const (
	Read   Action = "read"
	Export Action = "export"
)

// Principal is who asks, as the embedding program has authenticated them.
type Principal struct {
	ID        string
	Roles     []string
	Entity    string // the legal entity they work for
	Clearance Level  // the highest level that rules may open to them; none if empty
}

// Resource is what is known of an entry without showing it.
type Resource struct {
	Kind       evidence.Kind
	Run        evidence.RunID
	Level      Level     // empty is the highest of the policy
	At         time.Time // what its facts are of; zero is unknown
	Frameworks []string  // that it is evidence for
	Publisher  string
	Product    string
	Entity     string
}

// Rule allows some actions where its expression is true.
type Rule struct {
	Name    string
	Actions []Action
	When    string // CEL over principal, resource, action and now
}

// Document is a policy as its author writes it.
type Document struct {
	// Levels go from open to closed. From Recorded on, every reading is an entry; if
	// it is empty, that is every level.
	Levels   []Level
	Recorded Level
	Rules    []Rule
}

// Policy is a checked document. It is immutable and safe for concurrent use.
type Policy struct {
	levels   []Level
	recorded int
	rules    []compiled
	scope    *expr.Env
}

type compiled struct {
	Rule
	when *expr.Program
}

// New checks a document. The error lists every mistake.
func New(d Document) (*Policy, error) {
	p := &Policy{levels: slices.Clone(d.Levels)}
	var errs []error
	if len(d.Levels) == 0 {
		errs = append(errs, errors.New("there are no levels"))
	}
	for i, l := range d.Levels {
		if l == "" || slices.Contains(d.Levels[:i], l) {
			errs = append(errs, fmt.Errorf("level %q is empty or there twice", l))
		}
	}
	if p.recorded = p.level(d.Recorded); d.Recorded == "" {
		p.recorded = 0
	} else if p.recorded < 0 {
		errs = append(errs, fmt.Errorf("level %q, from which on readings are recorded, is none of the levels", d.Recorded))
	}
	env, err := expr.NewEnv(expr.Options{Variables: variables})
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	for i, r := range d.Rules {
		if r.Name == "" || slices.ContainsFunc(d.Rules[:i], func(o Rule) bool { return o.Name == r.Name }) {
			errs = append(errs, fmt.Errorf("rule %d has no name of its own", i))
		}
		if len(r.Actions) == 0 || !known(r.Actions) {
			errs = append(errs, fmt.Errorf("rule %s names no action, or one that is none of read and export", r.Name))
		}
		when, err := env.Compile(document.Literal("rule "+r.Name, r.When), expr.Bool)
		if err != nil {
			errs = append(errs, fmt.Errorf("rule %s: %w", r.Name, err))
		}
		p.rules = append(p.rules, compiled{r, when})
	}
	if p.scope, err = expr.NewEnv(expr.Options{Variables: variables[1:2]}); err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%w:\n%w", ErrPolicy, errors.Join(errs...))
	}
	return p, nil
}

func known(actions []Action) bool {
	return !slices.ContainsFunc(actions, func(a Action) bool { return a != Read && a != Export })
}

// level is the place of a level; -1 if it is none.
func (p *Policy) level(l Level) int { return slices.Index(p.levels, l) }

// levelOf is the level of a resource: the highest if it has none that is known.
func (p *Policy) levelOf(r Resource) int {
	if l := p.level(r.Level); l >= 0 {
		return l
	}
	return len(p.levels) - 1
}

// Request is one wish.
type Request struct {
	Principal Principal
	Action    Action
	Purpose   string
	Now       time.Time
}

// Decision is the answer, with its reason for those who keep the policy.
type Decision struct {
	Allowed bool
	By      string // the rule or the grant that allows it
	Reason  string // why nothing does
}

// Decide decides one request about one resource. It evaluates every rule and every
// grant whatever the outcome, so that the time does not tell it.
func (p *Policy) Decide(ctx context.Context, q Request, r Resource, grants []Grant) Decision {
	d := Decision{Reason: "no rule and no grant allows it"}
	level := p.levelOf(r)
	vars := expr.Vars{
		"principal": &q.Principal, "resource": &r, "action": string(q.Action), "now": q.Now,
	}
	for _, rule := range p.rules {
		ok, why := holds(ctx, rule.when, vars)
		switch {
		case !slices.Contains(rule.Actions, q.Action):
		case why != "":
			d.Reason = fmt.Sprintf("rule %s: %s", rule.Name, why)
		case ok && p.level(q.Principal.Clearance) < level:
			d.Reason = "the clearance does not reach"
		case ok && !d.Allowed:
			d.Allowed, d.By = true, "rule "+rule.Name
		}
	}
	for i := range grants {
		ok := p.granted(ctx, &grants[i], q, r, level)
		if ok && !d.Allowed {
			d.Allowed, d.By = true, "grant "+grants[i].ID
		}
	}
	if q.Principal.ID == "" || q.Purpose == "" {
		d = Decision{Reason: "a request needs a principal and a purpose"}
	}
	if d.Allowed {
		d.Reason = ""
	}
	return d
}

// holds evaluates an expression; what cannot be decided does not hold.
func holds(ctx context.Context, prg *expr.Program, vars expr.Vars) (ok bool, why string) {
	res, err := prg.Eval(ctx, vars)
	switch {
	case err != nil:
		return false, err.Error()
	case !res.Known():
		return false, fmt.Sprintf("not known: %v", res.Missing)
	}
	ok, _ = res.Value.(bool)
	return ok, ""
}
