package sdk

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// Act carries out one action.
func (s *server) Act(ctx context.Context, req *wire.ActRequest) (*wire.ActResponse, error) {
	action := wire.ActionFrom(req)
	var effect connectors.Effect
	err := guard(func() error {
		settings, err := s.instance(req.GetInstanceId())
		if err != nil {
			return err
		}
		actor, ok := s.collector.(Actor)
		if !ok || !slices.Contains(s.about.Verbs, action.Verb) {
			return &connectors.Error{Kind: connectors.Unsupported, Err: fmt.Errorf("%s cannot %s", s.about.Name, action.Verb)}
		}
		effect, err = actor.Act(ctx, settings, action)
		return err
	})
	out := &wire.ActResponse{Outcome: wire.Outcome(effect.Outcome), Before: effect.Before, After: effect.After}
	out.Outcome, out.Failure = concluded(out.Outcome, err)
	return out, nil
}

// Ticket opens or updates a ticket.
func (s *server) Ticket(ctx context.Context, req *wire.TicketRequest) (*wire.TicketResponse, error) {
	var state connectors.TicketState
	err := guard(func() error {
		settings, err := s.instance(req.GetInstanceId())
		if err != nil {
			return err
		}
		desk, ok := s.collector.(Ticketer)
		if !ok {
			return &connectors.Error{Kind: connectors.Unsupported, Err: fmt.Errorf("%s has no tickets", s.about.Name)}
		}
		state, err = desk.Ticket(ctx, settings, wire.TicketFrom(req))
		return err
	})
	out := &wire.TicketResponse{Outcome: wire.Outcome(state.Outcome), TicketId: state.ID, State: state.State, Url: state.URL}
	out.Outcome, out.Failure = concluded(out.Outcome, err)
	return out, nil
}

// concluded is the outcome of an attempt. After a panic nobody knows; any other
// error means that nothing was done, unless the author says otherwise.
func concluded(o wire.Outcome, err error) (wire.Outcome, *wire.Failure) {
	if err == nil {
		return o, nil
	}
	f := wire.FailureOf(err)
	switch {
	case f.GetKind() == wire.FailureKind_FAILURE_KIND_INTERNAL:
		return wire.Outcome_OUTCOME_UNKNOWN, f
	case o == wire.Outcome_OUTCOME_UNKNOWN:
		return o, f
	}
	return wire.Outcome_OUTCOME_FAILED, f
}
