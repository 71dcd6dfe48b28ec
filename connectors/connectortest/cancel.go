package connectortest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// tryCancel cancels a reading as a host does, which ends the process, and one
// whose process goes on and must be able to read again.
func tryCancel(ctx context.Context, s *suite) error {
	cut, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := s.read(cut, nil, func(p connectors.Progress) {
		if p.Stage == connectors.Collecting {
			cancel()
		}
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(r.Err, &connectors.Error{Kind: connectors.Leaked}) {
		return r.Err
	}
	return s.with(ctx, func(ctx context.Context, c *session) error {
		_, err := c.stream(ctx, &wire.Start{InstanceId: instance}, func(*taken, *wire.CollectResponse) error { return errEnough })
		if err != nil {
			return err
		}
		t, err := s.patiently(ctx, c, instance)
		if err = t.finished(err); err != nil {
			return fmt.Errorf("read again in the same process: %w", err)
		}
		return nil
	})
}

// patiently reads everything, and waits for each message no longer than a host
// would.
func (s *suite) patiently(ctx context.Context, c *session, instance string) (*taken, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	patience := time.AfterFunc(s.opts.Idle, func() { cancel(fmt.Errorf("it says nothing for %v", s.opts.Idle)) })
	defer patience.Stop()
	t, err := c.stream(ctx, &wire.Start{InstanceId: instance}, func(*taken, *wire.CollectResponse) error {
		patience.Reset(s.opts.Idle)
		return nil
	})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return t, err
}
