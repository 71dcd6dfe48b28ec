package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// callError words a call that broke; ctx is that of the whole collection. The status of gRPC is the last thing it
// goes by: what the host did itself and how the process ended say more.
func (c *connector) callError(ctx context.Context, err error) error {
	code := status.Code(err)
	if code == codes.Unavailable || errors.Is(err, io.EOF) {
		// The connection breaks a moment before the process is known to be gone.
		c.awaitExit(settle)
	}
	state, exited := c.process.hasExited()
	e := &connectors.Error{Output: c.output.tail()}
	switch why := c.why.Load(); {
	case why != nil:
		e.Kind, e.Err = why.Kind, why.Err
	case exited && (c.output.hungry() || c.process.group.starved()):
		e.Kind, e.Err = connectors.OverBudget, fmt.Errorf("ran out of memory; the host allows %d bytes", c.limits.Memory)
	case exited:
		e.Kind, e.Err = connectors.Crashed, fmt.Errorf("the process%s ended: %s%s", c.readers(), state, lastLine(e.Output))
	case ctx.Err() != nil:
		over := ended(ctx, c.limits)
		e.Kind, e.Err = over.Kind, over.Err
	case code == codes.DeadlineExceeded:
		e.Kind, e.Err = connectors.Hung, fmt.Errorf("did not answer within %v", c.limits.Idle)
	case code == codes.ResourceExhausted:
		e.Kind, e.Err = connectors.OverBudget, fmt.Errorf("sent a message of more than %d bytes", c.limits.MessageBytes)
	case code == codes.Unimplemented:
		e.Kind, e.Err = connectors.Unsupported, errors.New("does not serve this call")
	case errors.Is(err, io.EOF):
		e.Kind, e.Err = connectors.ProtocolViolated, errors.New("closed the stream without saying that it ended")
	default:
		e.Kind, e.Err = connectors.ProtocolViolated, errors.New(c.output.redact(status.Convert(err).Message()))
	}
	return e
}

// readers names the sources that a process is shared by.
func (c *connector) readers() string {
	if c.shared == nil {
		return ""
	}
	return fmt.Sprintf(" that the sources %v share", c.shared)
}

// settle is how long a process that is about to be gone may take to be.
const settle = 500 * time.Millisecond

func (c *connector) awaitExit(limit time.Duration) {
	t := time.NewTimer(limit)
	defer t.Stop()
	// What the process said last can come through its pipe after its end.
	for _, ended := range []<-chan struct{}{c.process.exited, c.process.said()} {
		select {
		case <-ended:
		case <-t.C:
			return
		}
	}
}

// failure makes an error of what a connector says went wrong, if anything.
func (c *connector) failure(f *wire.Failure) error {
	if f == nil {
		return nil
	}
	return c.failures([]*wire.Failure{f})
}

// failures makes one error of what a connector says went wrong; nil when it
// says nothing.
func (c *connector) failures(list []*wire.Failure) error {
	if len(list) == 0 {
		return nil
	}
	var all []error
	var first *connectors.Error
	for _, f := range list {
		e := wire.ErrorOf(f)
		first = cmp.Or(first, e)
		all = append(all, errors.New(c.output.redact(e.Err.Error())))
	}
	return &connectors.Error{Kind: first.Kind, Retry: first.Retry, Err: errors.Join(all...), Output: c.output.tail()}
}
