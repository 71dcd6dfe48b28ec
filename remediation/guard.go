package remediation

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// StandardGuards are the conditions that hold unless a policy replaces or waives
// them. They keep a plan from taking software away from those who are wrongly
// on every list of the unused: new starters, people on leave, part-timers,
// service and shared accounts.
func StandardGuards() []GuardDocument {
	away := []Kind{Reclaim}
	both := []Kind{Reclaim, Remove}
	guard := func(name string, kinds []Kind, require, reason string) GuardDocument {
		return GuardDocument{Name: name, Kinds: kinds, Require: document.Literal("guard "+name, require), Reason: reason}
	}
	return []GuardDocument{
		guard("recent-activity", away, `candidate.idle_days >= policy.idle_days`, "used within the window"),
		guard("new-assignment", away, `candidate.age_days >= policy.new_days`, "installed or assigned only lately"),
		guard("account-kind", away, `candidate.user_kind in ["person", "none"]`, "service or shared account"),
		guard("leave", away, `!candidate.on_leave`, "its user is on leave"),
		guard("work-pattern", away, `candidate.idle_days * candidate.work_days >= policy.idle_days * 5`, "too few working days in the window"),
		guard("critical-system", both, `!candidate.critical`, "critical system"),
		guard("change-freeze", both, `!candidate.frozen`, "change freeze"),
	}
}

// guard is a compiled [GuardDocument].
type guard struct {
	GuardDocument
	program *expr.Program
}

// Check is what a guard came to for one option.
type Check struct {
	Guard string
	// Passed is false where the guard failed or is not known.
	Passed bool
	// Reason is the guard's reason where it failed.
	Reason string `json:",omitempty"`
	// Missing names the facts that nobody knows, for a guard that is not known.
	Missing []string `json:",omitempty"`
}

var candidateSchema = &expr.Schema{Name: "candidate", Fields: []expr.Field{
	{Name: "kind", Type: expr.String, Doc: "kind of option, such as reclaim", Get: func(o any) any { return o.(*candidate).kind.String() }},
	{Name: "product", Type: expr.String, Doc: "product key", Get: func(o any) any { return string(o.(*candidate).product) }},
	{Name: "idle_days", Type: expr.Int, Doc: "full days since the last use of any of it", Get: func(o any) any { return known(o.(*candidate).idleDays) }},
	{Name: "age_days", Type: expr.Int, Doc: "full days since the newest of it was installed or assigned", Get: func(o any) any { return known(o.(*candidate).ageDays) }},
	{Name: "user_kind", Type: expr.String, Doc: "person, service, shared, or none where no user is behind it", Get: func(o any) any { return known(o.(*candidate).userKind) }},
	{Name: "user_active", Type: expr.Bool, Doc: "whether the account is enabled", Get: func(o any) any { return known(o.(*candidate).userActive) }},
	{Name: "on_leave", Type: expr.Bool, Doc: "whether the user is on leave", Get: func(o any) any { return known(o.(*candidate).onLeave) }},
	{Name: "work_days", Type: expr.Int, Doc: "working days a week of the user; 5 where no user is behind it", Get: func(o any) any { return known(o.(*candidate).workDays) }},
	{Name: "environment", Type: expr.String, Doc: "environment of the device", Get: func(o any) any { return known(o.(*candidate).environment) }},
	{Name: "critical", Type: expr.Bool, Doc: "whether the device is critical", Get: func(o any) any { return known(o.(*candidate).critical) }},
	{Name: "entity", Type: expr.String, Doc: "legal entity", Get: func(o any) any { return known(o.(*candidate).entity) }},
	{Name: "country", Type: expr.String, Doc: "ISO 3166-1 alpha-2 code", Get: func(o any) any { return known(o.(*candidate).country) }},
	{Name: "frozen", Type: expr.Bool, Doc: "whether a change freeze is on when it would be done", Get: func(o any) any { return o.(*candidate).frozen }},
}}

// known is the value behind a pointer, nil where there is none.
func known[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

var termsSchema = &expr.Schema{Name: "policy", Fields: []expr.Field{
	{Name: "idle_days", Type: expr.Int, Doc: "the window of the policy", Get: func(o any) any { return o.(*Policy).idleDays }},
	{Name: "new_days", Type: expr.Int, Doc: "the age below which an assignment is new", Get: func(o any) any { return o.(*Policy).newDays }},
}}

func guardEnv() (*expr.Env, error) {
	return expr.NewEnv(expr.Options{Variables: []expr.Variable{
		{Name: "candidate", Type: expr.Object(candidateSchema), Doc: "what would be taken away"},
		{Name: "policy", Type: expr.Object(termsSchema), Doc: "terms of the policy"},
	}})
}

// check runs every guard of the candidate's kind. The state is that of the worst:
// refused before unknown before available.
func (p *Policy) check(ctx context.Context, c *candidate) (State, []Check, error) {
	state := Available
	var checks []Check
	vars := expr.Vars{
		"candidate": expr.Bind("candidate", expr.Object(candidateSchema), c),
		"policy":    expr.Bind("policy", expr.Object(termsSchema), p),
	}
	for _, g := range p.guards {
		if !slices.Contains(g.Kinds, c.kind) {
			continue
		}
		res, err := g.program.Eval(ctx, vars)
		if err != nil {
			return StateInvalid, nil, fmt.Errorf("remediation: guard %s: %w", g.Name, err)
		}
		one := Check{Guard: g.Name, Missing: res.Missing}
		switch {
		case !res.Known():
			state = max(state, Unknown)
		case res.Value == true:
			one.Passed = true
		default:
			one.Reason, state = g.Reason, Refused
		}
		checks = append(checks, one)
	}
	return state, checks, nil
}

// Facts answers what an estate does not hold about people and systems. Where it
// does not know, guards that ask stay unknown. It must not change while a plan
// is made.
type Facts interface {
	User(compliance.UserID) UserFacts
	Device(compliance.DeviceID) DeviceFacts
}

// UserFacts are facts about a person.
type UserFacts struct {
	// OnLeave is nil when not known.
	OnLeave *bool
	// WorkDays is the number of working days a week, nil when not known.
	WorkDays *int
}

// DeviceFacts are facts about a device.
type DeviceFacts struct {
	// Critical is nil when not known.
	Critical *bool
}
