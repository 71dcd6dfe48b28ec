package runner

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/trueup-dev/trueup/escalation"
)

// record is the event of an attempt. What went wrong is told in words to whom the
// options name, and in a code to everybody else.
func (r *Runner) record(ctx context.Context, e *entry, n Notice, a escalation.Attempt, failure error, now time.Time) ([]escalation.Event, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if failure != nil {
		a = escalation.Attempt{Failure: codeOf(failure), Permanent: errors.Is(failure, ErrPermanent)}
		r.o.Log.WarnContext(ctx, "a message did not leave", "case", e.c.ID, "delivery", n.Delivery.ID,
			"attempt", n.Attempt, "failure", a.Failure, "permanent", a.Permanent)
		if r.o.Failed != nil {
			r.o.Failed(ctx, n, failure)
		}
	}
	m := escalation.Message{Delivery: n.Delivery, Attempts: n.Attempt - 1}
	return e.c.Record(m, a, now)
}

func codeOf(failure error) escalation.FailureCode {
	var network net.Error
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(failure, ErrNoAddress):
		return escalation.NoAddress
	case errors.Is(failure, ErrPermanent):
		return escalation.Refused
	case errors.Is(failure, context.DeadlineExceeded), errors.As(failure, &timeout) && timeout.Timeout():
		return escalation.TimedOut
	case errors.As(failure, &network):
		return escalation.Unreachable
	}
	return escalation.Deferred
}
