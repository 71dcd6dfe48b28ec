package approval

import (
	"fmt"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// Document are the approval rules of a playbook.
type Document struct {
	At document.Position `yaml:"-"`
	// ExpireDays is how long a request stays open; after that it is denied.
	ExpireDays int `yaml:"expire-days,required"`
	// Rules are all consulted; a plan needs at least one that speaks for it.
	Rules []RuleDocument `yaml:"rules,required"`
}

// RuleDocument says who must approve plans of a kind.
type RuleDocument struct {
	At   document.Position `yaml:"-"`
	Name string            `yaml:"name,required"`
	// When is a condition over the plan; left out the rule holds for every plan.
	When document.Text `yaml:"when"`
	// Require is who must approve.
	Require Requirement `yaml:"require,required"`
}

// Requirement is a tree of approvals. Exactly one of Role, All, Any and Of is
// given.
type Requirement struct {
	At document.Position `yaml:"-"`
	// Role is the role that one approver must have, Where a further condition
	// over the approver and the plan.
	Role  string        `yaml:"role"`
	Where document.Text `yaml:"where"`
	// All branches must be satisfied, or Any one of them, or AtLeast of Of.
	All     []Requirement `yaml:"all"`
	Any     []Requirement `yaml:"any"`
	AtLeast int           `yaml:"at-least"`
	Of      []Requirement `yaml:"of"`
}

// Rules are a checked [Document], immutable and safe for concurrent use.
type Rules struct {
	expireDays int
	rules      []rule
}

type rule struct {
	name string
	when *expr.Program // nil holds always
	need node
}

// node is a checked requirement: at least n of the branches, or, without
// branches, one approver.
type node struct {
	role     string
	where    *expr.Program
	n        int
	branches []node
}

// New checks a document. The error holds every mistake as a document.Problem at
// its place.
func New(doc Document) (*Rules, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	c := checker{env: env}
	out := &Rules{expireDays: doc.ExpireDays}
	if doc.ExpireDays <= 0 {
		c.fail(doc.At, "expire-days must be above zero: a request that never expires is never denied")
	}
	if len(doc.Rules) == 0 {
		c.fail(doc.At, "there is no rule, so that no plan could be approved")
	}
	names := map[string]bool{}
	for _, d := range doc.Rules {
		if names[d.Name] {
			c.fail(d.At, "rule %q stands twice", d.Name)
		}
		names[d.Name] = true
		r := rule{name: d.Name, need: c.node(d.Require)}
		if d.When.Value != "" {
			r.when = c.compile(d.When)
		}
		out.rules = append(out.rules, r)
	}
	if err := c.problems.Err(); err != nil {
		return nil, fmt.Errorf("approval: %w", err)
	}
	return out, nil
}

type checker struct {
	env      *expr.Env
	problems document.Problems
}

func (c *checker) fail(at document.Position, format string, args ...any) {
	c.problems = append(c.problems, &document.Problem{At: at, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) compile(t document.Text) *expr.Program {
	prg, err := c.env.Compile(t, expr.Bool)
	if err != nil {
		c.problems = append(c.problems, document.Collect(t.At(), err)...)
	}
	return prg
}

func (c *checker) node(r Requirement) node {
	given := 0
	for _, is := range []bool{r.Role != "", r.All != nil, r.Any != nil, r.Of != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		c.fail(r.At, "give exactly one of role, all, any, and at-least with of")
	case r.Where.Value != "" && r.Role == "":
		c.fail(r.At, "where narrows a role, and there is none")
	case r.Of != nil && (r.AtLeast < 1 || r.AtLeast > len(r.Of)):
		c.fail(r.At, "at-least %d of %d branches cannot be; give 1 to %d", r.AtLeast, len(r.Of), len(r.Of))
	case r.Of == nil && r.AtLeast != 0:
		c.fail(r.At, "at-least needs of: the branches to choose from")
	case r.Role == "" && len(r.All)+len(r.Any)+len(r.Of) == 0:
		c.fail(r.At, "a list without branches would approve everything or nothing")
	}
	out := node{role: r.Role}
	if r.Where.Value != "" {
		out.where = c.compile(r.Where)
	}
	branches := r.All
	out.n = len(r.All)
	switch {
	case r.Any != nil:
		branches, out.n = r.Any, 1
	case r.Of != nil:
		branches, out.n = r.Of, r.AtLeast
	}
	for _, b := range branches {
		out.branches = append(out.branches, c.node(b))
	}
	return out
}

// ExpireDays is how long a request stays open.
func (r *Rules) ExpireDays() int { return r.expireDays }
