package remediation

import (
	"fmt"
	"slices"
)

// Kind is a way back to compliance.
type Kind uint8

// The kinds of option.
const (
	KindInvalid Kind = iota
	// Reclaim takes software away where nobody used it within the window, which
	// frees the entitlement for someone else.
	Reclaim
	// Remove takes software away where nothing that was bought may cover it,
	// used or not.
	Remove
	// Reallocate moves units of an entitlement to the legal entity that lacks
	// them.
	Reallocate
	// Buy buys units, at list price or by a quote.
	Buy
	// Renew takes an entitlement whose term has ended up again.
	Renew
)

var kinds = []string{"invalid", "reclaim", "remove", "reallocate", "buy", "renew"}

// String is the kind as documents write it.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return kinds[KindInvalid]
}

// MarshalText writes what [Kind.String] says.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(text []byte) error {
	at := slices.Index(kinds, string(text))
	if at <= 0 {
		return fmt.Errorf("%q is not a kind of option; known are %q", text, kinds[1:])
	}
	*k = Kind(at)
	return nil
}

// State says whether an option can be part of a plan.
type State uint8

// The states of an option. Only an available one is planned with.
const (
	StateInvalid State = iota
	// Available options have passed every guard.
	Available
	// Unknown options wait for a fact that a guard asks for.
	Unknown
	// Refused options failed a guard.
	Refused
)

var states = []string{"invalid", "available", "unknown", "refused"}

// String is the state in lower case.
func (s State) String() string {
	if int(s) < len(states) {
		return states[s]
	}
	return states[StateInvalid]
}

// MarshalText writes what [State.String] says.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *State) UnmarshalText(text []byte) error {
	at := slices.Index(states, string(text))
	if at <= 0 {
		return fmt.Errorf("%q is not a state of an option; known are %q", text, states[1:])
	}
	*s = State(at)
	return nil
}
