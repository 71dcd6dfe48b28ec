package escalation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/route"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// Directory is what a case asks of the policy while it lives: the calendar that
// its plan names, and who a name stands for. A policy.Policy is one.
type Directory interface {
	Calendar(name string) *calendar.Calendar
	OnDuty(name string, at time.Time, cal *calendar.Calendar) []string
}

// Quiet is a Directory that knows when people do not want to be disturbed.
type Quiet interface {
	// Hold says until when a message to somebody is held back, zero when it is
	// not, and whether it may then leave in one letter with others. The rank is
	// that of the case's severity, the reason that of [Delivery].
	Hold(person, reason string, rank int, at time.Time) (until time.Time, digest bool)
}

var (
	_ Directory = (*policy.Policy)(nil)
	_ Quiet     = (*policy.Policy)(nil)
)

// Request is a finding that needs a case, with what is known around it.
type Request struct {
	Finding  compliance.Finding
	Severity rubric.Severity
	// Contract is the finding's, nil when there is none. Its cure period limits
	// the time to remedy.
	Contract *compliance.Contract
	// Subject is what the finding is routed by; the zero Subject is made from
	// the finding and the severity.
	Subject route.Subject
	// Drill names the exercise that the case is; empty when it is in earnest.
	Drill string
}

// Open begins the case of a finding: it is rated, routed and given to its owner,
// and the first stage begins. The events are to be appended; the case is what
// they add up to. An error of the policy's expressions comes with a valid case.
func Open(ctx context.Context, p *policy.Policy, r Request, now time.Time) (Case, []Event, error) {
	if r.Subject == (route.Subject{}) {
		r.Subject = route.SubjectOf(r.Finding, r.Severity.Name)
		r.Subject.Duty = rubric.Duty(r.Contract, r.Finding.At)
	}
	plan, err := p.Assign(ctx, &r.Subject)
	if plan.Chain == "" {
		return Case{}, nil, err
	}
	o := Opening{
		Finding: r.Finding.Identity(), Rule: string(r.Finding.Rule), Subject: r.Finding.Subject, Message: r.Finding.Message,
		Grade: GradeOf(r.Severity, p.Rubric()), Plan: plan,
		Drill: r.Drill, Limit: limit(p, plan, r.Contract, now),
	}
	c := Case{ID: IDOf(r.Finding)}
	s := session{c: c, dir: p, now: now.UTC()}
	due, derr := s.due(o)
	if derr != nil {
		return Case{}, nil, derr
	}
	s.c.Opening = o // so that whom a team stands for is known before the first event
	s.emit(Event{Kind: Opened, Opened: &o, Due: &due, Tell: s.tell("opened", plan.Participants...)})
	s.emit(Event{Kind: Stepped, Step: lifecycle.Triage})
	s.emit(Event{Kind: Stepped, Step: lifecycle.Assign, Owner: plan.Owner})
	s.begin(0, 0)
	if s.err != nil {
		return Case{}, nil, s.err
	}
	return s.c, s.events, err
}

// GradeOf is a severity as evidence keeps it.
func GradeOf(s rubric.Severity, r *rubric.Rubric) Grade {
	return Grade{
		Severity: s.Name, Rank: s.Rank, Vector: s.Vector(), Row: s.Row, Reason: s.Reason,
		Rubric: fmt.Sprintf("%s/%d", r.Name(), r.Version()),
	}
}

// limit is when the contract's cure period ends, zero when it has none.
func limit(d Directory, plan policy.Plan, c *compliance.Contract, now time.Time) time.Time {
	cal := d.Calendar(plan.Calendar)
	if c == nil || c.CureDays < 0 || cal == nil {
		return time.Time{}
	}
	return cal.Add(now, calendar.Span{Count: c.CureDays, Unit: calendar.Days})
}

// session makes the events of one command. Each is applied at once, so that the
// next one builds on it.
type session struct {
	c      Case
	dir    Directory
	now    time.Time
	events []Event
	err    error
}

func (s *session) emit(e Event) {
	if s.err != nil {
		return
	}
	e.Case, e.Seq, e.At = s.c.ID, s.c.Seq+1, s.now
	next, err := s.c.Apply(e)
	if err != nil {
		s.err = err
		return
	}
	s.c = next
	s.events = append(s.events, e)
}

func (s *session) result() ([]Event, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.events, nil
}

// calendar is the calendar of a plan. A policy that has lost it cannot carry the
// case on.
func (s *session) calendar(name string) (*calendar.Calendar, error) {
	if cal := s.dir.Calendar(name); cal != nil {
		return cal, nil
	}
	return nil, fmt.Errorf("%s counts in the calendar %q, which the policy does not have any more", s.c.ID, name)
}

// start is a timer that begins now.
func (s *session) start(cal *calendar.Calendar, span calendar.Span) Timer {
	return Timer{From: s.now, Span: span, At: cal.Add(s.now, span)}
}

// due are the due times of clocks that begin now.
func (s *session) due(o Opening) (Due, error) {
	cal, err := s.calendar(o.Plan.Calendar)
	if err != nil {
		return Due{}, err
	}
	k := o.Plan.Clock
	d := Due{Acknowledge: s.start(cal, k.Acknowledge), Contain: s.start(cal, k.Contain), Remedy: s.start(cal, k.Remedy)}
	return d.within(o.Limit), nil
}

// within keeps the remedy within the contract's period.
func (d Due) within(limit time.Time) Due {
	if !limit.IsZero() && limit.Before(d.Remedy.At) {
		d.Remedy.At = limit
	}
	return d
}

// tell are messages to names for the event that comes next, each person once.
func (s *session) tell(reason string, names ...string) []Delivery {
	var out []Delivery
	var told []string
	for _, name := range names {
		for _, person := range s.people(name) {
			if slices.Contains(told, person) || s.c.isSupplier(person) {
				continue // a supplier hears nothing but released answers, whatever a plan says
			}
			told = append(told, person)
			d := Delivery{ID: deliveryID(s.c.ID, s.c.Seq+1, person), To: person, Reason: reason, Group: s.c.Plan.Group}
			if q, ok := s.dir.(Quiet); ok {
				d.Hold, d.Digest = q.Hold(person, reason, s.c.Grade.Rank, s.now)
			}
			out = append(out, d)
		}
	}
	return out
}

// people are those on duty behind a name, and the name itself where there is
// nobody: its mailbox is better than silence.
func (s *session) people(name string) []string {
	cal := s.dir.Calendar(s.c.Plan.Calendar)
	if cal == nil {
		return []string{name}
	}
	if on := s.dir.OnDuty(name, s.now, cal); len(on) > 0 {
		return on
	}
	return []string{name}
}

func deliveryID(id CaseID, seq int, to string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s", id, seq, to))
	return hex.EncodeToString(sum[:16])
}
