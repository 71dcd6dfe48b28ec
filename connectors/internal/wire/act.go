package wire

import "github.com/trueup-dev/trueup/connectors"

// ActRequestOf puts an action into a message.
func ActRequestOf(instance string, a connectors.Action) *ActRequest {
	return &ActRequest{
		InstanceId: instance, IdempotencyKey: a.Key, Verb: Verb(a.Verb), Kind: Kind(a.Kind),
		Target: a.Target, Arguments: a.Arguments, DryRun: a.DryRun,
	}
}

// ActionFrom reads what [ActRequestOf] writes.
func ActionFrom(r *ActRequest) connectors.Action {
	return connectors.Action{
		Key: r.GetIdempotencyKey(), Verb: connectors.Verb(r.GetVerb()), Kind: connectors.Kind(r.GetKind()),
		Target: r.GetTarget(), Arguments: r.GetArguments(), DryRun: r.GetDryRun(),
	}
}

// TicketRequestOf puts a ticket into a message.
func TicketRequestOf(instance string, t connectors.Ticket) *TicketRequest {
	return &TicketRequest{
		InstanceId: instance, IdempotencyKey: t.Key, TicketId: t.ID, Title: t.Title, Body: t.Body, Fields: t.Fields, DryRun: t.DryRun,
	}
}

// TicketFrom reads what [TicketRequestOf] writes.
func TicketFrom(r *TicketRequest) connectors.Ticket {
	return connectors.Ticket{
		Key: r.GetIdempotencyKey(), ID: r.GetTicketId(), Title: r.GetTitle(), Body: r.GetBody(), Fields: r.GetFields(), DryRun: r.GetDryRun(),
	}
}

// OutcomeFrom reads an outcome. A number that this version does not know says
// nothing about what happened.
func OutcomeFrom(o Outcome) connectors.Outcome {
	if o <= Outcome_OUTCOME_UNSPECIFIED || o > Outcome_OUTCOME_UNKNOWN {
		return connectors.Uncertain
	}
	return connectors.Outcome(o)
}
