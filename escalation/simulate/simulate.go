// Package simulate runs a policy through a time to come, by the decisions that the
// runner makes and without a runner: a year in seconds.
//
// It opens cases at regular instants, lets the clock act on each, has somebody take
// and mend it as the options say, or nobody, and counts what comes of it: which
// stages found nobody on duty, which cases all stages let pass, how many messages
// each person gets and on which day the most, what falls into the hours in which the
// clocks are changed. Beside the cases it goes through every day and every stage,
// since a gap that no case met this time is a gap all the same.
//
// Equal options give equal reports. What is simulated is the policy, not people:
// who reads a message is not known here.
package simulate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/route"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// Options say what is simulated.
type Options struct {
	Policy *policy.Policy
	// From and Until bound the time, Until exclusive.
	From, Until time.Time
	// Every is how long after one round of cases the next begins; 0 means a week.
	Every time.Duration
	// Subjects are what cases are opened about in each round; none means one of
	// each severity that goes to the root of the routes. One without a severity
	// stands for one of each.
	Subjects []route.Subject
	// Take is how long after its beginning somebody takes a case, Mend how long
	// after that it is closed; no span means never.
	Take, Mend calendar.Span
}

// Report is what came of it.
type Report struct {
	From, Until          time.Time
	Cases, Events, Taken int
	// Gaps are days on which a stage would find nobody, met by a case or not.
	Gaps []policy.Gap
	// Uncovered are the stages that cases passed over, with how often.
	Uncovered []Count
	// Exhausted are the chains that let cases pass through all stages, Missed the
	// due times that passed, each by severity, with how often.
	Exhausted, Missed []Count
	// Load is what each person gets.
	Load []Load
	// Changes are the clock changes of the calendars' zones.
	Changes []Change
}

// Count is how often something happened.
type Count struct {
	What  string
	Times int
}

// Load is the messages of one person.
type Load struct {
	Person string
	// Messages is all, Held how many of them quiet hours held back.
	Messages, Held int
	// Busiest is the day in UTC with the most messages, Most how many.
	Busiest string
	Most    int
}

// Change is a change of the clocks in a calendar's zone.
type Change struct {
	Calendar string
	At       time.Time
	// Shift is how far the clocks go, negative when they go back. Open says
	// whether it is working time just before or after.
	Shift time.Duration
	Open  bool
	// Actions is how many actions of clocks fell on the civil day of the change.
	Actions int
}

// ErrOptions is wrapped by the error of options that nothing can be simulated of.
var ErrOptions = errors.New("simulate: options")

const (
	week = 7 * 24 * time.Hour
	// maxTurns bounds the actions of one case.
	maxTurns = 100_000
)

// Run simulates. The error is one of the options, of a policy that has lost what a
// case needs, or the context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Policy == nil || !o.From.Before(o.Until) {
		return nil, fmt.Errorf("%w: a policy, and a time that ends after it begins, are needed", ErrOptions)
	}
	if o.Every <= 0 {
		o.Every = week
	}
	s := newSimulation(o)
	for at := o.From; at.Before(o.Until); at = at.Add(o.Every) {
		for _, subject := range s.subjects() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := s.one(ctx, subject, at); err != nil {
				return nil, err
			}
		}
	}
	return s.report(), nil
}

type simulation struct {
	o                            Options
	r                            Report
	uncovered, exhausted, missed map[string]int
	load                         map[string]*Load
	days                         map[string]map[string]int
	changes                      []Change
	onDay                        map[string][]int
}

func newSimulation(o Options) *simulation {
	s := &simulation{
		o: o, r: Report{From: o.From.UTC(), Until: o.Until.UTC()}, uncovered: map[string]int{}, exhausted: map[string]int{}, missed: map[string]int{},
		load: map[string]*Load{}, days: map[string]map[string]int{}, onDay: map[string][]int{},
	}
	for _, name := range o.Policy.Calendars() {
		s.clockChanges(name)
	}
	return s
}

// subjects are those of one round.
func (s *simulation) subjects() []route.Subject {
	all := s.o.Subjects
	if len(all) == 0 {
		all = []route.Subject{{}}
	}
	var out []route.Subject
	for _, sub := range all {
		for _, severity := range s.o.Policy.Rubric().Severities() {
			if sub.Severity == "" || sub.Severity == severity {
				one := sub
				one.Severity = severity
				out = append(out, one)
			}
		}
	}
	return out
}

// one opens a case and lets it run to its end.
func (s *simulation) one(ctx context.Context, subject route.Subject, at time.Time) error {
	rank := slices.Index(s.o.Policy.Rubric().Severities(), subject.Severity)
	s.r.Cases++
	f := compliance.Finding{Rule: "simulated", Verdict: compliance.Fail, Subject: fmt.Sprintf("case %d", s.r.Cases), At: at}
	if subject.Rule == "" {
		subject.Rule = string(f.Rule)
	}
	c, events, err := escalation.Open(ctx, s.o.Policy, escalation.Request{
		Finding: f, Severity: rubric.Severity{Name: subject.Severity, Rank: rank}, Subject: subject,
	}, at)
	if len(events) == 0 && err != nil {
		return err
	}
	run := &running{simulation: s, c: c, now: at}
	run.see(events)
	cal := s.o.Policy.Calendar(c.Plan.Calendar)
	if !s.o.Take.IsZero() {
		if err := run.until(cal.Add(at, s.o.Take)); err != nil {
			return err
		}
		if err := run.take(); err != nil {
			return err
		}
		if !s.o.Mend.IsZero() && !run.c.Acknowledged.IsZero() {
			if err := run.until(cal.Add(run.now, s.o.Mend)); err != nil {
				return err
			}
			if err := run.mend(); err != nil {
				return err
			}
		}
	}
	return run.until(s.o.Until)
}

// running is one case under way.
type running struct {
	*simulation
	c   escalation.Case
	now time.Time
}

// until performs what the clocks have in store up to an instant.
func (r *running) until(end time.Time) error {
	if end.After(r.o.Until) {
		end = r.o.Until
	}
	for range maxTurns {
		a, wake := r.c.Next(end)
		if a == nil {
			if end.After(r.now) {
				r.now = end
			}
			return nil
		}
		if wake.After(r.now) {
			r.now = wake
		}
		r.clock(r.now)
		var events []escalation.Event
		var err error
		if a.Kind == escalation.Deliver {
			events, err = r.c.Record(a.Message, escalation.Attempt{}, r.now)
			r.told(a.Message)
		} else {
			events, err = r.c.Perform(r.o.Policy, *a, r.now)
		}
		if err := r.apply(events, err); err != nil {
			return err
		}
	}
	return fmt.Errorf("simulate: %s does not come to rest", r.c.ID)
}

func (r *running) apply(events []escalation.Event, err error) error {
	if err != nil {
		return err
	}
	for _, e := range events {
		if r.c, err = r.c.Apply(e); err != nil {
			return err
		}
	}
	r.see(events)
	return nil
}

// take has everyone whom the present stage told take the case, unless it waits.
func (r *running) take() error {
	for _, person := range r.c.Stage.People {
		if r.c.State != lifecycle.Assigned {
			break
		}
		if err := r.apply(r.c.Acknowledge(r.o.Policy, person, r.now)); err != nil {
			return err
		}
	}
	if r.c.State == lifecycle.Acknowledged {
		r.r.Taken++
	}
	return nil
}

func (r *running) mend() error {
	if !r.c.IsOpen() || !lifecycle.MayClose(r.c.State, lifecycle.Remedied) {
		return nil
	}
	return r.apply(r.c.Close(r.o.Policy, lifecycle.Remedied, "simulation", "", r.now))
}

// see counts what events say.
func (r *running) see(events []escalation.Event) {
	r.r.Events += len(events)
	for _, e := range events {
		switch e.Kind {
		case escalation.Uncovered:
			r.uncovered["chain "+r.c.Plan.Chain+", stage "+e.Stage.Name]++
		case escalation.Exhausted:
			r.exhausted["chain "+r.c.Plan.Chain+", severity "+r.c.Grade.Severity]++
		case escalation.Missed:
			r.missed[e.Clock+", severity "+r.c.Grade.Severity]++
		}
	}
}

// told counts a message that leaves.
func (r *running) told(m escalation.Message) {
	l := r.load[m.To]
	if l == nil {
		l = &Load{Person: m.To}
		r.load[m.To] = l
		r.days[m.To] = map[string]int{}
	}
	l.Messages++
	if !m.Hold.IsZero() {
		l.Held++
	}
	r.days[m.To][r.now.UTC().Format(time.DateOnly)]++
}

func (s *simulation) report() *Report {
	r := s.r
	r.Uncovered, r.Exhausted, r.Missed = counts(s.uncovered), counts(s.exhausted), counts(s.missed)
	for _, name := range slices.Sorted(maps.Keys(s.load)) {
		l := *s.load[name]
		for _, day := range slices.Sorted(maps.Keys(s.days[name])) {
			if n := s.days[name][day]; n > l.Most {
				l.Busiest, l.Most = day, n
			}
		}
		r.Load = append(r.Load, l)
	}
	slices.SortStableFunc(r.Load, func(a, b Load) int { return cmp.Compare(b.Messages, a.Messages) })
	r.Gaps = s.o.Policy.Gaps(calendar.DateOf(r.From), calendar.DateOf(r.Until.Add(-time.Nanosecond)))
	r.Changes = s.changes
	return &r
}

func counts(m map[string]int) []Count {
	var out []Count
	for _, what := range slices.Sorted(maps.Keys(m)) {
		out = append(out, Count{what, m[what]})
	}
	return out
}
