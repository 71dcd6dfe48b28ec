// Package post delivers what the runner sends: it knows who somebody is, what
// they may know and where they are reached, renders the letter for them, and hands
// it to a channel.
//
// An [Office] is the runner's Sender. A person, a service desk and an alerting
// system are all recipients with a [Contact]; which of them hears of a case is
// decided by routes, stages and participants, and never here. A case is kept in
// step with a ticket, say, by making the service desk a participant of its route:
// it is told when the case is opened, misses a due time, is closed and reopened.
//
// Somebody without a contact gets nothing and leaves a dead letter, which is a
// finding: a letter that goes to a default address is a letter that nobody
// decided to send there.
//
// What was held back by quiet hours and may go together leaves as one letter that
// counts and lists everything in it, each with the id of its own delivery. So does what
// is told to one person, at one time, of cases that their route puts into one group: a
// run that finds fifty of a kind sends one letter and not fifty.
//
// # What is left out
//
// Contacts from a directory. The embedding program has one and fills the list.
package post

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// Channel carries letters. It MUST use the letter's id as the message's own and
// MUST send equal bytes for equal letters, save for a signature over now. Its
// error wraps runner.ErrPermanent when trying again cannot help.
type Channel interface {
	Send(ctx context.Context, l notice.Letter, now time.Time) error
}

// Registrar is a [Channel] that gives something back for a letter, such as the
// number of a ticket. Register replaces Send.
type Registrar interface {
	Register(ctx context.Context, l notice.Letter, now time.Time) (receipt string, err error)
}

// PerCase is a [Channel] that may keep something for each case, such as an alert that
// fires while the case is open. Where it does, letters to it are never put together.
type PerCase interface {
	PerCase() bool
}

// Contact is how somebody is reached and what they may know.
type Contact struct {
	// Name is what routes, stages and teams call them.
	Name string
	// Channel is one of the office's, Address where it sends.
	Channel, Address string
	Audience         notice.Audience
	// Outside is set for suppliers: they are sent released answers and nothing else.
	Outside bool
}

// Options make an office. All but Facts and Now are needed.
type Options struct {
	Writer   *notice.Writer
	Channels map[string]Channel
	Contacts []Contact
	// Facts are what a letter may tell beside the case's own; nil means nothing.
	Facts func(n runner.Notice) []notice.Fact
	// Now is the clock of signatures; nil means the machine's.
	Now func() time.Time
}

// Office is a runner's Sender. It is immutable and safe for concurrent use.
type Office struct {
	o        Options
	contacts map[string]Contact
}

var (
	_ runner.Sender       = (*Office)(nil)
	_ runner.Registrar    = (*Office)(nil)
	_ runner.DigestSender = (*Office)(nil)
)

// New checks the options and makes an office. The error names every contact that
// cannot be reached.
func New(o Options) (*Office, error) {
	if o.Writer == nil {
		return nil, errors.New("post: Writer must be given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	office := &Office{o: o, contacts: map[string]Contact{}}
	var errs []error
	for i, c := range o.Contacts {
		_, twice := office.contacts[c.Name]
		switch {
		case c.Name == "":
			errs = append(errs, fmt.Errorf("post: contact %d has no name", i+1))
		case twice:
			errs = append(errs, fmt.Errorf("post: contact %s is listed twice", c.Name))
		case o.Channels[c.Channel] == nil:
			errs = append(errs, fmt.Errorf("post: contact %s uses the channel %q, which there is not", c.Name, c.Channel))
		case c.Audience.Clearance == notice.ClearanceInvalid:
			errs = append(errs, fmt.Errorf("post: contact %s has no clearance", c.Name))
		case c.Outside && c.Audience.Clearance > notice.Supplier:
			errs = append(errs, fmt.Errorf("post: contact %s is outside, so it cannot be cleared for what is %s", c.Name, c.Audience.Clearance))
		}
		office.contacts[c.Name] = c
	}
	return office, errors.Join(errs...)
}

// Send renders a message for its recipient and sends it.
func (o *Office) Send(ctx context.Context, n runner.Notice) error {
	_, err := o.Register(ctx, n)
	return err
}

// Register is Send with the channel's receipt.
func (o *Office) Register(ctx context.Context, n runner.Notice) (string, error) {
	c, err := o.contact(n.Delivery.To)
	if err != nil {
		return "", err
	}
	l, err := o.letter(n, c)
	if err != nil {
		return "", err
	}
	if r, ok := o.o.Channels[c.Channel].(Registrar); ok {
		return r.Register(ctx, l, o.o.Now())
	}
	return "", o.o.Channels[c.Channel].Send(ctx, l, o.o.Now())
}

func (o *Office) contact(name string) (Contact, error) {
	c, ok := o.contacts[name]
	if !ok {
		// The name stays out of the error: the delivery's record has it.
		return Contact{}, fmt.Errorf("post: the recipient has no contact: %w", runner.ErrNoAddress)
	}
	return c, nil
}

// letter renders a message as of the instant at which it was decided.
func (o *Office) letter(n runner.Notice, c Contact) (notice.Letter, error) {
	if (n.Delivery.Reason == escalation.ReasonAnswer) != c.Outside {
		return notice.Letter{}, fmt.Errorf("post: answers go to contacts outside, and nothing else does: %w", runner.ErrPermanent)
	}
	m := notice.Message{Delivery: n.Delivery, Case: n.Case, Drill: n.Case.Drill != ""}
	if o.o.Facts != nil {
		m.Facts = o.o.Facts(n)
	}
	l, err := o.o.Writer.Render(m, c.Audience, n.Case.Updated)
	if err != nil {
		return notice.Letter{}, fmt.Errorf("%w: %w", err, runner.ErrPermanent)
	}
	l.Address, l.Receipt = c.Address, n.Receipt
	return l, nil
}
