package host

import (
	"context"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// Check starts a connector, gives it its settings and lets it try them. It
// collects nothing. The description is what the connector says of itself; the
// error is a *[connectors.Error].
func (h *Host) Check(ctx context.Context, src Source) (connectors.Description, error) {
	if h.closed.Load() {
		return connectors.Description{}, ErrClosed
	}
	h.running.Add(1)
	defer h.running.Done()
	ctx, cancel := context.WithTimeout(ctx, h.limits.Run)
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	c := &collection{host: h, source: src, result: Result{Source: src.ID}}
	if err := c.check(ctx); err != nil {
		return c.result.Connector, c.own(err)
	}
	return c.result.Connector, nil
}

func (c *collection) check(ctx context.Context) (err error) {
	conn, err := c.host.start(ctx, c.source)
	if err != nil {
		return inOp("start", err)
	}
	defer func() {
		if closing := conn.close(context.WithoutCancel(ctx)); err == nil && closing != nil {
			err = inOp("stop", closing)
		}
	}()
	defer context.AfterFunc(ctx, func() { conn.abort(ended(ctx, c.host.limits)) })()
	if err := c.configure(ctx, conn); err != nil {
		return inOp("configure", err)
	}
	brief, cancel := context.WithTimeout(ctx, c.host.limits.Idle)
	defer cancel()
	answer, err := conn.Check(brief, &wire.CheckRequest{InstanceId: string(c.source.ID)})
	if err != nil {
		return inOp("check", conn.callError(ctx, err))
	}
	if err := conn.failures(answer.GetFailures()); err != nil {
		return inOp("check", err)
	}
	return nil
}
