package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/escalation"
)

// retryCase is how long a case rests that could not be carried on.
const retryCase = time.Minute

// maxTurns bounds what one case does in one tick. Every turn moves it on, so a
// case that gets there is one whose clocks a faulty calendar keeps at one instant.
const maxTurns = 10_000

// Tick performs everything that is due at an instant, case by case in the order
// of their due times, and says when to come again: zero means not before
// something else happens. The error joins what went wrong; the cases concerned
// are tried again a minute later, the others are done.
func (r *Runner) Tick(ctx context.Context, now time.Time) (next time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	r.digest = digest{}
	for len(r.queue) > 0 && !r.queue[0].wake.After(now) {
		if ctx.Err() != nil {
			errs = append(errs, ctx.Err())
			break
		}
		e := r.queue[0]
		wake, err := r.settle(ctx, e, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", e.c.ID, err))
			wake = now.Add(retryCase)
		}
		r.queue.place(e, wake)
	}
	errs = append(errs, r.sendDigests(ctx, now)...)
	if len(r.queue) > 0 {
		next = r.queue[0].wake
	}
	return next, errors.Join(errs...)
}

// settle performs what is due for one case until nothing is, and says when it
// wants attention again.
func (r *Runner) settle(ctx context.Context, e *entry, now time.Time) (time.Time, error) {
	defer func() { e.then = escalation.Case{} }()
	for range maxTurns {
		action, wake := r.next(e, now)
		if action == nil {
			return wake, nil
		}
		err := r.perform(ctx, e, *action, now)
		if errors.Is(err, escalation.ErrSequence) {
			err = r.reload(ctx, e)
		}
		if err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, fmt.Errorf("did not come to rest in %d turns", maxTurns)
}

func (r *Runner) perform(ctx context.Context, e *entry, a escalation.Action, now time.Time) error {
	var events []escalation.Event
	var err error
	if a.Kind == escalation.Deliver {
		events, err = r.deliver(ctx, e, a.Message, now)
	} else {
		events, err = e.c.Perform(r.o.Directory, a, now)
	}
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("%s is due and does nothing", a.Kind)
	}
	if err := r.o.Journal.Append(ctx, events); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	return r.apply(ctx, e, events)
}

// deliver sends a message and gives the event of the attempt. The message shows
// the case as it was when it was decided, whatever happened since.
func (r *Runner) deliver(ctx context.Context, e *entry, m escalation.Message, now time.Time) ([]escalation.Event, error) {
	n, err := r.notice(ctx, e, m)
	if err != nil {
		return nil, err
	}
	var attempt escalation.Attempt
	if reg, ok := r.o.Sender.(Registrar); ok {
		attempt.Receipt, err = reg.Register(ctx, n)
	} else {
		err = r.o.Sender.Send(ctx, n)
	}
	return r.record(ctx, e, n, attempt, err, now)
}

// notice is a message with the case as it was when the message was decided. What an
// event tells several people is decided at once, so that the case of then is kept
// until the next event's messages or the end of the case's turn.
func (r *Runner) notice(ctx context.Context, e *entry, m escalation.Message) (Notice, error) {
	if e.then.Seq != m.Seq {
		events, err := r.o.Journal.Events(ctx, e.c.ID)
		if err != nil {
			return Notice{}, fmt.Errorf("events: %w", err)
		}
		if m.Seq > len(events) {
			return Notice{}, fmt.Errorf("the journal has %d events, message %s was decided by event %d", len(events), m.ID, m.Seq)
		}
		if e.then, err = escalation.Replay(events[:m.Seq]); err != nil {
			return Notice{}, err
		}
	}
	return Notice{Delivery: m.Delivery, Case: e.then, Attempt: m.Attempts + 1, Receipt: e.c.ReceiptOf(m.To)}, nil
}

// apply brings a case to what was appended, and tells who wants to know.
func (r *Runner) apply(ctx context.Context, e *entry, events []escalation.Event) error {
	for _, ev := range events {
		c, err := e.c.Apply(ev)
		if err != nil {
			return err
		}
		e.c = c
	}
	r.changed(ctx, e)
	return nil
}

func (r *Runner) changed(ctx context.Context, e *entry) {
	if r.o.Changed != nil {
		r.o.Changed(ctx, e.c)
	}
}

// load brings a case into the queue. The caller holds the lock, or nobody else
// has the runner yet.
func (r *Runner) load(ctx context.Context, id escalation.CaseID) error {
	e := r.cases[id]
	if e == nil {
		e = &entry{at: -1}
	}
	if err := r.read(ctx, e, id); err != nil {
		return err
	}
	r.cases[id] = e
	as := e.c.Actions()
	if len(as) == 0 {
		r.queue.place(e, time.Time{})
		return nil
	}
	r.queue.place(e, as[0].Due)
	return nil
}

func (r *Runner) reload(ctx context.Context, e *entry) error { return r.read(ctx, e, e.c.ID) }

func (r *Runner) read(ctx context.Context, e *entry, id escalation.CaseID) error {
	events, err := r.o.Journal.Events(ctx, id)
	if err != nil {
		return fmt.Errorf("runner: events of %s: %w", id, err)
	}
	c, err := escalation.Replay(events)
	if err != nil {
		return fmt.Errorf("runner: replay %s: %w", id, err)
	}
	e.c = c
	r.changed(ctx, e)
	return nil
}
