package connectortest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/connectors"
)

// acting gives the actions to try.
func (s *suite) acting() ([]connectors.Action, error) {
	switch {
	case len(s.about.Verbs) == 0:
		return nil, &skip{"it declares no verbs"}
	case len(s.target.Actions) == 0:
		return nil, &skip{"no action to try was given"}
	}
	return s.target.Actions, nil
}

func (s *suite) act(ctx context.Context, a connectors.Action, dry bool) (connectors.Effect, error) {
	a.DryRun = dry
	effect, err := s.host.Act(ctx, s.source, a)
	if err != nil {
		return effect, fmt.Errorf("%s: %w", a.Verb, err)
	}
	return effect, nil
}

// tryDryAct leaves everything as it was.
func tryDryAct(ctx context.Context, s *suite) error {
	actions, err := s.acting()
	if err != nil {
		return err
	}
	for _, a := range actions {
		first, err := s.act(ctx, a, true)
		if err != nil {
			return err
		}
		second, err := s.act(ctx, a, true)
		switch {
		case err != nil:
			return err
		case first.Outcome != connectors.Performed:
			return fmt.Errorf("%s: the outcome is %s; give an action that has something to do", a.Verb, first.Outcome)
		case !alike(first, second):
			return fmt.Errorf("%s: a second dry run sees something else: %v, before %v", a.Verb, second, first)
		}
	}
	return nil
}

// tryAct carries the actions out, each first dry.
func tryAct(ctx context.Context, s *suite) error {
	actions, err := s.acting()
	if err != nil {
		return err
	}
	for _, a := range actions {
		dry, err := s.act(ctx, a, true)
		if err != nil {
			return err
		}
		done, err := s.act(ctx, a, false)
		if err != nil {
			return err
		}
		if !alike(dry, done) {
			return fmt.Errorf("%s: dry %v, in earnest %v", a.Verb, dry, done)
		}
		s.done = append(s.done, done)
	}
	return nil
}

// tryActAgain repeats what tryAct did.
func tryActAgain(ctx context.Context, s *suite) error {
	actions, err := s.acting()
	if err != nil {
		return err
	}
	if len(s.done) != len(actions) {
		return &skip{"the first time failed"}
	}
	for i, a := range actions {
		again, err := s.act(ctx, a, false)
		switch {
		case err != nil:
			return err
		case again.Outcome != connectors.Unchanged:
			return fmt.Errorf("%s: the outcome is %s, want %s", a.Verb, again.Outcome, connectors.Unchanged)
		case !maps.Equal(again.After, s.done[i].After):
			return fmt.Errorf("%s: the state is %v, after the first time it was %v", a.Verb, again.After, s.done[i].After)
		}
	}
	return nil
}

// tryUnknownVerb asks for what the connector does not claim to do.
func tryUnknownVerb(ctx context.Context, s *suite) error {
	c, err := s.configured(ctx, instance)
	if err != nil {
		return err
	}
	defer c.end()
	for v := connectors.Reclaim; v <= connectors.Revoke; v++ {
		if slices.Contains(s.about.Verbs, v) {
			continue
		}
		outcome, refused, err := c.acts(ctx, connectors.Action{Key: "k", Verb: v, Kind: connectors.Seat, DryRun: true, Target: map[string]string{"user": "u"}})
		if err != nil {
			return err
		}
		if !refused {
			return fmt.Errorf("asked to %s, which it does not declare, it says %s", v, outcome)
		}
	}
	return nil
}

func tryTicket(ctx context.Context, s *suite) error {
	if !s.about.Tickets {
		return &skip{"it declares no tickets"}
	}
	ticket := connectors.Ticket{Key: "conformance-1", Title: "Conformance", Body: "A ticket that a test opened.", Fields: s.target.TicketFields}
	first, err := s.host.Ticket(ctx, s.source, ticket)
	if err != nil {
		return err
	}
	again, err := s.host.Ticket(ctx, s.source, ticket)
	switch {
	case err != nil:
		return err
	case first.ID == "":
		return errors.New("the ticket has no identifier")
	case first.ID != again.ID:
		return fmt.Errorf("the same key opened %s and %s", first.ID, again.ID)
	}
	return nil
}

func alike(a, b connectors.Effect) bool {
	return a.Outcome == b.Outcome && maps.Equal(a.Before, b.Before) && maps.Equal(a.After, b.After)
}
