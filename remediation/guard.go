package remediation

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/internal/expr"
)

// StandardGuards are the conditions that hold unless a policy replaces or waives
// them. They keep a plan from taking software away from those who are wrongly
// on every list of the unused: new starters, people on leave, part-timers,
// service and shared accounts.
func StandardGuards() []GuardDocument {
	away := []Kind{Reclaim, Retire}
	both := []Kind{Reclaim, Remove, Retire, Downgrade, Move, Pin, Resize}
	guard := func(name string, kinds []Kind, require, reason string) GuardDocument {
		return GuardDocument{Name: name, Kinds: kinds, Require: document.Literal("guard "+name, require), Reason: reason}
	}
	return []GuardDocument{
		guard("recent-activity", away, `candidate.idle_days >= policy.idle_days`, "used within the window"),
		guard("new-assignment", away, `candidate.age_days >= policy.new_days`, "installed or assigned only lately"),
		guard("account-kind", away, `candidate.user_kind in ["person", "none"]`, "service or shared account"),
		guard("leave", away, `!candidate.on_leave`, "its user is on leave"),
		guard("work-pattern", away, `candidate.idle_days * candidate.work_days >= policy.idle_days * 5`, "too few working days in the window"),
		guard("features", []Kind{Downgrade}, `!candidate.beyond`, "a feature is used that the lesser one lacks"),
		guard("room", []Kind{Move, Pin}, `candidate.room >= 0`, "there is no room on the hosts that it would run on"),
		guard("affinity", []Kind{Move}, `!candidate.kept`, "a rule keeps it on other hosts"),
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
	{Name: "beyond", Type: expr.Bool, Doc: "whether a feature is used that the lesser edition or version lacks", Get: func(o any) any { return known(o.(*candidate).beyond) }},
	{Name: "room", Type: expr.Int, Doc: "virtual processors that stay free on the fullest host after a move; 0 where nothing moves", Get: func(o any) any { return known(o.(*candidate).room) }},
	{Name: "kept", Type: expr.Bool, Doc: "whether a rule of affinity keeps a machine from the host that it would move to", Get: func(o any) any { return known(o.(*candidate).kept) }},
	{Name: "hosts", Type: expr.Int, Doc: "hosts that machines may run on afterwards", Get: func(o any) any { return known(o.(*candidate).hosts) }},
	{Name: "frozen", Type: expr.Bool, Doc: "whether a change freeze is on when it would be done", Get: func(o any) any { return o.(*candidate).frozen }},
}}

// known is the value behind a pointer, nil where there is none.
func known[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// terms are what a policy says of one product.
type terms struct{ idleDays, newDays int }

var termsSchema = &expr.Schema{Name: "policy", Fields: []expr.Field{
	{Name: "idle_days", Type: expr.Int, Doc: "the window of the policy for the product", Get: func(o any) any { return o.(*terms).idleDays }},
	{Name: "new_days", Type: expr.Int, Doc: "the age below which an assignment is new", Get: func(o any) any { return o.(*terms).newDays }},
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
	vars := p.about(c)
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
	// Needed is how many virtual processors a machine needs, nil when not known.
	Needed *int
	// Room is how many virtual processors a host has free for further machines, nil
	// when not known.
	Room *int
}

// FeatureFacts are [Facts] that know besides which features of a product are used.
type FeatureFacts interface {
	// Features are those of a product that are used on a device, or by a user where
	// there is no device; ok is false where nobody knows.
	Features(catalog.ProductKey, compliance.DeviceID, compliance.UserID) (used []string, ok bool)
}
