package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/trueup-dev/trueup/escalation"
)

// Journal keeps the events of cases.
type Journal interface {
	// Cases lists the cases there are, in any order.
	Cases(ctx context.Context) ([]escalation.CaseID, error)
	// Events are those of one case, from the first.
	Events(ctx context.Context, id escalation.CaseID) ([]escalation.Event, error)
	// Append adds events of one case. It MUST add all or none, MUST NOT return
	// before they would survive a crash, and MUST refuse them with an error that
	// wraps escalation.ErrSequence when the case has got others since.
	Append(ctx context.Context, events []escalation.Event) error
}

// Sender sends one message. It MUST use the delivery's id as the message's own,
// so that a receiver can tell a repetition.
type Sender interface {
	Send(ctx context.Context, n Notice) error
}

// Notice is a message to send.
type Notice struct {
	Delivery escalation.Delivery
	// Case is the case as it was when the message was decided. Rendering it
	// gives the same bytes at every attempt.
	Case escalation.Case
	// Attempt counts from 1.
	Attempt int
	// Receipt is what the last message of the case to the same recipient left
	// behind, such as the number of a ticket.
	Receipt string
}

// Registrar is a Sender whose messages leave something behind, such as a ticket
// with a number. Register replaces Send. The receipt goes into the case's events
// and comes back with the next message to the same recipient.
type Registrar interface {
	Register(ctx context.Context, n Notice) (receipt string, err error)
}

// DigestSender is a Sender that can put several messages to one person into one
// letter. A message that was held back and may go with others goes that way, and so do
// messages of one group that leave at the same time.
type DigestSender interface {
	// MayBind says whether messages to somebody can be put together. Those to a
	// ticket's desk cannot: each leaves a receipt of its own.
	MayBind(to string) bool
	// SendDigest sends the messages, all to one recipient, in the order given.
	SendDigest(ctx context.Context, ns []Notice) error
}

// ErrPermanent is wrapped by a Sender's error when trying again cannot help. Any
// error that does not wrap it is tried again.
var ErrPermanent = errors.New("permanent failure")

// ErrNoAddress is wrapped by a Sender's error when nobody knows where to send a
// message. It is permanent.
var ErrNoAddress = fmt.Errorf("no address: %w", ErrPermanent)

// Options are what a runner works with.
type Options struct {
	Journal   Journal
	Sender    Sender
	Directory escalation.Directory
	// Log gets a line for each message that failed and each case that could not
	// be carried on; nil discards them. No recipient and no text of a case is
	// written.
	Log *slog.Logger
	// Failed is told what went wrong with a message, in the sender's words. They
	// may quote the other side and with it anything at all: show them only to who
	// may see the case. Events and log have a code. Nil drops the words.
	Failed func(ctx context.Context, n Notice, failure error)
	// Changed is told of every case as it stands after its events were appended or
	// read, so that who follows it sees its status at once (see notice.Writer.Status).
	// It is called while the runner works: it must not wait, nor call the runner. Nil
	// tells nobody.
	Changed func(ctx context.Context, c escalation.Case)
	// Now is the clock of Run; nil means the machine's.
	Now func() time.Time
}

// Runner drives the cases of a journal. Its methods may be called from any
// goroutine.
type Runner struct {
	o    Options
	wake chan struct{}

	mu    sync.Mutex
	cases map[escalation.CaseID]*entry
	queue queue
	// digest are the messages that wait for the end of the tick under way.
	digest digest
}

// Start loads the cases of the journal.
func Start(ctx context.Context, o Options) (*Runner, error) {
	if o.Journal == nil || o.Sender == nil || o.Directory == nil {
		return nil, errors.New("runner: Journal, Sender and Directory must be given")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Runner{o: o, wake: make(chan struct{}, 1), cases: map[escalation.CaseID]*entry{}}
	ids, err := o.Journal.Cases(ctx)
	if err != nil {
		return nil, fmt.Errorf("runner: list cases: %w", err)
	}
	for _, id := range ids {
		if err := r.load(ctx, id); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Refresh loads a case again after somebody else has appended to it.
func (r *Runner) Refresh(ctx context.Context, id escalation.CaseID) error {
	r.mu.Lock()
	err := r.load(ctx, id)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return err
}

// Run performs what is due, sleeps until something is, and so on until the
// context ends, whose error it returns. A case that cannot be carried on is
// logged and tried again a minute later; the others go on.
func (r *Runner) Run(ctx context.Context) error {
	for {
		next, err := r.Tick(ctx, r.o.Now())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.o.Log.ErrorContext(ctx, "cases were not carried on", "error", err)
		}
		if err := r.sleep(ctx, next); err != nil {
			return err
		}
	}
}

func (r *Runner) sleep(ctx context.Context, until time.Time) error {
	var alarm <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(until.Sub(r.o.Now()))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-alarm:
	case <-r.wake:
	}
	return nil
}
