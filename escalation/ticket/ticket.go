// Package ticket keeps a ticket of a service desk in step with a case.
//
// The desk is a [Desk], an interface of one method that a connector's client or a
// program's own satisfies. A ticket is opened with the first letter about a case
// that gets through, updated with every further one, and resolved with the letter
// of its closing; a reopened case opens its ticket again.
//
// A desk can lose an answer after it has done the work, so two keys go with every
// call. The ticket's own, made of the case, is the same for ever: a desk that has a
// ticket of that key opens no other. The delivery's tells it which update it has
// had. The number of the ticket comes back with the letters (see Letter.Receipt)
// and is in the events of the case.
package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// Desk is a service desk.
type Desk interface {
	// Put opens the ticket, or updates it where ID is set. It MUST NOT open two
	// of one Key, and SHOULD drop an update whose Delivery it has had. Its error
	// wraps runner.ErrPermanent when trying again cannot help.
	Put(ctx context.Context, t Ticket) (id string, err error)
}

// Status is whether there is work to do.
type Status string

// The states of a ticket.
const (
	Open     Status = "open"
	Resolved Status = "resolved"
)

// Ticket is a ticket as the case wants it.
type Ticket struct {
	// Key identifies the ticket, Delivery this update of it; ID is the desk's own
	// number, empty while nobody knows it.
	Key, Delivery, ID string
	Status            Status
	Title, Body       string
	Severity          string
}

// Channel puts letters on a desk.
type Channel struct{ desk Desk }

// New makes a channel of a desk.
func New(d Desk) *Channel { return &Channel{d} }

// errNoID says that a desk broke its contract.
var errNoID = errors.New("ticket: the desk gave no id")

// Register brings the ticket of a letter's case to what the letter says, and
// gives its id.
func (c *Channel) Register(ctx context.Context, l notice.Letter, _ time.Time) (string, error) {
	t := Ticket{
		Key: "trueup/" + l.Case, Delivery: l.ID, ID: l.Receipt, Status: Open,
		Title: l.Subject, Body: l.Text, Severity: l.Severity,
	}
	if !l.Closed.IsZero() {
		t.Status = Resolved
	}
	id, err := c.desk.Put(ctx, t)
	switch {
	case err != nil && errors.Is(err, runner.ErrPermanent):
		return "", fmt.Errorf("ticket: the desk refused: %w", runner.ErrPermanent)
	case err != nil:
		return "", fmt.Errorf("ticket: %w", err)
	case id == "":
		return "", errNoID
	}
	return id, nil
}

// Send is Register without the id.
func (c *Channel) Send(ctx context.Context, l notice.Letter, now time.Time) error {
	_, err := c.Register(ctx, l, now)
	return err
}
