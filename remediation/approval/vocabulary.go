package approval

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/internal/expr"
	"github.com/trueup-dev/trueup/remediation"
)

// planField is a fact of a plan that conditions may read.
func planField(name string, t expr.Type, doc string, get func(p *remediation.Plan) any) expr.Field {
	return expr.Field{Name: name, Type: t, Doc: doc, Get: func(o any) any { return get(o.(*remediation.Plan)) }}
}

var planSchema = &expr.Schema{Name: "plan", Fields: []expr.Field{
	planField("cost", expr.Decimal, "what it costs, in plan.currency", func(p *remediation.Plan) any { return p.Cost.Amount }),
	planField("currency", expr.String, "ISO 4217", func(p *remediation.Plan) any { return p.Cost.Currency }),
	planField("steps", expr.Int, "number of steps", func(p *remediation.Plan) any { return len(p.Steps) }),
	planField("takes", expr.Int, "installs and seats that it takes away", func(p *remediation.Plan) any { return p.Takes() }),
	planField("disruption", expr.Int, "weight of what it disturbs", func(p *remediation.Plan) any { return p.Disruption }),
	planField("irreversible", expr.Bool, "whether a step cannot be undone", irreversible),
	planField("closed", expr.Bool, "whether nothing stays short", func(p *remediation.Plan) any { return p.Closed() }),
	planField("open_exposure", expr.Decimal, "exposure that stays; unknown over several currencies", openExposure),
	planField("waivers", expr.List(expr.String), "guards that are switched off", func(p *remediation.Plan) any {
		return names(p.Waivers, func(w remediation.Waiver) string { return w.Guard })
	}),
	planField("tiers", expr.List(expr.String), "risk tiers of its positions", func(p *remediation.Plan) any {
		return names(p.Positions, func(c remediation.Change) string { return c.Tier })
	}),
	planField("kinds", expr.List(expr.String), "kinds of its steps", func(p *remediation.Plan) any {
		return names(p.Steps, func(s remediation.Step) string { return s.Kind.String() })
	}),
}}

func irreversible(p *remediation.Plan) any {
	for _, s := range p.Steps {
		if s.Undo == "" {
			return true
		}
	}
	return false
}

func openExposure(p *remediation.Plan) any {
	var sum decimal.Decimal
	for i, o := range p.Open {
		if i > 0 && o.Exposure.Currency != p.Open[0].Exposure.Currency {
			return nil
		}
		sum = sum.Add(o.Exposure.Amount)
	}
	return sum
}

func names[T any](in []T, name func(T) string) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = name(v)
	}
	return out
}

var approverSchema = &expr.Schema{Name: "approver", Fields: []expr.Field{
	{Name: "person", Type: expr.String, Doc: "the person who approves", Get: func(o any) any { return string(o.(*Principal).Person) }},
	{Name: "entity", Type: expr.String, Doc: "legal entity", Get: func(o any) any {
		if e := o.(*Principal).Entity; e != "" {
			return e
		}
		return nil
	}},
	{Name: "roles", Type: expr.List(expr.String), Doc: "roles", Get: func(o any) any {
		return names(o.(*Principal).Roles, func(r string) string { return r })
	}},
}}

func environment() (*expr.Env, error) {
	env, err := expr.NewEnv(expr.Options{Variables: []expr.Variable{
		{Name: "plan", Type: expr.Object(planSchema), Doc: "the plan to approve"},
		{Name: "approver", Type: expr.Object(approverSchema), Doc: "who approves; unknown outside of where"},
	}})
	if err != nil {
		return nil, fmt.Errorf("approval: %w", err)
	}
	return env, nil
}

func bind(p *remediation.Plan, who *Principal) expr.Vars {
	vars := expr.Vars{"plan": expr.Bind("plan", expr.Object(planSchema), p)}
	if who != nil {
		vars["approver"] = expr.Bind("approver", expr.Object(approverSchema), who)
	}
	return vars
}
