package escalation

import (
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation/inquiry"
)

// answerClock is what the clock of an inquiry is called, with its reference.
const answerClock = "answer "

// Ask records what a supplier asks. Its period runs on the case's calendar from when
// the question was received, or from now, and neither a pause nor the end of the case
// stops it. Everyone on the case is told.
func (c Case) Ask(d Directory, q inquiry.Question, by string, now time.Time) ([]Event, error) {
	if c.Seq == 0 || c.Drill != "" {
		return nil, c.refuse("take an inquiry: a drill has no supplier")
	}
	if err := q.Check(); err != nil {
		return nil, err
	}
	s := c.session(d, now)
	switch {
	case slices.ContainsFunc(c.Inquiries, func(t inquiry.Thread) bool { return t.Reference == q.Reference }):
		return nil, fmt.Errorf("%s has the inquiry %s already: %w", c.ID, q.Reference, inquiry.ErrRefused)
	case q.Received.After(s.now):
		return nil, fmt.Errorf("the inquiry %s was received in the future: %w", q.Reference, inquiry.ErrRefused)
	case slices.Contains(c.inside(), q.Supplier):
		return nil, fmt.Errorf("%s is on the case, so it is no supplier: %w", q.Supplier, inquiry.ErrRefused)
	}
	cal, err := s.calendar(c.Plan.Calendar)
	if err != nil {
		return nil, err
	}
	if q.Received.IsZero() {
		q.Received = s.now
	}
	q.Received = q.Received.UTC()
	q.Due = cal.Add(q.Received, q.Within)
	s.emit(Event{Kind: Asked, By: by, Inquiry: &q, Tell: s.tell("inquiry", c.inside()...)})
	return s.result()
}

// Answer drafts the answer to an inquiry, or drafts it anew. Nobody outside hears of
// it; everyone on the case is told that it waits for its release.
func (c Case) Answer(d Directory, reference string, parts []inquiry.Part, by string, now time.Time) ([]Event, error) {
	if err := inquiry.CheckParts(parts); err != nil {
		return nil, err
	}
	if by == "" {
		return nil, fmt.Errorf("the answer to %s needs a writer: %w", reference, inquiry.ErrRefused)
	}
	if _, err := c.may(reference, inquiry.Write); err != nil {
		return nil, err
	}
	s := c.session(d, now)
	draft := inquiry.Draft{By: by, At: s.now, Parts: parts}
	s.emit(Event{Kind: Drafted, By: by, Name: reference, Draft: &draft, Tell: s.tell("draft", c.inside()...)})
	return s.result()
}

// Return sends a draft back to its writers.
func (c Case) Return(d Directory, reference, by, reason string, now time.Time) ([]Event, error) {
	t, err := c.may(reference, inquiry.Return)
	if err != nil {
		return nil, err
	}
	s := c.session(d, now)
	var writers []string
	for _, draft := range t.Drafts {
		writers = append(writers, draft.By)
	}
	s.emit(Event{Kind: Returned, By: by, Name: reference, Text: reason, Tell: s.tell("returned", writers...)})
	return s.result()
}

// Release lets the answer to an inquiry leave. The digest is that of the draft that
// was read; who releases it must have written no draft of it. This is the one event
// that tells the supplier anything.
func (c Case) Release(reference, digest, by string, now time.Time) ([]Event, error) {
	t, err := c.may(reference, inquiry.Release)
	if err != nil {
		return nil, err
	}
	if err := t.MayRelease(by, digest); err != nil {
		return nil, fmt.Errorf("%s: %w", c.ID, err)
	}
	return c.single(Event{Kind: Released, By: by, Name: reference, Digest: digest, Tell: []Delivery{
		{ID: deliveryID(c.ID, c.Seq+1, t.Supplier), To: t.Supplier, Reason: ReasonAnswer},
	}}, now)
}

// Withdraw ends an inquiry that the supplier does not want answered any more.
func (c Case) Withdraw(reference, by, reason string, now time.Time) ([]Event, error) {
	if _, err := c.may(reference, inquiry.Withdraw); err != nil {
		return nil, err
	}
	return c.single(Event{Kind: Withdrawn, By: by, Name: reference, Text: reason}, now)
}

// may is an inquiry that allows a step.
func (c Case) may(reference string, step inquiry.Step) (inquiry.Thread, error) {
	at := c.thread(reference)
	if at < 0 {
		return inquiry.Thread{}, fmt.Errorf("%s has no inquiry %q: %w", c.ID, reference, inquiry.ErrRefused)
	}
	if _, err := c.Inquiries[at].Step(step); err != nil {
		return inquiry.Thread{}, fmt.Errorf("%s: %w", c.ID, err)
	}
	return c.Inquiries[at], nil
}

// inside are those on the case by name.
func (c Case) inside() []string {
	names := append([]string{c.Owner}, c.Participants...)
	return slices.DeleteFunc(names, func(n string) bool { return n == "" })
}

// thread is the place of an inquiry, -1 where there is none.
func (c *Case) thread(reference string) int {
	return slices.IndexFunc(c.Inquiries, func(t inquiry.Thread) bool { return t.Reference == reference })
}

// correspond folds an event of the correspondence. What the commands refuse is
// refused here, so that no list of events says otherwise.
func (c *Case) correspond(e Event) error {
	if e.Kind == Asked {
		if err := e.Inquiry.Check(); err != nil || c.thread(e.Inquiry.Reference) >= 0 {
			return fmt.Errorf("event %d of %s: no new inquiry: %w", e.Seq, e.Case, inquiry.ErrRefused)
		}
		c.Inquiries = append(slices.Clip(c.Inquiries), inquiry.Thread{Question: *e.Inquiry, State: inquiry.Asked})
		return nil
	}
	at := c.thread(e.Name)
	if at < 0 {
		return fmt.Errorf("event %d of %s: there is no inquiry %q: %w", e.Seq, e.Case, e.Name, inquiry.ErrRefused)
	}
	t, err := c.Inquiries[at].Step(steps[e.Kind])
	switch e.Kind {
	case Drafted:
		t.Drafts = append(slices.Clip(t.Drafts), *e.Draft)
	case Released:
		err = c.Inquiries[at].MayRelease(e.By, e.Digest)
		t.ReleasedBy, t.Released, t.Delivery = e.By, e.At, e.Tell[0].ID
	}
	if err != nil {
		return fmt.Errorf("event %d of %s: %w", e.Seq, e.Case, err)
	}
	c.setThread(at, t)
	return nil
}

var steps = map[EventKind]inquiry.Step{
	Drafted: inquiry.Write, Returned: inquiry.Return, Released: inquiry.Release, Withdrawn: inquiry.Withdraw,
}

func (c *Case) setThread(at int, t inquiry.Thread) {
	c.Inquiries = slices.Clone(c.Inquiries)
	c.Inquiries[at] = t
}

// isSupplier says whether somebody asks about the case.
func (c *Case) isSupplier(name string) bool {
	return slices.ContainsFunc(c.Inquiries, func(t inquiry.Thread) bool { return t.Supplier == name })
}

// outward says whether an event tells a supplier of the case something that is no
// released answer.
func (c *Case) outward(e Event) bool {
	return slices.ContainsFunc(e.Tell, func(d Delivery) bool {
		return (c.isSupplier(d.To) || d.Reason == ReasonAnswer) && e.Kind != Released
	})
}

// carried folds what became of a message that carries an answer.
func (c *Case) carried(e Event) {
	for i, t := range c.Inquiries {
		if t.State != inquiry.Released || t.Delivery != e.Delivery {
			continue
		}
		step := inquiry.Send
		if e.Kind == Failed {
			step = inquiry.Bounce
		}
		if next, err := t.Step(step); err == nil {
			if step == inquiry.Send {
				next.Sent = e.At
			}
			c.setThread(i, next)
		}
	}
}

// answers gives the ends of the periods in which suppliers wait.
func (c *Case) answers(f func(Action)) {
	for i := range c.Inquiries {
		if t := &c.Inquiries[i]; t.IsOpen() && !t.Late {
			f(Action{Kind: Miss, Due: t.Due, Clock: answerClock + t.Reference})
		}
	}
}
