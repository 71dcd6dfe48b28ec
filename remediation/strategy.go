package remediation

import (
	"fmt"
	"slices"
)

// Strategy is what a plan is best at. Every plan closes as much as can be closed
// by the due date; strategies differ in how.
type Strategy uint8

// The strategies.
const (
	StrategyInvalid Strategy = iota
	// LeastCost spends the least, and among such plans disturbs the least.
	LeastCost
	// LeastDisruption disturbs the least, and among such plans spends the least.
	LeastDisruption
	// Fastest is done the soonest, and among such plans spends the least.
	Fastest
)

var strategies = []string{"invalid", "least-cost", "least-disruption", "fastest"}

// String is the strategy in lower case.
func (s Strategy) String() string {
	if int(s) < len(strategies) {
		return strategies[s]
	}
	return strategies[StrategyInvalid]
}

// MarshalText writes what [Strategy.String] says.
func (s Strategy) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Strategy) UnmarshalText(text []byte) error {
	at := slices.Index(strategies, string(text))
	if at <= 0 {
		return fmt.Errorf("%q is not a strategy; known are %q", text, strategies[1:])
	}
	*s = Strategy(at)
	return nil
}
