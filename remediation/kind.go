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
	// Renew takes an entitlement whose term or maintenance has ended up again, alone
	// or with others to a common end.
	Renew
	// Downgrade puts a lesser edition or an older version in place of the one in use,
	// where nobody uses what only that one has.
	Downgrade
	// Cover assigns a right that is owned already, such as a suite, to whom it may
	// cover, or lets go what is held of it for those who do not need it.
	Cover
	// Move moves virtual machines to hosts that are licensed, or whose licenses they
	// share.
	Move
	// Pin confines the virtual machines of a cluster to some of its hosts.
	Pin
	// Resize takes processors from a virtual machine that does not need them.
	Resize
	// Retire takes a device out of use on which nothing is used.
	Retire
	// Negotiate asks the other side for terms. What comes of it is not known until it
	// answers, so no plan counts on it.
	Negotiate
	// Accept leaves a shortfall as it is until a day, by someone's leave.
	Accept
)

var kinds = []string{
	"invalid", "reclaim", "remove", "reallocate", "buy", "renew",
	"downgrade", "cover", "move", "pin", "resize", "retire", "negotiate", "accept",
}

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
