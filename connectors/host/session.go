package host

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// session starts a connector, gives it its settings, lets do call it, and ends it.
func (h *Host) session(ctx context.Context, src Source, do func(context.Context, *connector, *collection) error) (connectors.Description, error) {
	if h.closed.Load() {
		return connectors.Description{}, ErrClosed
	}
	h.running.Add(1)
	defer h.running.Done()
	ctx, cancel := context.WithTimeout(ctx, h.limits.Run)
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	c := &collection{host: h, source: src, result: Result{Source: src.ID}}
	if err := c.converse(ctx, do); err != nil {
		return c.result.Connector, c.own(err)
	}
	return c.result.Connector, nil
}

func (c *collection) converse(ctx context.Context, do func(context.Context, *connector, *collection) error) (err error) {
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
	return do(brief, conn, c)
}

// Act lets a connector carry out one action, or say what it would do. The effect
// is [connectors.Uncertain] when the connector broke off: an error alone does
// not say that nothing happened, the effect does.
func (h *Host) Act(ctx context.Context, src Source, a connectors.Action) (connectors.Effect, error) {
	effect := connectors.Effect{Outcome: connectors.Refused}
	src.acts = true
	_, err := h.session(ctx, src, func(ctx context.Context, conn *connector, c *collection) error {
		if !slices.Contains(c.result.Connector.Verbs, a.Verb) {
			return inOp("act", &connectors.Error{Kind: connectors.Unsupported, Err: fmt.Errorf("connector %s cannot %s", c.result.Connector.Name, a.Verb)})
		}
		effect.Outcome = connectors.Uncertain
		answer, err := conn.Act(ctx, wire.ActRequestOf(string(src.ID), a))
		if err != nil {
			return inOp("act", conn.callError(ctx, err))
		}
		effect = connectors.Effect{
			Outcome: wire.OutcomeFrom(answer.GetOutcome()),
			Before:  conn.output.redactAll(answer.GetBefore()), After: conn.output.redactAll(answer.GetAfter()),
		}
		return inOp("act", conn.failure(answer.GetFailure()))
	})
	return effect, err
}

// Ticket lets a connector open a ticket, or update one. As with [Host.Act], the
// outcome says whether it may have happened.
func (h *Host) Ticket(ctx context.Context, src Source, t connectors.Ticket) (connectors.TicketState, error) {
	state := connectors.TicketState{Outcome: connectors.Refused}
	src.acts = true
	_, err := h.session(ctx, src, func(ctx context.Context, conn *connector, c *collection) error {
		if !c.result.Connector.Tickets {
			return inOp("ticket", &connectors.Error{Kind: connectors.Unsupported, Err: fmt.Errorf("connector %s has no tickets", c.result.Connector.Name)})
		}
		state.Outcome = connectors.Uncertain
		answer, err := conn.Ticket(ctx, wire.TicketRequestOf(string(src.ID), t))
		if err != nil {
			return inOp("ticket", conn.callError(ctx, err))
		}
		state = connectors.TicketState{
			Outcome: wire.OutcomeFrom(answer.GetOutcome()),
			ID:      answer.GetTicketId(), State: conn.output.redact(answer.GetState()), URL: conn.output.redact(answer.GetUrl()),
		}
		return inOp("ticket", conn.failure(answer.GetFailure()))
	})
	return state, err
}
