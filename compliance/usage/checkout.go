package usage

import "time"

// FeatureName names what a licence server counts, spelled as the server spells
// it. Two names that differ in case are two features.
type FeatureName string

// User is a person or account as a licence server names it. Licence servers take
// the name from the client, so one account appears in several spellings; they are
// compared by [User.Key].
type User string

// Host is the machine that holds a licence, as the client named itself. Spellings
// are compared by [Host.Key].
type Host string

// Span is the time from From up to but not including To. A span whose ends are
// equal is the single instant of a status output.
type Span struct {
	From, To time.Time
}

// Contains says whether t lies in the span.
func (s Span) Contains(t time.Time) bool {
	return !t.Before(s.From) && t.Before(s.To)
}

// Duration is the length of the span.
func (s Span) Duration() time.Duration { return s.To.Sub(s.From) }

// Checkout is one grant of licences: who holds how many, and when.
//
// Held is the longest time for which the licences may have been held and Sure the
// shortest. They are equal where both check-out and check-in were recorded. Where
// one of them is missing, Sure is empty (From equal to To) or ends where the last
// trace of the server does, and every figure drawn from the checkout has a lower
// and an upper bound.
type Checkout struct {
	Feature  FeatureName
	Version  string // version the client asked for; empty where not stated
	User     User
	Host     Host
	Quantity int64 // licences, at least 1

	Held, Sure Span
}

// Exact reports whether both ends of the checkout are known.
func (c *Checkout) Exact() bool {
	return c.Held.From.Equal(c.Sure.From) && c.Held.To.Equal(c.Sure.To)
}

// Holder is a user on a host and the licences held there.
type Holder struct {
	User     User
	Host     Host
	Quantity int64
}
