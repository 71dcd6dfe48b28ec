package policy

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/route"
)

// Plan is who acts on one finding and by when. It is plain data and is written
// into the evidence of the case that lives by it.
type Plan struct {
	// Route decided; Also are further routes that matched, whose owners follow
	// the case.
	Route string   `json:"route"`
	Also  []string `json:"also,omitempty"`
	// Group is the key under which notices are put together, empty where the route
	// names no fields to group by.
	Group        string   `json:"group,omitempty"`
	Owner        string   `json:"owner"`
	Participants []string `json:"participants,omitempty"`
	Chain        string   `json:"chain"`
	Calendar     string   `json:"calendar"`
	Clock        Clock    `json:"clock"`
	Stages       []Stage  `json:"stages"`
	// Repeat is how many more times the stages are gone through, RepeatAfter the
	// wait before each.
	Repeat      int           `json:"repeat,omitempty"`
	RepeatAfter calendar.Span `json:"repeat-after,omitzero"`
	Fallback    []string      `json:"fallback"`
}

// Clock has the times of a case.
type Clock struct {
	Acknowledge calendar.Span `json:"acknowledge"`
	Contain     calendar.Span `json:"contain"`
	Remedy      calendar.Span `json:"remedy"`
	Lease       calendar.Span `json:"lease"`
}

// Stage is one step up.
type Stage struct {
	Name string `json:"name"`
	// Tell are people and teams; the owner's name has been filled in.
	Tell []string      `json:"tell"`
	Wait calendar.Span `json:"wait"`
	// Acknowledgement says who must take the case to end the escalation.
	Acknowledgement Acknowledgement `json:"acknowledgement"`
}

// Acknowledgement is how many of those told must take the case: a number, or 0
// for all of them.
type Acknowledgement int

// All wants everyone who is told to take the case.
const All Acknowledgement = 0

// Enough says whether so many of those told suffice.
func (a Acknowledgement) Enough(taken, told int) bool {
	if a == All {
		return taken >= told
	}
	return taken >= min(int(a), told)
}

// Assign resolves a finding into a plan. Where several routes match, the first
// decides, and the owners and participants of the others follow the case. The
// error joins what went wrong in expressions of routes; the plan is valid all
// the same, unless the severity is none of the rubric's.
func (p *Policy) Assign(ctx context.Context, s *route.Subject) (Plan, error) {
	rank := slices.Index(p.rubric.Severities(), s.Severity)
	if rank < 0 {
		return Plan{}, fmt.Errorf("policy: no severity %q in rubric %q", s.Severity, p.rubric.Name())
	}
	routes, err := p.routes.Match(ctx, s)
	first := routes[0]
	c := p.chains[first.Chain]
	plan := Plan{
		Route: first.Name, Owner: first.Owner,
		Participants: slices.Clone(first.Participants),
		Chain:        c.name, Calendar: c.calendar, Clock: c.clocks[rank],
		Repeat: c.repeat, RepeatAfter: c.repeatAfter,
		Fallback: slices.Clone(c.fallback),
	}
	if len(first.GroupBy) > 0 {
		plan.Group = first.Group(s)
	}
	for _, also := range routes[1:] {
		plan.Also = append(plan.Also, also.Name)
		plan.follow(also.Owner)
		for _, name := range also.Participants {
			plan.follow(name)
		}
	}
	for _, st := range c.stages {
		if st.applies(rank, s.Duty) {
			plan.Stages = append(plan.Stages, st.resolve(plan.Owner))
		}
	}
	return plan, err
}

// follow adds a participant once.
func (p *Plan) follow(name string) {
	if name != p.Owner && !slices.Contains(p.Participants, name) {
		p.Participants = append(p.Participants, name)
	}
}

func (s *stage) applies(rank int, duty string) bool {
	return s.severities.Has(rank) && (len(s.duty) == 0 || slices.Contains(s.duty, duty))
}

func (s *stage) resolve(owner string) Stage {
	out := Stage{Name: s.name, Wait: s.wait, Acknowledgement: s.acknowledgement}
	for _, name := range s.tell {
		if name == ownerWord {
			name = owner
		}
		if !slices.Contains(out.Tell, name) {
			out.Tell = append(out.Tell, name)
		}
	}
	return out
}
