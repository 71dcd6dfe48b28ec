package connectors

// Verb is what an action does to its target.
type Verb uint8

// The verbs. The numbers are those of the protocol and never change.
const (
	VerbInvalid Verb = iota
	// Reclaim takes a seat from a user who does not need it.
	Reclaim
	// Remove takes software off a device.
	Remove
	// Assign gives a user a seat.
	Assign
	// Revoke takes an access right away.
	Revoke
)

var verbs = [...]string{"invalid", "reclaim", "remove", "assign", "revoke"}

// String is the verb in lower case.
func (v Verb) String() string {
	if int(v) < len(verbs) {
		return verbs[v]
	}
	return verbs[VerbInvalid]
}

// ParseVerb reads what [Verb.String] writes.
func ParseVerb(s string) (Verb, bool) {
	for i, name := range verbs[1:] {
		if name == s {
			return Verb(i + 1), true
		}
	}
	return VerbInvalid, false
}

// Action is one change of a source, asked of its connector.
type Action struct {
	// Key is the same for every attempt at the same action, so that an attempt
	// whose answer was lost can be repeated.
	Key  string
	Verb Verb
	// Kind and Target say what is acted on: the identifying columns of a row, by
	// name, such as user and name of a seat.
	Kind   Kind
	Target map[string]string
	// Arguments are what the verb needs besides.
	Arguments map[string]string
	// DryRun only says what would be done, on the same path.
	DryRun bool
}

// Outcome is what came of an action or a ticket.
type Outcome uint8

// The outcomes. The numbers are those of the protocol and never change.
const (
	OutcomeInvalid Outcome = iota
	// Performed: it was done; of a dry run, it would have been.
	Performed
	// Unchanged: the state was already as wanted.
	Unchanged
	// Refused: it was not done, and nothing was changed.
	Refused
	// Uncertain: nobody can tell whether it was done. Read the source again.
	Uncertain
)

var outcomes = [...]string{"invalid", "performed", "unchanged", "refused", "uncertain"}

// String is the outcome in lower case.
func (o Outcome) String() string {
	if int(o) < len(outcomes) {
		return outcomes[o]
	}
	return outcomes[OutcomeInvalid]
}

// Effect is what an action did, or would do.
type Effect struct {
	Outcome Outcome
	// Before and After are the state of the target, in the connector's names.
	Before, After map[string]string
}

// Ticket is a ticket to open, or to update where ID is set.
type Ticket struct {
	// Key is the same for every attempt.
	Key         string
	ID          string
	Title, Body string
	Fields      map[string]string
	DryRun      bool
}

// TicketState is a ticket as the service desk has it.
type TicketState struct {
	Outcome        Outcome
	ID, State, URL string
}
